import { ProxyError } from '../../errors.ts'
import { connectionPersists, type Framing, NO_BODY, requestFraming } from '../../http1/framing.ts'
import type { RequestHead } from '../../http1/head.ts'
import type { Refused } from '../../http1/refused.ts'
import { type NormalisedRequest, normaliseRequest } from '../../request/normalise.ts'
import type { ProxyRequest } from '../../request/proxy-request.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import { type Refusal, refuse } from '../../request/refusal.ts'
import type { ExchangeRecord } from '../exchange-record.ts'
import { ExchangeRecorder } from '../exchange-recorder.ts'
import { bodyCut, type RequestBody } from '../request-body.ts'
import type { ExchangeOwner, KnownWay } from './exchange-parts.ts'
import { PlainBody } from './plain-body.ts'
import { PlainWork } from './plain-work.ts'

/** One request of the plain lane on its way through the core, from its turn on the connection to the last byte. */
export class PlainExchange extends PlainWork {
  readonly #head: RequestHead
  readonly #known: KnownWay | undefined
  readonly #recorder: ExchangeRecorder
  readonly #framing: Framing | Refused
  readonly #body: PlainBody | undefined
  /** Why the body is none. */
  #malformed: Refusal | undefined
  #request: NormalisedRequest | undefined
  #whole: ProxyRequest | undefined
  /** The response is out, the rest of the body is not yet here. */
  #lingering: NodeJS.Timeout | undefined

  /** @param known of a request whose way is known; without it, it goes the general one */
  constructor(owner: ExchangeOwner, head: RequestHead, known: KnownWay | undefined) {
    super(owner)
    this.#head = head
    this.#known = known
    this.#recorder = new ExchangeRecorder(owner.connection, owner.context.clock.now(), 0)
    this.#framing = known === undefined ? requestFraming(head) : NO_BODY
    this.#body = this.#bodyFor(this.#framing)
  }

  override begin(): void {
    const { settings } = this.lane
    const framing = this.#framing
    const { method, target, fields } = this.#head
    const received = { method, target, fields, version: '1.1', hasBody: this.#body !== undefined }
    this.#recorder.received(received)
    if (framing.kind === 'refused') return this.answerHere(framing, method)
    if (this.#malformed !== undefined) return this.answerHere(this.#malformed, method)
    const request = this.#known?.request ?? normaliseRequest(received, this.connection, settings.request)
    if (request.kind === 'refused') return this.answerHere(request, method)
    if (framing.kind === 'length' && framing.length > settings.limits.requestBodyBytesMax) {
      return this.answerHere(refuse(413, 'body-too-large', 'The request body is too large'), method)
    }
    this.#ask(request)
  }

  /** Of one that has begun. */
  whole(): ProxyRequest {
    return this.#whole!
  }

  protected override get asked(): NormalisedRequest {
    return this.#request!
  }

  protected override responded(answer: ProxyResponse, nowMs: number): void {
    this.#recorder.responded(answer, nowMs)
  }

  protected override record(): ExchangeRecord {
    return this.#recorder.record(this)
  }

  override get requestBodyBytes(): number {
    return this.#body?.body.bytesRead ?? 0
  }

  override get wantsBody(): boolean {
    return this.#body?.wantsMore === true
  }

  override get holdsBody(): boolean {
    return this.#body !== undefined && !this.#body.isReceived && !this.#body.wantsMore
  }

  override readBody(chunk: Buffer, start: number): number {
    return this.#body?.read(chunk, start) ?? start
  }

  override cutBody(): void {
    const body = this.#body
    if (body === undefined || body.isReceived) return
    if (!this.isAnswering && !this.isOver) this.finish(false)
    body.body.fail(bodyCut(body.body.bytesRead))
    if (!this.isAnswering) this.tellGone()
  }

  override onClosed(): void {
    clearTimeout(this.#lingering)
    if (this.#body?.isReceived === false) this.#body.body.fail(bodyCut(this.#body.body.bytesRead))
    super.onClosed()
  }

  protected override leave(): void {
    const isKept = !this.connection.isEnding && !this.lane.isDraining
    if (isKept && this.#body?.isReceived === false) return this.#awaitEndOfBody(this.#body.body)
    super.leave()
  }

  #ask(normalised: NormalisedRequest): void {
    this.#request = normalised
    this.#recorder.normalised(normalised)
    const body = this.#body?.body
    const request: ProxyRequest = { ...normalised, receivedMs: this.#recorder.receivedMs, body, exchange: this }
    const way = this.#known?.way
    this.#whole = request
    if (way !== undefined) return way.send(this)
    try {
      const answer = this.lane.handle(request)
      if (!(answer instanceof Promise)) return this.respond(answer)
      answer.then(
        (response) => this.respond(response),
        (error: unknown) => this.failInternally(error),
      )
    } catch (error) {
      this.failInternally(error)
    }
  }

  protected override closesAfter(answer: ProxyResponse): boolean {
    const { discardedBodyBytesMax } = this.lane.settings.limits
    if (this.#body?.body.forbidsKeeping(discardedBodyBytesMax) === true) return true
    return (this.#known === undefined && !connectionPersists(this.#head)) || super.closesAfter(answer)
  }

  #bodyFor(framing: Framing | Refused): PlainBody | undefined {
    if (framing.kind !== 'chunked' && (framing.kind !== 'length' || framing.length === 0)) return undefined
    const { limits, times } = this.lane.settings
    const length = framing.kind === 'length' ? framing.length : undefined
    const options = { length, bytesMax: limits.requestBodyBytesMax, stallMs: times.bodyStallMs }
    return new PlainBody(framing, options, {
      onWanted: () => this.owner.onBodyWanted(),
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
    if (this.#request === undefined || this.isOver) return
    if (this.isAnswering) return this.connection.break()
    this.tellGone()
    this.answerHere(refusal)
  }

  /** An unread body must never be read as a request: it is dropped up to a limit, or goes with the connection. */
  protected override onAnswering(): void {
    const { connection } = this
    if (this.#body === undefined || this.#body.isReceived) return
    connection.expectUnreadRest()
    const { body } = this.#body
    if (body.isUnwanted && !connection.isEnding) this.#discard(body)
  }

  #discard(body: RequestBody): void {
    const { lane, connection } = this
    body.discard(lane.settings.limits.discardedBodyBytesMax, () => {
      connection.endAfterCurrent()
      // A response under way is not cut short for it: the connection closes when that is out.
      if (this.isOver) connection.close()
    })
  }

  #awaitEndOfBody(body: RequestBody): void {
    const { lane, connection } = this
    this.#lingering = setTimeout(() => connection.close(), lane.settings.times.lingerMs)
    if (!body.isUnwanted) this.#discard(body)
  }

  #onBodyReceived(): void {
    if (this.#lingering === undefined) return
    clearTimeout(this.#lingering)
    this.#lingering = undefined
    if (!this.connection.isEnding) this.owner.onDone()
  }
}
