import { connect } from 'node:net'

/**
 * Resolves when something accepts connections there, or nobody waits any more. A connection refused costs nothing, so it is tried
 * often.
 */
export async function portOpen(port: number, patience: AbortSignal): Promise<undefined> {
  while (!patience.aborted) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((next) => setTimeout(next, 20))
  }
}
