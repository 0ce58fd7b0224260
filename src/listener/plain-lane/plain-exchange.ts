import { ProxyError } from '../../errors.ts'
import type { RawFields } from '../../http/fields.ts'
import { connectionPersists, type Framing, requestFraming } from '../../http1/framing.ts'
import type { Refused } from '../../http1/refused.ts'
import { type NormalisedRequest, normaliseRequest } from '../../request/normalise.ts'
import type { Exchange, ProxyRequest } from '../../request/proxy-request.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import { type Refusal, refuse } from '../../request/refusal.ts'
import { cancelBody, leftBeforeTheEnd } from '../client-gone.ts'
import type { Work } from '../connection.ts'
import { ExchangeRecorder } from '../exchange-recorder.ts'
import { NOBODY_LISTENS } from '../listener-hooks.ts'
import { ownAnswer, ownAnswerBytes } from '../own-answer.ts'
import { bodyCut, type RequestBody } from '../request-body.ts'
import { assertFinal, interimHead } from '../response-framing.ts'
import type { PlainExchangeParts } from './exchange-parts.ts'
import { PlainBody } from './plain-body.ts'
import { PlainWriter, type PlainWriterEvents } from './plain-writer.ts'

const NO_BODY: Framing = { kind: 'none' }

/** One request of the plain lane on its way through the core, from its turn on the connection to the last byte. */
export class PlainExchange implements Work, Exchange, PlainWriterEvents {
  readonly #parts: PlainExchangeParts
  readonly #recorder: ExchangeRecorder
  readonly #framing: Framing | Refused
  readonly #body: PlainBody | undefined
  /** Why the body is none. */
  #malformed: Refusal | undefined
  #goneListeners: (() => void)[] | undefined
  #request: NormalisedRequest | undefined
  #writer: PlainWriter | undefined
  /** The response is out, the rest of the body is not yet here. */
  #lingering: NodeJS.Timeout | undefined
  /** Of all that no writer has written. */
  #bytesBeside = 0
  #isOver = false
  #isGone = false

  constructor(parts: PlainExchangeParts) {
    this.#parts = parts
    this.#recorder = new ExchangeRecorder(parts.connection, parts.lane.clock.now(), 0)
    this.#framing = parts.known === undefined ? requestFraming(parts.head) : NO_BODY
    this.#body = this.#bodyFor(this.#framing)
  }

  begin(): void {
    const { lane, connection, head, known } = this.#parts
    const framing = this.#framing
    const { method, target, fields } = head
    const received = { method, target, fields, version: '1.1', hasBody: this.#body !== undefined }
    this.#recorder.received(received)
    if (framing.kind === 'refused') return this.#answerHere(framing)
    if (this.#malformed !== undefined) return this.#answerHere(this.#malformed)
    const request = known?.request ?? normaliseRequest(received, connection, lane.settings.request)
    if (request.kind === 'refused') return this.#answerHere(request)
    if (framing.kind === 'length' && framing.length > lane.settings.limits.requestBodyBytesMax) {
      return this.#answerHere(refuse(413, 'body-too-large', 'The request body is too large'))
    }
    this.#ask(request)
  }

  /** The response has begun: a client that only ends its own side still wants it. */
  get isAnswering(): boolean {
    return this.#writer !== undefined
  }

  /** What the connection brings next belongs to the body, and is wanted. */
  get wantsBody(): boolean {
    return this.#body?.wantsMore === true
  }

  /** What the connection brings next belongs to the body, and nobody takes it yet. */
  get holdsBody(): boolean {
    return this.#body !== undefined && !this.#body.isReceived && !this.#body.wantsMore
  }

  /** Takes bytes of the body, also before `begin`. @returns the index of the first byte behind it */
  readBody(chunk: Buffer, start: number): number {
    return this.#body?.read(chunk, start) ?? start
  }

  /** The client has ended its side, which leaves a body that is not complete a torso. */
  cutBody(): void {
    const body = this.#body
    if (body === undefined || body.isReceived) return
    if (this.#writer === undefined && !this.#isOver) this.#finish(false)
    body.body.fail(bodyCut(body.body.bytesRead))
    if (this.#writer === undefined) this.#tellGone()
  }

  /** The client has ended its side while it is answered: it may want the rest, or be gone. */
  clientEnded(): void {
    this.#writer?.limitSilence(this.#parts.lane.settings.times.halfClosedMs)
  }

  interim(status: number, fields: RawFields): void {
    if (this.#isOver || this.#writer !== undefined) return
    const head = interimHead(status, fields)
    this.#bytesBeside += head.length
    this.#parts.connection.socket.write(head, 'latin1')
  }

  onGone(listener: () => void): void {
    if (this.#isGone) return listener()
    if (this.#isOver) return
    this.#goneListeners ??= []
    this.#goneListeners.push(listener)
  }

  /** The connection has closed. */
  onClosed(): void {
    clearTimeout(this.#lingering)
    if (this.#body?.isReceived === false) this.#body.body.fail(bodyCut(this.#body.body.bytesRead))
    if (this.#isOver) return
    this.#finish(false)
    this.#tellGone()
    this.#writer?.abandon(leftBeforeTheEnd())
  }

  onFinished(): void {
    if (this.#isOver) return
    const { lane, connection } = this.#parts
    this.#finish(true)
    if (connection.isEnding || lane.isDraining) return connection.closeAfterResponse()
    if (this.#body === undefined || this.#body.isReceived) return this.#parts.owner.onDone()
    this.#awaitEndOfBody(this.#body.body)
  }

  onBroken(): void {
    this.#parts.connection.break()
  }

  #ask(normalised: NormalisedRequest): void {
    this.#request = normalised
    this.#recorder.normalised(normalised)
    const body = this.#body?.body
    const request: ProxyRequest = { ...normalised, receivedMs: this.#recorder.receivedMs, body, exchange: this }
    const { known, lane } = this.#parts
    if (known !== undefined) return known.way.send(request, (answer) => this.#respondOrFail(answer))
    try {
      const answer = lane.handle(request)
      if (!(answer instanceof Promise)) return this.#respondOrFail(answer)
      answer.then(
        (response) => this.#respondOrFail(response),
        (error: unknown) => this.#failInternally(error),
      )
    } catch (error) {
      this.#failInternally(error)
    }
  }

  #respondOrFail(answer: ProxyResponse): void {
    try {
      this.#respond(answer)
    } catch (error) {
      this.#failInternally(error)
    }
  }

  #respond(answer: ProxyResponse): void {
    if (this.#isOver) return cancelBody(answer, leftBeforeTheEnd())
    assertFinal(answer)
    const { lane, connection } = this.#parts
    const { method, version, acceptsTrailers } = this.#request!
    const closes = this.#closesAfter(answer)
    const situation = { method, version, acceptsTrailers, closes, sendStallMs: lane.settings.times.sendStallMs }
    const writer = new PlainWriter(connection.socket, situation, this)
    const nowMs = lane.clock.now()
    this.#recorder.responded(answer, nowMs)
    if (closes) connection.endAfterCurrent()
    this.#discardUnwantedBody()
    this.#writer = writer
    try {
      writer.begin(answer, nowMs)
    } catch (cause) {
      if (writer.bytes === 0) this.#writer = undefined
      const options = { source: 'internal', status: 500, cause } as const
      cancelBody(answer, new ProxyError('INTERNAL', 'Cannot write response', options))
      throw cause
    }
  }

  /** Decides, before the head is written, whether the connection can be kept (RFC 9112 §9.3). */
  #closesAfter(answer: ProxyResponse): boolean {
    const { lane, connection, head, known } = this.#parts
    const isLast = connection.served >= lane.settings.limits.requestsPerConnectionMax
    if (this.#body?.body.forbidsKeeping(lane.settings.limits.discardedBodyBytesMax) === true) return true
    return (
      answer.close === true ||
      connection.isEnding ||
      lane.isDraining ||
      isLast ||
      (known === undefined && !connectionPersists(head))
    )
  }

  #bodyFor(framing: Framing | Refused): PlainBody | undefined {
    if (framing.kind !== 'chunked' && (framing.kind !== 'length' || framing.length === 0)) return undefined
    const { lane, owner } = this.#parts
    const { limits, times } = lane.settings
    const length = framing.kind === 'length' ? framing.length : undefined
    const options = { length, bytesMax: limits.requestBodyBytesMax, stallMs: times.bodyStallMs }
    return new PlainBody(framing, options, {
      onWanted: () => owner.onBodyWanted(),
      onReceived: () => this.#onBodyReceived(),
      onMalformed: (refusal) => this.#refuseBody(refusal),
    })
  }

  /** What the client sends as body is no body: whoever reads it must not take it for a whole one. */
  #refuseBody(refusal: Refusal): void {
    this.#malformed = refusal
    const { message, status } = refusal
    this.#body?.body.fail(new ProxyError('CLIENT_BAD_BODY', message, { source: 'client', status }))
    // Not begun yet: it will be refused then.
    if (this.#request === undefined || this.#isOver) return
    if (this.#writer !== undefined) return this.#parts.connection.break()
    this.#tellGone()
    this.#answerHere(refusal)
  }

  /** An unread body must never be read as a request: it is dropped up to a limit, or goes with the connection. */
  #discardUnwantedBody(): void {
    const { connection } = this.#parts
    if (this.#body === undefined || this.#body.isReceived) return
    connection.expectUnreadRest()
    const { body } = this.#body
    if (body.isUnwanted && !connection.isEnding) this.#discard(body)
  }

  #discard(body: RequestBody): void {
    const { lane, connection } = this.#parts
    body.discard(lane.settings.limits.discardedBodyBytesMax, () => {
      connection.endAfterCurrent()
      // A response under way is not cut short for it: the connection closes when that is out.
      if (this.#isOver) connection.close()
    })
  }

  #awaitEndOfBody(body: RequestBody): void {
    const { lane, connection } = this.#parts
    this.#lingering = setTimeout(() => connection.close(), lane.settings.times.lingerMs)
    if (!body.isUnwanted) this.#discard(body)
  }

  #onBodyReceived(): void {
    if (this.#lingering === undefined) return
    clearTimeout(this.#lingering)
    this.#lingering = undefined
    if (!this.#parts.connection.isEnding) this.#parts.owner.onDone()
  }

  #failInternally(error: unknown): void {
    const { lane, connection } = this.#parts
    lane.hooks.onInternalError(error)
    const status = error instanceof ProxyError ? error.status : 500
    if (this.#writer !== undefined) return connection.break()
    this.#tellGone()
    if (!this.#isOver) this.#answerHere(refuse(status, 'internal', 'The request could not be handled'))
  }

  /** Answers without the core, and closes: after a refusal nothing that follows on the connection may be taken for a request. */
  #answerHere(refusal: Pick<Refusal, 'status' | 'reason' | 'message'>): void {
    const { lane, connection, head } = this.#parts
    const answer = ownAnswer({ kind: 'refused', ...refusal }, lane.settings.request.pseudonym)
    const withBody = head.method !== 'HEAD'
    this.#recorder.responded(answer, lane.clock.now())
    const bytes = ownAnswerBytes(answer, withBody)
    this.#bytesBeside += bytes.length
    connection.close(bytes)
    this.#finish(true, withBody ? answer.body?.length : 0)
  }

  #tellGone(): void {
    this.#isGone = true
    const listeners = this.#goneListeners
    this.#goneListeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  #finish(complete: boolean, ownBodyBytes?: number): void {
    this.#isOver = true
    const { hooks, clock } = this.#parts.lane
    if (hooks.onExchange === NOBODY_LISTENS) return
    const writtenBytes = complete ? this.#writer?.bodyBytes : this.#writer?.takenBytes
    const record = this.#recorder.record({
      endedMs: clock.now(),
      complete,
      bytesSent: this.#bytesBeside + (this.#writer?.bytes ?? 0),
      bodyBytesSent: ownBodyBytes ?? writtenBytes ?? 0,
      requestBodyBytes: this.#body?.body.bytesRead ?? 0,
    })
    hooks.onExchange(record)
  }
}
