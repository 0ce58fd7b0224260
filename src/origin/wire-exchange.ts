import { ProxyError } from '../errors.ts'
import { combinedValue, type RawFields } from '../http/fields.ts'
import { BodyDecoder, type BodyEvents, type BodyLimits } from '../http1/body-decoder.ts'
import { type Framing, NO_BODY, responseFraming } from '../http1/framing.ts'
import type { ResponseHead } from '../http1/head.ts'
import { allowedTrailers } from '../http1/trailers.ts'
import type { Connection } from './connection.ts'
import { endToEndFields } from './end-to-end.ts'
import * as failures from './failures.ts'
import type { OriginRequest, OriginResponse } from './origin-client.ts'
import { originResponse } from './origin-response.ts'
import { RequestSender, type SenderEvents } from './request-sender.ts'
import { type BodyFlow, ResponseBody } from './response-body.ts'
import type { WireHandler } from './wire-handler.ts'
import type { Awaited, WireWait } from './wire-wait.ts'

/** Interim responses before one final response; no origin has a use for more, a broken one sends them for ever. */
const INTERIM_MAX = 100

const bodyLimits: BodyLimits = { trailerBytesMax: 16 * 1024, trailerFieldsMax: 100, extensionBytesMax: 16 * 1024 }

/** One request and its response on one connection: the order of events, the time limits, and whether it may be used again. */
export class WireExchange implements BodyEvents, BodyFlow, SenderEvents {
  readonly #connection: Connection
  readonly #origin: string
  readonly #request: OriginRequest
  readonly #handler: WireHandler
  /** Of the body; without one the request is sent with its head. */
  readonly #sender: RequestSender | undefined
  readonly #wait: WireWait
  readonly #requestTimeMs: number
  #responseSeen = false
  #interims = 0
  #head: ResponseHead | undefined
  /** Not told yet. */
  #response: OriginResponse | undefined
  #decoder: BodyDecoder | undefined
  #body: ResponseBody | undefined
  #untilClose = false
  #trailers: RawFields = []
  #over = false

  constructor(connection: Connection, request: OriginRequest, handler: WireHandler) {
    this.#connection = connection
    this.#wait = connection.wait
    this.#origin = connection.origin
    this.#request = request
    this.#handler = handler
    this.#sender = request.body && new RequestSender(connection.socket, request, request.body, this)
    this.#requestTimeMs = connection.clock.now()
  }

  start(): void {
    try {
      if (this.#sender !== undefined) return this.#sender.start()
      this.#connection.send(this.#request)
      this.#wait.since(this.#requestTimeMs, this.#awaited)
    } catch (error) {
      // A head that cannot be written is the fault of this request alone.
      this.fail(error instanceof ProxyError ? error : failures.internal('Cannot send request', error))
    }
  }

  /** Gives up without a word to the handler or the body's sink. */
  abandon(reason: ProxyError): void {
    this.#body?.detach()
    if (!this.#over) this.#leave(reason)
  }

  // From the connection.

  /** Takes the first `length` of `bytes`. */
  onData(bytes: Buffer, length: number): void {
    if (!this.#responseSeen) {
      this.#responseSeen = true
      const expected = this.#handler.expects?.(bytes, length, this.#origin)
      if (expected !== undefined) return this.#onWhole(expected)
    }
    this.#read(length === bytes.length ? bytes : bytes.subarray(0, length))
  }

  #read(chunk: Buffer): void {
    let at = 0
    while (this.#decoder === undefined) {
      if (at === chunk.length) return
      const result = this.#connection.headReader.read(chunk, at)
      if (result.kind === 'incomplete') return
      if (result.kind === 'refused') return this.fail(failures.refusedHead(this.#origin, result))
      at = result.end
      if (result.head.status === 101) {
        this.#onSwitching(result.head, this.#connection.owned(chunk.subarray(at)))
        return
      }
      if (result.head.status < 200) this.#onInterim(result.head)
      else this.#onHead(result.head)
      if (this.#over) return
    }
    at = this.#decoder.decode(chunk, at, this)
    this.#tell()
    if (this.#over) return
    if (this.#decoder.done) this.#finish(at === chunk.length)
    else this.#flow()
  }

  /** The origin has closed its side in order. */
  onEnd(): void {
    if (this.#over) return
    if (this.#decoder === undefined) return this.fail(this.#lost(undefined))
    if (!this.#untilClose) return this.fail(failures.bodyCut(this.#origin, undefined))
    this.#decoder.finish(this)
    this.#finish(false)
  }

  onError(cause: unknown): void {
    this.fail(this.#decoder === undefined ? this.#lost(cause) : failures.bodyCut(this.#origin, cause))
  }

  onDrain(): void {
    this.#sender?.drained()
  }

  onDue(): void {
    const { awaited } = this.#wait
    if (awaited === 'continue') this.#sender?.startBody()
    else if (awaited !== undefined) this.fail(this.#wait.error(this.#origin, awaited))
  }

  /** Ends it before its time: the connection is destroyed, and whoever waits is told. */
  fail(error: ProxyError): void {
    // Who hears of the response may leave it for another member's.
    this.#tell()
    if (this.#over) return
    this.#over = true
    this.#connection.close()
    const bodyStarted = this.#sender?.bodyStarted === true
    // A body that was not asked for yet stays as it is: the request may be tried elsewhere.
    if (bodyStarted) this.#sender?.stop(error)
    if (this.#head === undefined) {
      const [responseSeen, requestTimeMs] = [this.#responseSeen, this.#requestTimeMs]
      this.#handler.onFailure({ error, responseSeen, bodyStarted, requestTimeMs })
      return
    }
    this.#body?.break(error)
    this.#handler.onEnded(error)
  }

  // From the sender. Once the head of the response is there, only the response's progress is timed.

  onHoldingBody(): void {
    this.#wait.for('continue')
  }

  onBlocked(): void {
    if (this.#head === undefined) this.#wait.for('upload')
  }

  onUnblocked(): void {
    if (this.#head === undefined) this.#wait.forNothing()
  }

  onSent(): void {
    if (this.#head === undefined) this.#wait.for(this.#awaited)
  }

  /** Once the request is sent. */
  get #awaited(): Awaited {
    return this.#request.upgrade === undefined ? 'head' : 'handshake'
  }

  onSourceFailed(error: ProxyError): void {
    this.fail(error)
  }

  // From the decoder.

  data(bytes: Buffer): void {
    this.#body?.push(this.#connection.owned(bytes))
  }

  end(trailers: RawFields): void {
    this.#trailers = allowedTrailers(trailers)
  }

  refused(_reason: string, message: string): void {
    this.fail(failures.badResponse(this.#origin, message))
  }

  // From the body's reader.

  bodyWanted(): void {
    // All of it may be here already, and is only about to be told.
    if (this.#over || this.#decoder?.done === true) return
    if (this.#connection.socket.isPaused()) this.#connection.socket.resume()
    this.#wait.for('body')
  }

  bodyCancelled(reason: ProxyError): void {
    if (this.#over) return
    this.#leave(reason)
    this.#handler.onEnded()
  }

  #leave(reason: ProxyError): void {
    this.#over = true
    this.#connection.close()
    this.#sender?.stop(reason)
  }

  /** All of the response was in its first read, and nothing behind it. */
  #onWhole(head: ResponseHead): void {
    this.#over = true
    const responseTimeMs = this.#connection.clock.now()
    // First, as of every response: it is under way until then, and what goes wrong there is not the next request's.
    this.#handler.onWhole?.(head.status, this.#requestTimeMs, responseTimeMs)
    this.#connection.release(head, responseTimeMs)
  }

  #onInterim(head: ResponseHead): void {
    if (++this.#interims > INTERIM_MAX)
      return this.fail(failures.badResponse(this.#origin, `more than ${INTERIM_MAX} interim responses`))
    if (head.status !== 100) this.#handler.onInterim(head.status, endToEndFields(head.fields))
    else if (this.#sender?.isHoldingBody === true) this.#sender.startBody()
  }

  /** The origin agrees to a tunnel (RFC 9110 §7.8): the connection is that from here on, and never used for anything else. */
  #onSwitching(head: ResponseHead, early: Buffer): void {
    const { upgrade } = this.#request
    if (upgrade === undefined || combinedValue(head.fields, 'upgrade')?.toLowerCase() !== upgrade)
      return this.fail(failures.badResponse(this.#origin, 'a 101 that was not asked for'))
    this.#over = true
    this.#wait.forNothing()
    const socket = this.#connection.becomeTunnel(() => this.#handler.onEnded())
    this.#handler.onResponse({ ...this.#responseOf(head, NO_BODY), tunnel: { socket, early } })
  }

  #onHead(head: ResponseHead): void {
    const framing = responseFraming(head, this.#request.method)
    if (framing.kind === 'refused') return this.fail(failures.refusedHead(this.#origin, framing))
    this.#head = head
    this.#wait.forNothing()
    this.#untilClose = framing.kind === 'until-close'
    this.#decoder = new BodyDecoder(framing, bodyLimits)
    if (framing.kind !== 'none') {
      this.#body = new ResponseBody(framing.kind === 'length' ? framing.length : undefined, this)
    }
    // Who refuses a request does not want the rest of it (RFC 9112 §9.5); others may answer while they read.
    if (this.#sender?.isHoldingBody === true || head.status >= 400) this.#stopSending()
    this.#response = this.#responseOf(head, framing)
  }

  /** Tells of the response when all of its first read is there: so the head and a small body go on in one write. */
  #tell(): void {
    const response = this.#response
    if (response === undefined) return
    this.#response = undefined
    this.#handler.onResponse(response)
  }

  #responseOf(head: ResponseHead, framing: Framing): OriginResponse {
    const { origin, clock } = this.#connection
    const times = { requestTimeMs: this.#requestTimeMs, responseTimeMs: clock.now() }
    return originResponse(head, { framing, body: this.#body, origin, ...times })
  }

  /** Reads on, or lets the origin feel that the reader does not take what is there. */
  #flow(): void {
    if (this.#body?.isFlowing) {
      this.#wait.for('body')
      return
    }
    this.#connection.socket.pause()
    this.#wait.forNothing()
  }

  /** The response ended as its framing announced. `exactly`: and nothing came after it. */
  #finish(exactly: boolean): void {
    if (this.#over) return
    this.#over = true
    // Before the body's end is told: who sends the next request then finds the connection.
    if (exactly && this.#sender?.isSent !== false) this.#connection.release(this.#head!, this.#connection.clock.now())
    else this.#connection.close()
    this.#stopSending()
    this.#body?.finish(this.#trailers)
    this.#handler.onEnded()
  }

  /** An error costs as much as the rest of an exchange: it is only made when there is a body to cancel. */
  #stopSending(): void {
    if (this.#sender?.isSent === false) this.#sender.stop(failures.bodyNotWanted(this.#origin))
  }

  #lost(cause: unknown): ProxyError {
    return failures.connectionLost(this.#origin, { responseSeen: this.#responseSeen, cause })
  }
}
