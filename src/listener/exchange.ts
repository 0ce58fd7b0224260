import type { IncomingMessage, ServerResponse } from 'node:http'
import { ProxyError } from '../errors.ts'
import type { RawFields } from '../http/fields.ts'
import { connectionPersists } from '../http1/connection.ts'
import { type NormalisedRequest, normaliseRequest } from '../request/normalise.ts'
import type { Exchange, ProxyRequest } from '../request/proxy-request.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import { type Refusal, refuse } from '../request/refusal.ts'
import { cancelBody, leftBeforeTheEnd } from './client-gone.ts'
import type { Connection, Work } from './connection.ts'
import { ExchangeRecorder } from './exchange-recorder.ts'
import { incomingBody } from './incoming-body.ts'
import type { LaneContext } from './lane-context.ts'
import { framingOf, minorVersion, offersUpgrade, receivedHead } from './node-head.ts'
import { ownAnswer, ownAnswerBytes } from './own-answer.ts'
import type { RequestBody } from './request-body.ts'
import { assertFinal, interimHead } from './response-framing.ts'
import { ResponseWriter } from './response-writer.ts'

/** One request of node:http on its way through the core, from its turn on the connection to the last byte. */
export class FullLaneExchange implements Work, Exchange {
  readonly #lane: LaneContext
  readonly #connection: Connection
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  readonly #recorder: ExchangeRecorder
  readonly #goneListeners: (() => void)[] = []
  #request: NormalisedRequest | undefined
  #body: RequestBody | undefined
  #writer: ResponseWriter | undefined
  #isOver = false
  #isGone = false

  constructor(lane: LaneContext, connection: Connection, incoming: IncomingMessage, outgoing: ServerResponse) {
    this.#lane = lane
    this.#connection = connection
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#recorder = new ExchangeRecorder(connection, lane.clock.now())
    // Before its turn too: without a listener node:http would throw what a client's reset leaves behind.
    incoming.on('error', () => {})
    outgoing.on('error', () => {})
  }

  begin(): void {
    const head = receivedHead(this.#incoming)
    this.#recorder.received(head)
    this.#outgoing.on('close', () => this.#onClosed())
    this.#outgoing.on('finish', () => this.#onFinished())

    const framing = framingOf(head)
    if (framing.kind === 'refused') return this.refuse(framing)
    const hasBody = framing.kind === 'chunked' || (framing.kind === 'length' && framing.length > 0)
    const request = normaliseRequest({ ...head, hasBody }, this.#connection, this.#lane.settings.request)
    if (request.kind === 'refused') return this.refuse(request)
    const { requestBodyBytesMax } = this.#lane.settings.limits
    if (framing.kind === 'length' && framing.length > requestBodyBytesMax) {
      return this.refuse(refuse(413, 'body-too-large', 'The request body is too large'))
    }
    this.#request = request
    this.#recorder.normalised(request)
    if (hasBody) this.#body = this.#incomingBody(framing.kind === 'length' ? framing.length : undefined, request)
    if (offersUpgrade(this.#incoming)) this.#connection.endAfterCurrent()
    this.#askCore(request)
  }

  /**
   * Answers without the core, and closes: after a refusal nothing that follows on the connection may be taken for a
   * request. Written past node:http, whose response may be waiting for a body that was refused.
   */
  refuse(refusal: Refusal): void {
    if (this.#isOver) return
    if (this.#recorder.hasResponse) return this.#connection.break()
    this.#incoming.resume()
    this.#answerHere(refusal)
  }

  /** What the client sends as body is no body: whoever reads it must not take it for a whole one. */
  refuseBody(refusal: Refusal): void {
    this.#body?.fail(
      new ProxyError('CLIENT_BAD_BODY', `Cannot read request body: ${refusal.message}`, {
        source: 'client',
        status: refusal.status,
      }),
    )
    this.#tellGone()
    this.refuse(refusal)
  }

  /** Whether what is read from the connection now belongs to this request. */
  get isReceivingBody(): boolean {
    return !this.#incoming.complete
  }

  interim(status: number, fields: RawFields): void {
    // HTTP/1.0 has no interim responses (RFC 9110 §15.2).
    if (this.#isOver || this.#outgoing.headersSent || this.#request?.version !== '1.1') return
    this.#connection.socket.write(interimHead(status, fields), 'latin1')
  }

  onGone(listener: () => void): void {
    if (this.#isGone) listener()
    else if (!this.#isOver) this.#goneListeners.push(listener)
  }

  #incomingBody(length: number | undefined, request: NormalisedRequest): RequestBody {
    const { limits, times } = this.#lane.settings
    return incomingBody(this.#incoming, {
      length,
      bytesMax: limits.requestBodyBytesMax,
      stallMs: times.bodyStallMs,
      onStart: () => {
        if (request.expectsContinue && !this.#outgoing.headersSent) this.#outgoing.writeContinue()
      },
    })
  }

  #askCore(normalised: NormalisedRequest): void {
    const { kind: _, ...parts } = normalised
    const receivedMs = this.#recorder.receivedMs
    // A tunnel is opened on a connection that has nothing else to do; anywhere else the wish for one is passed over.
    const request: ProxyRequest = { ...parts, upgrade: undefined, receivedMs, body: this.#body, exchange: this }
    try {
      const answer = this.#lane.handle(request)
      if (!(answer instanceof Promise)) return this.#respond(answer)
      answer.then((response) => this.#respond(response)).catch((error: unknown) => this.#failInternally(error))
    } catch (error) {
      this.#failInternally(error)
    }
  }

  #respond(answer: ProxyResponse): void {
    if (this.#isOver) return cancelBody(answer, leftBeforeTheEnd())
    assertFinal(answer)
    const closes = this.#closesAfter(answer)
    const { method, version, acceptsTrailers } = this.#request!
    this.#writer = new ResponseWriter(
      this.#outgoing,
      { method, version, acceptsTrailers, closes, sendStallMs: this.#lane.settings.times.sendStallMs },
      { onBroken: () => this.#connection.break() },
    )
    this.#recorder.responded(answer, this.#lane.clock.now())
    if (closes) this.#connection.endAfterCurrent()
    this.#discardUnwantedBody()
    try {
      this.#writer.write(answer)
      // Where its body is delimited by the end of the connection, as HTTP/1.0 may have it.
      if (this.#writer.endsConnection) this.#connection.endAfterCurrent()
    } catch (error) {
      cancelBody(
        answer,
        new ProxyError('INTERNAL', 'Cannot write response', { source: 'internal', status: 500, cause: error }),
      )
      throw error
    }
  }

  /** Decides, before the head is written, whether the connection can be kept (RFC 9112 §9.3). */
  #closesAfter(answer: ProxyResponse): boolean {
    const { limits } = this.#lane.settings
    const { served, isEnding } = this.#connection
    if (answer.close || isEnding || this.#lane.isDraining || served >= limits.requestsPerConnectionMax) return true
    if (!connectionPersists({ minorVersion: minorVersion(this.#incoming), fields: this.#incoming.rawHeaders }))
      return true
    const body = this.#body
    if (body === undefined) return false
    // A client that was never told to continue may send its body or not: what comes next is anyone's guess.
    if (this.#request?.expectsContinue && !body.wasStarted && !body.isReceived) return true
    return body.forbidsKeeping(limits.discardedBodyBytesMax)
  }

  /** An unread body must never be read as a request: it is dropped up to a limit, or goes with the connection. */
  #discardUnwantedBody(): void {
    const body = this.#body
    if (body === undefined || body.isReceived) return
    this.#connection.expectUnreadRest()
    if (!body.isUnwanted || this.#connection.isEnding) return
    this.#discard(body)
  }

  #discard(body: RequestBody): void {
    body.discard(this.#lane.settings.limits.discardedBodyBytesMax, () => {
      this.#connection.endAfterCurrent()
      // A response under way is not cut short for it: the connection closes when that is out.
      if (this.#isOver) this.#connection.close()
    })
  }

  #onFinished(): void {
    if (this.#isOver) return
    this.#connection.socket.setTimeout(0)
    this.#finish(true)
    if (this.#connection.isEnding || this.#lane.isDraining) return this.#connection.closeAfterResponse()
    if (this.#body === undefined || this.#body.isReceived) return this.#connection.done()
    this.#awaitEndOfBody(this.#body)
  }

  #awaitEndOfBody(body: RequestBody): void {
    const timer = setTimeout(() => this.#connection.close(), this.#lane.settings.times.lingerMs)
    this.#incoming.once('end', () => {
      clearTimeout(timer)
      this.#connection.done()
    })
    this.#incoming.once('close', () => clearTimeout(timer))
    if (!body.isUnwanted) this.#discard(body)
  }

  #onClosed(): void {
    if (this.#isOver) return
    this.#finish(false)
    this.#tellGone()
    this.#writer?.abandon(leftBeforeTheEnd())
  }

  #failInternally(error: unknown): void {
    this.#lane.hooks.onInternalError(error)
    const status = error instanceof ProxyError ? error.status : 500
    if (this.#outgoing.headersSent) return this.#connection.break()
    this.#tellGone()
    if (this.#isOver) return
    this.#answerHere(refuse(status, 'internal', 'The request could not be handled'))
  }

  #answerHere(refusal: Refusal): void {
    const answer = ownAnswer(refusal, this.#lane.settings.request.pseudonym)
    const withBody = this.#incoming.method !== 'HEAD'
    this.#recorder.responded(answer, this.#lane.clock.now())
    this.#connection.close(ownAnswerBytes(answer, withBody))
    this.#finish(true, withBody ? answer.body?.length : 0)
  }

  #tellGone(): void {
    this.#isGone = true
    for (const listener of this.#goneListeners.splice(0)) listener()
  }

  #finish(complete: boolean, ownBodyBytes?: number): void {
    this.#isOver = true
    const writtenBytes = complete ? this.#writer?.bodyBytes : this.#writer?.takenBytes
    const record = this.#recorder.record({
      endedMs: this.#lane.clock.now(),
      complete,
      bodyBytesSent: ownBodyBytes ?? writtenBytes ?? 0,
      requestBodyBytes: this.#body?.bytesRead ?? 0,
    })
    this.#lane.hooks.onExchange(record)
  }
}
