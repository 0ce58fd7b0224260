import type { Socket } from 'node:net'
import type { ProxyError } from '../errors.ts'
import type { BodySink, BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import { allowedTrailers } from '../http1/trailers.ts'
import { CHUNK_END, chunkPrefix, fieldLines, lastChunk, requestHeadWith } from '../http1/writer.ts'
import { endToEndFields } from './end-to-end.ts'
import { internal } from './failures.ts'
import type { OriginRequest } from './origin-client.ts'

/** What the sender is waiting for, told to who keeps the time. */
export interface SenderEvents {
  /** The head is out, the body waits for `100 Continue`. */
  onHoldingBody(): void
  /** The origin does not take what was written. */
  onBlocked(): void
  /** It does again; the next bytes are the client's to send. */
  onUnblocked(): void
  /** The whole request was given to the socket. */
  onSent(): void
  /** The source of the body broke off, or contradicted its own length. The request cannot be completed. */
  onSourceFailed(error: ProxyError): void
}

/** Methods whose requests announce a body of no bytes, because an origin expects one (RFC 9110 §8.6). */
const bodyMethods = new Set(['POST', 'PUT', 'PATCH'])

/**
 * The head of a request as it is written.
 *
 * @throws ProxyError INTERNAL when it cannot be
 */
export function requestHeadOf(request: OriginRequest): string {
  const { method, target, lines, upgrade, body } = request
  const isUnframed = body === undefined && upgrade === undefined && !bodyMethods.has(method)
  return requestHeadWith(method, target, lines !== undefined && isUnframed ? lines : fieldLines(fieldsOf(request)))
}

function fieldsOf({ method, fields: received, upgrade, body, expectsContinue }: OriginRequest): RawFields {
  const fields = endToEndFields(received)
  if (upgrade !== undefined) return [...fields, 'Connection', 'Upgrade', 'Upgrade', upgrade]
  if (body === undefined) return bodyMethods.has(method) ? [...fields, 'Content-Length', '0'] : fields
  const framed = [...fields]
  if (body.length === undefined) framed.push('Transfer-Encoding', 'chunked')
  else framed.push('Content-Length', String(body.length))
  if (expectsContinue) framed.push('Expect', '100-continue')
  return framed
}

/** Writes a request with a body: its head, and the body with framing of our own. The source is held back while the socket's buffer is full. */
export class RequestSender implements BodySink {
  /** The source was asked for bytes: they cannot be had a second time. */
  bodyStarted = false
  readonly #socket: Socket
  readonly #request: OriginRequest
  readonly #events: SenderEvents
  readonly #body: BodySource
  #state: 'new' | 'holding' | 'sending' | 'sent' | 'stopped' = 'new'
  #blocked = false
  /** Bytes still to come under `Content-Length`. */
  #left: number

  constructor(socket: Socket, request: OriginRequest, body: BodySource, events: SenderEvents) {
    this.#socket = socket
    this.#request = request
    this.#events = events
    this.#body = body
    this.#left = body.length ?? 0
  }

  get isSent(): boolean {
    return this.#state === 'sent'
  }

  get isHoldingBody(): boolean {
    return this.#state === 'holding'
  }

  start(): void {
    const head = requestHeadOf(this.#request)
    if (this.#request.expectsContinue) {
      this.#state = 'holding'
      this.#socket.write(head, 'latin1')
      this.#events.onHoldingBody()
      return
    }
    // A body that is there already goes out with the head, in one write.
    this.#socket.cork()
    this.#socket.write(head, 'latin1')
    this.startBody()
    this.#socket.uncork()
  }

  /** Starts the body that waits for `100 Continue`. */
  startBody(): void {
    if (this.#state !== 'new' && this.#state !== 'holding') return
    this.#state = 'sending'
    this.bodyStarted = true
    this.#events.onUnblocked()
    this.#body.start(this)
  }

  /** The socket's buffer is empty again. */
  drained(): void {
    if (!this.#blocked) return
    this.#blocked = false
    if (this.#state !== 'sending') return
    this.#events.onUnblocked()
    this.#body.resume()
  }

  /** Sends nothing more; a body under way is cancelled. */
  stop(reason: ProxyError): void {
    if (this.#state === 'sent' || this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#body.cancel(reason)
  }

  write(chunk: Buffer): boolean {
    if (this.#state !== 'sending') return false
    // An empty chunk would be the last one.
    if (chunk.length === 0) return !this.#blocked
    if (this.#body.length === undefined) return this.#wrote(this.#writeChunk(chunk))
    this.#left -= chunk.length
    if (this.#left < 0) return this.#contradicted('more bytes than announced')
    return this.#wrote(this.#socket.write(chunk))
  }

  end(trailers: RawFields): void {
    if (this.#state !== 'sending') return
    if (this.#body.length === undefined) this.#socket.write(lastChunk(allowedTrailers(trailers)))
    else if (this.#left > 0) {
      this.#contradicted(`${this.#left} bytes fewer than announced`)
      return
    }
    this.#sent()
  }

  fail(error: ProxyError): void {
    if (this.#state !== 'sending') return
    this.#state = 'stopped'
    this.#events.onSourceFailed(error)
  }

  #writeChunk(chunk: Buffer): boolean {
    this.#socket.cork()
    this.#socket.write(chunkPrefix(chunk.length))
    this.#socket.write(chunk)
    const room = this.#socket.write(CHUNK_END)
    this.#socket.uncork()
    return room
  }

  #wrote(room: boolean): boolean {
    if (room) return true
    this.#blocked = true
    this.#events.onBlocked()
    return false
  }

  #sent(): void {
    this.#state = 'sent'
    this.#events.onSent()
  }

  #contradicted(found: string): false {
    const error = internal(`Cannot send request body: its source delivered ${found}`, undefined)
    this.stop(error)
    this.#events.onSourceFailed(error)
    return false
  }
}
