import type { Socket } from 'node:net'
import tls from 'node:tls'

/** What `respond` sends; a `Content-Length` is added unless the fields have framing of their own. */
export interface ScriptedResponse {
  readonly status?: number
  readonly reason?: string
  /** Flat: name, value, name, value. */
  readonly fields?: readonly string[]
  readonly body?: string | Buffer
}

/** Bytes of each connection that `received` keeps; what comes after is only counted. */
const RECORDED_BYTES_MAX = 1024 * 1024

interface ConnectionEvents {
  readonly onActivity: () => void
  readonly onHead: (head: string) => ScriptedRequest
}

/** One accepted connection. Everything that is sent after it is gone is dropped in silence. */
export class ScriptedConnection {
  /** 1-based, in order of arrival. */
  readonly number: number
  /** Resolves when the peer has ended or reset the connection, or we have destroyed it. */
  readonly closed: Promise<'fin' | 'reset'>
  isClosed = false
  bytesReceived = 0
  readonly requests: ScriptedRequest[] = []
  readonly #socket: Socket
  readonly #events: ConnectionEvents
  readonly #record: Buffer[] = []
  #recordedBytes = 0
  #pending: Buffer = Buffer.alloc(0)
  #reading: ScriptedRequest | undefined

  constructor(socket: Socket, number: number, events: ConnectionEvents) {
    this.#socket = socket
    this.number = number
    this.#events = events
    this.closed = new Promise((resolve) => {
      const over = (how: 'fin' | 'reset'): void => {
        this.isClosed = true
        this.#reading?.cut()
        resolve(how)
        events.onActivity()
      }
      socket.on('end', () => over('fin'))
      socket.on('error', () => over('reset'))
      socket.on('close', () => over('reset'))
    })
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
  }

  /** Every byte received, as latin1 (the first mebibyte of it). */
  get received(): string {
    return Buffer.concat(this.#record).toString('latin1')
  }

  /** Bytes given to `send` that the kernel has not taken: grows when the peer does not read. */
  get unsentBytes(): number {
    return this.#socket.writableLength
  }

  /** Strings are sent as latin1. @returns a promise that resolves when the kernel has taken them, or the connection is gone */
  send(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed || this.#socket.writableEnded) return resolve()
      const chunk = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
      this.#socket.write(chunk, () => resolve())
    })
  }

  /** Ends our direction: what was sent arrives, then FIN. */
  fin(): void {
    this.#socket.end()
  }

  /** RST. What was sent and not yet read by the peer may be lost, as with a crashed process. */
  reset(): void {
    // Only TCP has an RST.
    if (this.#socket instanceof tls.TLSSocket || this.#socket.remoteAddress === undefined) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
  }

  /** Stops reading, so that the peer's writes stall. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  #onData(chunk: Buffer): void {
    this.bytesReceived += chunk.length
    if (this.#recordedBytes < RECORDED_BYTES_MAX) {
      this.#record.push(Buffer.from(chunk))
      this.#recordedBytes += chunk.length
    }
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    this.#parse()
    this.#events.onActivity()
  }

  #parse(): void {
    for (;;) {
      if (this.#reading === undefined) {
        const end = this.#pending.indexOf('\r\n\r\n')
        if (end === -1) return
        const head = this.#pending.toString('latin1', 0, end + 4)
        this.#pending = this.#pending.subarray(end + 4)
        this.#reading = this.#events.onHead(head)
        this.requests.push(this.#reading)
      }
      this.#pending = this.#reading.take(this.#pending)
      if (!this.#reading.isComplete) return
      this.#reading = undefined
    }
  }
}

/** One request, from when its head has arrived. Its methods act on its connection. */
export class ScriptedRequest {
  /** 1-based over all connections. */
  readonly number: number
  readonly connection: ScriptedConnection
  /** The whole head as received (latin1), with the empty line. */
  readonly head: string
  readonly method: string
  readonly target: string
  /** The body was received to its end. */
  isComplete = false
  /** Trailer section as received (latin1), without the empty line. */
  trailers = ''
  /** Bytes of the body so far, framing taken off. */
  bodyBytes = 0
  readonly #whole: Promise<Buffer>
  readonly #chunks: Buffer[] = []
  readonly #chunked: boolean
  /** Bytes left of the body, or of the current chunk with its line end; undefined between chunks. */
  #left: number | undefined
  #settle: (cut: boolean) => void = () => {}

  constructor(connection: ScriptedConnection, head: string, number: number) {
    this.connection = connection
    this.head = head
    this.number = number
    const [method = '', target = ''] = head.split(' ', 2)
    this.method = method
    this.target = target
    this.#chunked = /chunked/i.test(this.field('transfer-encoding') ?? '')
    this.#left = this.#chunked ? undefined : Number(this.field('content-length') ?? 0)
    this.#whole = new Promise((resolve, reject) => {
      this.#settle = (cut) => {
        if (cut)
          reject(new Error(`Request body of ${this.method} ${this.target} was cut after ${this.bodyBytes} bytes`))
        else resolve(Buffer.concat(this.#chunks))
      }
    })
    // A script that never asks for the body must not make a cut an unhandled rejection.
    this.#whole.catch(() => {})
  }

  /** The first value of a field, or undefined. */
  field(name: string): string | undefined {
    for (const line of this.head.split('\r\n').slice(1)) {
      const colon = line.indexOf(':')
      if (line.slice(0, colon).toLowerCase() === name.toLowerCase()) return line.slice(colon + 1).trim()
    }
    return undefined
  }

  /** The whole body, framing taken off. Rejects when it is cut. */
  body(): Promise<Buffer> {
    return this.#whole
  }

  /** A complete, right response. */
  respond(response: ScriptedResponse = {}): Promise<void> {
    const { status = 200, reason = 'OK', fields = [], body = '' } = response
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    let head = `HTTP/1.1 ${status} ${reason}\r\n`
    let framed = false
    for (let i = 0; i < fields.length; i += 2) {
      head += `${fields[i]}: ${fields[i + 1]}\r\n`
      framed ||= /^(content-length|transfer-encoding)$/i.test(fields[i]!)
    }
    if (!framed && status >= 200 && status !== 204 && status !== 304) head += `Content-Length: ${bytes.length}\r\n`
    const sent = this.method === 'HEAD' ? Buffer.alloc(0) : bytes
    return this.send(Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), sent]))
  }

  send(bytes: string | Buffer): Promise<void> {
    return this.connection.send(bytes)
  }

  fin(): void {
    this.connection.fin()
  }

  reset(): void {
    this.connection.reset()
  }

  /** For the connection: takes what belongs to this request's body, returns the rest. */
  take(bytes: Buffer): Buffer {
    let rest = bytes
    while (!this.isComplete) {
      if (this.#left === undefined) {
        const lineEnd = rest.indexOf('\r\n')
        if (lineEnd === -1) return rest
        const size = Number.parseInt(rest.toString('latin1', 0, lineEnd), 16)
        if (size === 0) return this.#takeTrailers(rest, lineEnd)
        rest = rest.subarray(lineEnd + 2)
        this.#left = size + 2
      }
      const taken = rest.subarray(0, this.#left)
      this.#keep(taken)
      this.#left -= taken.length
      rest = rest.subarray(taken.length)
      if (this.#left > 0) return rest
      if (this.#chunked) this.#left = undefined
      else this.#complete()
    }
    return rest
  }

  /** For the connection: nothing more will come. */
  cut(): void {
    if (!this.isComplete) this.#settle(true)
  }

  #keep(taken: Buffer): void {
    // The last two bytes of a chunk are its line end.
    const data = this.#chunked ? taken.subarray(0, Math.max(0, Math.min(taken.length, this.#left! - 2))) : taken
    if (data.length === 0) return
    this.bodyBytes += data.length
    this.#chunks.push(Buffer.from(data))
  }

  #takeTrailers(rest: Buffer, lineEnd: number): Buffer {
    const end = rest.indexOf('\r\n\r\n', lineEnd)
    if (end === -1) return rest
    this.trailers = rest.toString('latin1', Math.min(lineEnd + 2, end), end)
    this.#complete()
    return rest.subarray(end + 4)
  }

  #complete(): void {
    this.isComplete = true
    this.#settle(false)
  }
}
