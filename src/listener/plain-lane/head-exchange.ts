import { firstValue, type RawFields } from '../../http/fields.ts'
import type { AroundLines, KeptHead } from '../../http1/kept-head.ts'
import { type MessageBytes, Outbox } from '../../http1/outbox.ts'
import type { MemoryRequest } from '../../proxy/answer-from-memory.ts'
import type { ConnectionNotes, HeadRequest, PassByTemplate } from '../../proxy/pass-by-template.ts'
import { type NormalisedRequest, normalisePlain } from '../../request/normalise.ts'
import type { ProxyRequest } from '../../request/proxy-request.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import type { AnswerTemplate, TemplatedAnswer } from '../../respond/answer-template.ts'
import type { ExchangeRecord } from '../exchange-record.ts'
import { type Answered, type ExchangeEnd, NOT_ANSWERED } from '../exchange-recorder.ts'
import type { PlainWorkParts } from './exchange-parts.ts'
import { HeadRecord } from './head-record.ts'
import { PlainWork } from './plain-work.ts'
import { StallWatch, whenTaken } from './taken.ts'

const NO_FIELDS: RawFields = []
const outbox = new Outbox()

export interface HeadExchangeParts extends PlainWorkParts {
  readonly way: PassByTemplate
  readonly head: KeptHead
  /** What was found out about it; valid while this is made. */
  readonly found: MemoryRequest
  readonly notes: ConnectionNotes
}

/** A request whose answer is expected to be like one before: it is no more than its bytes until somebody wants more of it. */
export class HeadExchange extends PlainWork implements HeadRequest {
  readonly method = 'GET'
  readonly version = '1.1'
  readonly forwarding = NO_FIELDS
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  readonly cookie: string | undefined
  readonly notes: ConnectionNotes
  readonly peerAddress: string
  readonly clientAddress: string
  readonly head: KeptHead
  readonly receivedMs: number
  readonly #way: PassByTemplate
  #whole: ProxyRequest | undefined
  #answered: Answered = NOT_ANSWERED
  #firstByteMs: number | undefined
  /** Of an answer that a template has made. */
  #templatedBytes: number | undefined

  constructor(parts: HeadExchangeParts) {
    super(parts)
    const { way, head, found, notes, lane, connection } = parts
    this.scheme = found.scheme
    this.authority = found.authority
    this.target = found.target
    this.cookie = found.field('cookie')
    this.notes = notes
    this.peerAddress = connection.peerAddress
    // Nobody in front has said anything else.
    this.clientAddress = connection.peerAddress
    this.head = head
    this.receivedMs = lane.clock.now()
    this.#way = way
  }

  override begin(): void {
    this.#way.sendHead(this, (answer, template) => this.respondOrFail(answer, template))
  }

  headFor(around: AroundLines): MessageBytes {
    return this.head.with(around)
  }

  whole(): ProxyRequest {
    this.#whole ??= { ...this.#normalised(), receivedMs: this.receivedMs, body: undefined, exchange: this }
    return this.#whole
  }

  get takesTemplate(): boolean {
    return !this.isOver && !this.isAnswering && !this.closesAfter({ close: false })
  }

  answerLike(template: AnswerTemplate, answer: TemplatedAnswer, nowMs: number): void {
    try {
      this.#answerLike(template, answer, nowMs)
    } catch (error) {
      this.failInternally(error)
    }
  }

  #answerLike(template: AnswerTemplate, answer: TemplatedAnswer, nowMs: number): void {
    const { socket } = this.connection
    this.#answered = template
    this.#firstByteMs = nowMs
    this.#templatedBytes = template.bodyBytes
    this.wroteBeside(outbox.send(socket, answer))
    if (socket.writableLength === 0) return this.onFinished(nowMs)
    const stall = new StallWatch(socket, this.lane.settings.times.sendStallMs)
    stall.begin()
    whenTaken(socket, () => {
      stall.end()
      this.onFinished()
    })
  }

  override get isAnswering(): boolean {
    return this.#templatedBytes !== undefined || super.isAnswering
  }

  protected override get asked(): ProxyRequest {
    return this.whole()
  }

  protected override responded({ status, decision, fields }: ProxyResponse, nowMs: number): void {
    this.#answered = { status, decision, responseType: firstValue(fields, 'content-type') }
    this.#firstByteMs = nowMs
  }

  protected override record(end: Omit<ExchangeEnd, 'requestBodyBytes'>): ExchangeRecord {
    const { endedMs, complete, bytesSent = 0 } = end
    const templated = this.#templatedBytes
    const bodyBytesSent = templated === undefined ? end.bodyBytesSent : complete ? templated : 0
    const firstByteMs = this.#firstByteMs
    return new HeadRecord(this, this.#answered, { endedMs, complete, bytesSent, bodyBytesSent, firstByteMs })
  }

  #normalised(): NormalisedRequest {
    const { method, scheme, authority, target } = this
    const { fields, linesOf } = this.head.read()
    return normalisePlain(
      { method, scheme, authority, target, fields, linesOf },
      this.connection,
      this.lane.settings.request,
    )
  }
}
