import type { Socket } from 'node:net'
import type { Wire } from '../../respond/prepared-response.ts'

/** So many bytes are given to one connection in a turn, or a response more. */
const BYTES_MAX = 256 * 1024

/** Up to this much is copied together to leave as one write. */
const COPIED_BYTES_MAX = 64 * 1024

/**
 * The answers that a connection gets in one turn, to be written together. One object serves all connections, as a turn
 * ends with its writing.
 */
export class HitBatch {
  #pieces: Buffer[] = []
  #bytes = 0

  get isEmpty(): boolean {
    return this.#pieces.length === 0
  }

  get isFull(): boolean {
    return this.#bytes >= BYTES_MAX
  }

  add({ bytes, body }: Wire): void {
    this.#push(bytes)
    if (body !== undefined) this.#push(body)
  }

  write(socket: Socket): void {
    const pieces = this.#pieces
    const bytes = this.#bytes
    this.#bytes = 0
    if (pieces.length === 1) {
      const only = pieces.pop()!
      socket.write(only)
      return
    }
    this.#pieces = []
    if (bytes <= COPIED_BYTES_MAX) {
      socket.write(Buffer.concat(pieces, bytes))
      return
    }
    socket.cork()
    for (const piece of pieces) socket.write(piece)
    socket.uncork()
  }

  #push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#bytes += piece.length
  }
}
