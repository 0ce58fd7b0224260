import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { RawFields } from '../../src/http/fields.ts'
import { ByteReader } from './byte-reader.ts'
import { type RawHead, type RawResponse, readHead, readResponse } from './raw-response.ts'

export type { RawHead, RawResponse } from './raw-response.ts'

/** A request put together for the test; for anything malformed give the text itself. */
export interface RawRequest {
  readonly method?: string
  readonly target?: string
  /** Sent as they are; `Host` is added in front when missing, `Content-Length` when there is a body and no framing. */
  readonly fields?: RawFields | Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface ConnectOptions {
  readonly host?: string
  /** The address to connect from, e.g. 127.0.0.2 to be another client. */
  readonly localAddress?: string
  /** How long a read waits for the next bytes before it fails. */
  readonly patienceMs?: number
}

/** Sends one request on a connection of its own, reads its response and closes the connection. */
export async function fetchRaw(
  port: number,
  request: string | Buffer | RawRequest = {},
  options: ConnectOptions = {},
): Promise<RawResponse> {
  const connection = await openConnection(port, options)
  try {
    return await connection.fetch(request)
  } finally {
    connection.close()
  }
}

/** Opens a connection for several requests, or for one that is written step by step. */
export async function openConnection(port: number, options: ConnectOptions = {}): Promise<ClientConnection> {
  const { host = '127.0.0.1', localAddress, patienceMs = 30_000 } = options
  // Half-open, so that a server's early end does not end our writing before the test says so.
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true, ...(localAddress && { localAddress }) })
  await once(socket, 'connect')
  return new ClientConnection(socket, patienceMs)
}

/** A raw HTTP/1.1 connection in the hands of a test. */
export class ClientConnection {
  /** For what only a socket can do: `pause()` to stop reading, `localPort`. */
  readonly socket: Socket
  readonly reader: ByteReader
  #method = 'GET'

  constructor(socket: Socket, patienceMs: number) {
    this.socket = socket
    this.reader = new ByteReader(socket, patienceMs)
  }

  /** Writes a request and reads its response; the connection stays open. */
  async fetch(request: string | Buffer | RawRequest): Promise<RawResponse> {
    this.write(request)
    return this.readResponse()
  }

  /** Writes exactly these bytes (text as latin1), or the request put together. */
  write(request: string | Buffer | RawRequest): void {
    const bytes =
      typeof request === 'string' || Buffer.isBuffer(request) ? request : requestBytes(request, this.socket.remotePort)
    const method = /^([!-~]+) [^ ]+ HTTP\//.exec(bytes.toString('latin1'))
    if (method !== null) this.#method = method[1]!
    if (typeof bytes === 'string') this.socket.write(bytes, 'latin1')
    else this.socket.write(bytes)
  }

  /** @param method of the request answered; when not given, of the last one written */
  readResponse(method: string = this.#method): Promise<RawResponse> {
    return readResponse(this.reader, method)
  }

  /** Reads only the head, interim or final: the body can then be read with `reader`. */
  readHead(): Promise<RawHead> {
    return readHead(this.reader)
  }

  /** Waits until the server has ended the connection; false when it broke it instead. */
  async ended(): Promise<boolean> {
    await this.reader.end()
    return !this.reader.wasReset
  }

  /** Says that nothing more will be written; the response can still be read. */
  end(): void {
    this.socket.end()
  }

  close(): void {
    this.socket.destroy()
  }

  /** Goes away rudely, with a TCP reset. */
  reset(): void {
    this.socket.resetAndDestroy()
  }
}

function requestBytes(request: RawRequest, port: number | undefined): Buffer {
  const { method = 'GET', target = '/', body } = request
  const fields = Array.isArray(request.fields) ? [...request.fields] : Object.entries(request.fields ?? {}).flat()
  const names = new Set(fields.filter((_, i) => i % 2 === 0).map((name) => String(name).toLowerCase()))
  if (!names.has('host')) fields.unshift('Host', `127.0.0.1:${port}`)
  const content = typeof body === 'string' ? Buffer.from(body) : body
  if (content !== undefined && !names.has('content-length') && !names.has('transfer-encoding')) {
    fields.push('Content-Length', String(content.length))
  }
  let head = `${method} ${target} HTTP/1.1\r\n`
  for (let i = 0; i < fields.length; i += 2) head += `${fields[i]}: ${fields[i + 1]}\r\n`
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), content ?? Buffer.alloc(0)])
}
