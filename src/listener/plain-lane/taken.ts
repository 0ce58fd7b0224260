import type { Socket } from 'node:net'

const NOTHING = Buffer.alloc(0)

/** Calls back once the system has taken everything written so far; never, when the connection breaks before. */
export function whenTaken(socket: Socket, callback: () => void): void {
  // An empty write waits in the queue for its turn like every other.
  socket.write(NOTHING, (error) => {
    if (error === undefined || error === null) callback()
  })
}

/** The same; a client that takes nothing for `stallMs` has its connection broken. */
export function whenTakenInTime(socket: Socket, stallMs: number, callback: () => void): void {
  const stall = new StallWatch(socket, stallMs)
  stall.begin()
  whenTaken(socket, () => {
    stall.end()
    callback()
  })
}

/**
 * Breaks a connection whose client takes nothing of what waits for it. By the socket's own timer, which exists only
 * while something waits: it takes bytes that leave the kernel's queue for progress, which no timer of ours can see.
 */
export class StallWatch {
  readonly #socket: Socket
  readonly #stallMs: number
  readonly #onStall = (): void => {
    this.#socket.destroy()
  }
  #isWatching = false

  constructor(socket: Socket, stallMs: number) {
    this.#socket = socket
    this.#stallMs = stallMs
  }

  begin(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#socket.setTimeout(this.#stallMs)
    this.#socket.on('timeout', this.#onStall)
  }

  end(): void {
    if (!this.#isWatching) return
    this.#isWatching = false
    this.#socket.setTimeout(0)
    this.#socket.off('timeout', this.#onStall)
  }
}
