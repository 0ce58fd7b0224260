import type { ServerResponse } from 'node:http'
import { ProxyError } from '../errors.ts'
import type { BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import { allowedTrailers } from '../http1/trailers.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import { frameResponse, type ResponseSituation } from './response-framing.ts'
import { SlicedBody } from './sliced-body.ts'

/** What the lane's writer needs to know besides. */
export interface WriterSituation extends ResponseSituation {
  readonly acceptsTrailers: boolean
  readonly sendStallMs: number
}

export interface ResponseEvents {
  /** The response was begun and cannot go on; nothing further is written. */
  onBroken(error: ProxyError): void
}

/** Writes one `ProxyResponse` to a `ServerResponse`, with back-pressure. */
export class ResponseWriter {
  readonly #response: ServerResponse
  readonly #situation: WriterSituation
  readonly #events: ResponseEvents
  #source: BodySource | undefined
  #length: number | undefined
  #bodyBytes = 0
  #takenBytes = 0
  #isOver = false
  #endsConnection = false

  constructor(response: ServerResponse, situation: WriterSituation, events: ResponseEvents) {
    this.#response = response
    this.#situation = situation
    this.#events = events
  }

  /** Body bytes given to node:http so far. */
  get bodyBytes(): number {
    return this.#bodyBytes
  }

  /** Body bytes of which it is known that they were not left waiting for the client. */
  get takenBytes(): number {
    return this.#takenBytes
  }

  /** Whether the head said that the connection closes after this response. */
  get endsConnection(): boolean {
    return this.#endsConnection
  }

  /**
   * Begins the response; a body in pieces goes on by itself.
   *
   * @throws when node:http refuses the head: nothing has been written then
   */
  write(answer: ProxyResponse): void {
    const { fields, body, length, connection } = frameResponse(answer, this.#situation)
    this.#length = length
    this.#endsConnection = connection === 'close'
    // Keeps node:http from adding its own Connection and Keep-Alive.
    if (connection === undefined) this.#response.removeHeader('connection')
    if (answer.reason === '') this.#response.writeHead(answer.status, fields)
    else this.#response.writeHead(answer.status, answer.reason, fields)
    if (body !== answer.body) cancelUnsent(answer.body)
    if (body === undefined) return this.#end()
    if (Buffer.isBuffer(body) && body.length <= SlicedBody.SLICE_BYTES) {
      this.#bodyBytes = body.length
      return this.#end(body)
    }
    this.#send(Buffer.isBuffer(body) ? new SlicedBody(body) : body)
  }

  /** The client has gone: the source is told, and nothing more is written. */
  abandon(reason: ProxyError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#source?.cancel(reason)
  }

  #send(source: BodySource): void {
    this.#source = source
    source.start({
      write: (chunk) => this.#sendChunk(source, chunk),
      end: (trailers) => this.#endSource(trailers),
      fail: (error) => this.#break(error),
    })
    // What waits for its first piece, as an event stream does, shows its head meanwhile.
    if (!this.#isOver && this.#bodyBytes === 0) this.#response.flushHeaders()
  }

  #sendChunk(source: BodySource, chunk: Buffer): boolean {
    if (this.#isOver) return false
    if (this.#length !== undefined && this.#bodyBytes + chunk.length > this.#length) {
      this.#isOver = true
      const error = lengthMismatch(this.#length, this.#bodyBytes + chunk.length)
      source.cancel(error)
      this.#events.onBroken(error)
      return false
    }
    this.#bodyBytes += chunk.length
    if (this.#response.write(chunk)) {
      this.#takenBytes = this.#bodyBytes
      return true
    }
    this.#watchStall()
    this.#response.once('drain', () => {
      this.#unwatchStall()
      this.#takenBytes = this.#bodyBytes
      if (!this.#isOver) source.resume()
    })
    return false
  }

  #endSource(trailers: RawFields): void {
    if (this.#isOver) return
    if (this.#length !== undefined && this.#bodyBytes !== this.#length) {
      return this.#break(lengthMismatch(this.#length, this.#bodyBytes))
    }
    // Only a client that asked for them can be expected to read them (RFC 9110 §6.5.1).
    if (this.#response.chunkedEncoding && this.#situation.acceptsTrailers) this.#addTrailers(allowedTrailers(trailers))
    this.#end()
  }

  #addTrailers(trailers: RawFields): void {
    const pairs: [string, string][] = []
    for (let i = 0; i < trailers.length; i += 2) pairs.push([trailers[i]!, trailers[i + 1]!])
    this.#response.addTrailers(pairs)
  }

  #end(lastBytes?: Buffer): void {
    this.#isOver = true
    this.#watchStall()
    if (lastBytes === undefined) this.#response.end()
    else this.#response.end(lastBytes)
  }

  #break(error: ProxyError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#events.onBroken(error)
  }

  /** The socket's own timer: it takes bytes that leave the kernel's queue for progress, which no timer of ours can see. */
  #watchStall(): void {
    this.#response.socket?.setTimeout(this.#situation.sendStallMs)
  }

  #unwatchStall(): void {
    this.#response.socket?.setTimeout(0)
  }
}

function cancelUnsent(body: Buffer | BodySource | undefined): void {
  if (body === undefined || Buffer.isBuffer(body)) return
  body.cancel(new ProxyError('CANCELLED', 'Response has no body', { source: 'internal', status: 500 }))
}

function lengthMismatch(announced: number, sent: number): ProxyError {
  const message = `Cannot send response: ${sent} bytes of body where ${announced} were announced`
  return new ProxyError('INTERNAL', message, { source: 'internal', status: 502 })
}
