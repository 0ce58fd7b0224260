import type { Socket } from 'node:net'

/** A message, or its head, that is put together as bytes in the moment it is sent. */
export interface HeadBytes {
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

/**
 * Where messages are put together to be sent: one memory for all of a thread, since the system mostly takes at once what is written.
 * When it does not, the memory is left to the socket, and the next message gets another.
 */
export class Outbox {
  #memory = Buffer.allocUnsafeSlow(BYTES)

  /** Writes it to the socket. @returns how many bytes it has */
  send(socket: Socket, message: HeadBytes): number {
    if (message.bytesMax > BYTES) {
      const memory = Buffer.allocUnsafe(message.bytesMax)
      const length = message.write(memory)
      socket.write(memory.subarray(0, length))
      return length
    }
    const length = message.write(this.#memory)
    socket.write(this.#memory.subarray(0, length))
    if (socket.writableLength > 0) this.#memory = Buffer.allocUnsafeSlow(BYTES)
    return length
  }
}
