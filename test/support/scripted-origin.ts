import type { AddressInfo, Server, Socket } from 'node:net'
import net from 'node:net'
import tls from 'node:tls'
import { ScriptedConnection, ScriptedRequest } from './scripted-connection.ts'

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

async function respondOk(request: ScriptedRequest): Promise<void> {
  await request.body()
  await request.respond({ body: 'ok' })
}
