import type { Socket } from 'node:net'

/** A message, or its head, that is put together as bytes in the moment it is sent. */
export interface MessageBytes {
  /** At most as many bytes are written. */
  readonly bytesMax: number
  /** @returns how many bytes were written to `to`, from its first on */
  write(to: Buffer): number
}

/** Bytes that are kept for long: in a pool they would keep all of it. @param text latin1 */
export function bytesOfTheirOwn(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(text.length)
  bytes.write(text, 'latin1')
  return bytes
}

const BYTES = 64 * 1024
/** Of messages at its begin, by their lengths: what is asked for lately has few. */
const VIEWS = 256

/**
 * Where messages are put together to be sent: one memory for all of a thread, since the system mostly takes at once what is written.
 * What it does not take, as of a slow client or through TLS, is left to the socket, and the next message goes behind it.
 */
export class Outbox {
  #memory = Buffer.allocUnsafeSlow(BYTES)
  /** What stands before it may still be a socket's. */
  #begin = 0
  /** Parts of the memory from its begin on; to make one costs as much as to fill it. */
  #views: (Buffer | undefined)[] = new Array(VIEWS)

  /** Writes it to the socket. @returns how many bytes it has */
  send(socket: Socket, message: MessageBytes): number {
    const { bytesMax } = message
    if (bytesMax > BYTES) {
      const memory = Buffer.allocUnsafe(bytesMax)
      const length = message.write(memory)
      socket.write(memory.subarray(0, length))
      return length
    }
    if (this.#begin + bytesMax > BYTES) this.#renew()
    const begin = this.#begin
    const length = message.write(begin === 0 ? this.#memory : this.#memory.subarray(begin))
    socket.write(begin === 0 ? this.#view(length) : this.#memory.subarray(begin, begin + length))
    if (socket.writableLength > 0) this.#begin = begin + length
    return length
  }

  #view(length: number): Buffer {
    const known = this.#views[length % VIEWS]
    if (known?.length === length) return known
    const view = this.#memory.subarray(0, length)
    this.#views[length % VIEWS] = view
    return view
  }

  #renew(): void {
    this.#views = new Array(VIEWS)
    this.#memory = Buffer.allocUnsafeSlow(BYTES)
    this.#begin = 0
  }
}
