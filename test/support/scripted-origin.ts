import type { AddressInfo, Server, Socket } from 'node:net'
import net from 'node:net'
import tls from 'node:tls'

/**
 * An origin over raw TCP (or TLS, or a unix socket) that does exactly what a test says: any bytes, in pieces, a stall,
 * a cut by FIN, a reset by RST, no answer at all. It knows just enough HTTP to tell requests apart and read their bodies.
 *
 * ```ts
 * const origin = await ScriptedOrigin.start(async (request) => {
 *   if (request.target === '/cut') {
 *     await request.send('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this')
 *     return request.fin()                      // or request.reset(), or neither: a stall
 *   }
 *   const upload = await request.body()
 *   request.respond({ fields: ['Cache-Control', 'max-age=60'], body: `got ${upload.length} bytes` })
 * })
 * t.after(() => origin.close())                 // resets what is open; resolves when the port is free
 *
 * origin.url                                    // 'http://127.0.0.1:‹free port›'
 * origin.requests.length, origin.requests[0]!.head, origin.connections.length, origin.openConnections
 * await origin.request(3)                       // resolves when the third request's head is here (1-based)
 * await origin.connection(1)                    // the first connection, when it has been accepted
 * await origin.connections[0]!.closed           // resolves when the peer's side or the whole connection is gone
 * origin.connections[0]!.received               // every byte that came in, as latin1
 * origin.script = …                             // for the requests after this one
 * await origin.stop(); await origin.listen()    // away, and back on the same port
 * ```
 *
 * Without a script every request gets `200 OK` with the body `ok`. A script that throws resets its connection and the
 * error is thrown by `close()`, so that it fails the test.
 */
export type OriginScript = (request: ScriptedRequest) => void | Promise<void>

export interface ScriptedOriginOptions {
  /** PEM key and certificate: the origin speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Listens on this unix socket path instead of a free port. */
  readonly path?: string
  /** Called for each new connection before it sent anything, for origins that talk, close or stay silent unasked. */
  readonly onConnection?: (connection: ScriptedConnection) => void
}

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

export class ScriptedOrigin {
  script: OriginScript
  readonly requests: ScriptedRequest[] = []
  readonly connections: ScriptedConnection[] = []
  readonly #options: ScriptedOriginOptions
  readonly #waiters = new Set<() => void>()
  readonly #failures: unknown[] = []
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  /** Starts an origin on a free port of 127.0.0.1. */
  static async start(script: OriginScript = respondOk, options: ScriptedOriginOptions = {}): Promise<ScriptedOrigin> {
    const origin = new ScriptedOrigin(script, options)
    await origin.listen()
    return origin
  }

  constructor(script: OriginScript, options: ScriptedOriginOptions) {
    this.script = script
    this.#options = options
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`
  }

  /** Connections the origin has not seen the end of. */
  get openConnections(): number {
    return this.connections.filter((connection) => !connection.isClosed).length
  }

  /** Listens (again), on the port it had before. */
  async listen(): Promise<void> {
    const accept = (socket: Socket): void => this.#accept(socket)
    const { tls: secure, path } = this.#options
    const server =
      secure === undefined
        ? net.createServer({ allowHalfOpen: true, noDelay: true }, accept)
        : tls.createServer({ ...secure, allowHalfOpen: true, noDelay: true }, accept)
    this.#server = server
    // A client that refuses our certificate or leaves in the handshake is no failure of the origin; its connection is
    // none that was accepted, and has to be closed all the same.
    server.on('tlsClientError', () => {})
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path === undefined ? { host: '127.0.0.1', port: this.#port } : { path }, resolve)
    })
    if (path === undefined) this.#port = (server.address() as AddressInfo).port
  }

  /** Stops listening and resets every connection: from now on connecting is refused. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const connection of this.connections) connection.reset()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  /** @throws what a script threw */
  async close(): Promise<void> {
    await this.stop()
    if (this.#failures.length > 0) throw this.#failures[0]
  }

  /** The n-th request (1-based), when its head has arrived. */
  async request(number: number): Promise<ScriptedRequest> {
    await this.until(() => this.requests.length >= number)
    return this.requests[number - 1]!
  }

  /** The n-th connection (1-based), when it has been accepted. */
  async connection(number: number): Promise<ScriptedConnection> {
    await this.until(() => this.connections.length >= number)
    return this.connections[number - 1]!
  }

  /** Resolves when the condition holds; looked at again after every connection, request, byte and close. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.add(resolve))
  }

  #accept(socket: Socket): void {
    const connection = new ScriptedConnection(socket, this.connections.length + 1, {
      onActivity: () => this.#wake(),
      onHead: (head) => this.#onHead(connection, head),
    })
    this.connections.push(connection)
    this.#options.onConnection?.(connection)
    this.#wake()
  }

  #onHead(connection: ScriptedConnection, head: string): ScriptedRequest {
    const request = new ScriptedRequest(connection, head, this.requests.length + 1)
    this.requests.push(request)
    this.#wake()
    // In a promise, so that a synchronous throw fails the test as well.
    new Promise<void>((resolve) => resolve(this.script(request))).catch((error: unknown) => {
      this.#failures.push(error)
      connection.reset()
    })
    return request
  }

  #wake(): void {
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const waiter of waiters) waiter()
  }
}

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

async function respondOk(request: ScriptedRequest): Promise<void> {
  await request.body()
  await request.respond({ body: 'ok' })
}
