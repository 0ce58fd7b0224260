import { Socket } from 'node:net'

/** As much as one read of the system brings at most. */
const BYTES = 64 * 1024

/**
 * One buffer for the bytes that many connections of a thread receive, looked at before the next are read into it: a buffer
 * for each read, which is what a stream brings, costs a tenth of a hit and most of its garbage.
 *
 * Node offers this as `onread`, for sockets that a program opens, does not pass it on to those that it accepts, and lets
 * nobody end it. The places where a socket keeps it have no names, so they are found by what they hold. Where there are none,
 * or the socket is of another kind, `attach` refuses, and whoever asked listens to `data`.
 */
export class Inbox {
  /** Valid until the callback returns. */
  readonly bytes = Buffer.allocUnsafeSlow(BYTES)
  readonly #places = findPlaces()

  /** @returns false when bytes of this socket cannot be had this way */
  attach(socket: Socket, onBytes: (length: number) => void): boolean {
    const handle = handleOf(socket)
    if (this.#places === undefined || handle === undefined) return false
    handle.useUserBuffer(this.bytes)
    this.#fill(socket, this.#places, (length) => {
      onBytes(length)
      return true
    })
    return true
  }

  /** From here on what arrives on an attached socket goes through its stream, as on every other. */
  detach(socket: Socket): void {
    if (this.#places === undefined || Reflect.get(socket, this.#places.buffer) !== this.bytes) return
    this.#fill(socket, this.#places, (length) => socket.push(Buffer.from(this.bytes.subarray(0, length))))
  }

  #fill(socket: Socket, places: Places, callback: (length: number) => boolean): void {
    Reflect.set(socket, places.buffer, this.bytes)
    Reflect.set(socket, places.callback, callback)
  }
}

/** Under which symbols a socket keeps its `onread`. */
interface Places {
  readonly buffer: symbol
  readonly callback: symbol
}

function findPlaces(): Places | undefined {
  const onread = { buffer: Buffer.alloc(1), callback: () => true }
  const socket = new Socket({ onread })
  const symbols = Object.getOwnPropertySymbols(socket)
  const holding = (value: unknown) => symbols.find((symbol) => Reflect.get(socket, symbol) === value)
  const [buffer, callback] = [holding(onread.buffer), holding(onread.callback)]
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback }
}

interface Handle {
  useUserBuffer(buffer: Buffer): void
}

/** What Node has under a connected TCP socket, or that of a path; nothing under one of TLS, whose bytes are deciphered by itself. */
function handleOf(socket: Socket): Handle | undefined {
  if (Object.getPrototypeOf(socket) !== Socket.prototype) return undefined
  const handle: unknown = Reflect.get(socket, '_handle')
  return isHandle(handle) ? handle : undefined
}

function isHandle(handle: unknown): handle is Handle {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle
}
