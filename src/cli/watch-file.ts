import { stat } from 'node:fs/promises'

const LOOK_MS = 500

/** Tells one state of a file from another; undefined: it is not there. */
export async function fileState(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true })
    return `${ino} ${mtimeNs} ${size}`
  } catch {
    return undefined
  }
}

/**
 * Calls back when a file is in another state than before and has then stayed so for a moment: one that is just being written is left
 * alone. By looking at it, and not by events of the system: these are lost where editors and deployments put another file in its place.
 *
 * @param state when it was read
 * @returns ends the watch
 */
export function watchForChange(path: string, state: string | undefined, onChange: () => void): () => void {
  let known = state
  let seen = state
  const look = async (): Promise<void> => {
    const now = await fileState(path)
    const hasSettled = now === seen
    seen = now
    // One that is gone is being replaced, or there is nothing to read.
    if (!hasSettled || now === undefined || now === known) return
    known = now
    onChange()
  }
  const timer = setInterval(() => void look(), LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
