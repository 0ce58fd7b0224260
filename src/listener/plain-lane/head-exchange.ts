import { firstValue, type RawFields } from '../../http/fields.ts'
import type { AroundLines, KeptHead } from '../../http1/kept-head.ts'
import { type MessageBytes, Outbox } from '../../http1/outbox.ts'
import type { MemoryRequest } from '../../proxy/answer-from-memory.ts'
import type { ConnectionNotes, HeadRequest, PassByTemplate } from '../../proxy/pass-by-template.ts'
import { type NormalisedRequest, normalisePlain } from '../../request/normalise.ts'
import type { ProxyRequest } from '../../request/proxy-request.ts'
import type { Decision, ProxyResponse } from '../../request/proxy-response.ts'
import type { AnswerTemplate, TemplatedAnswer } from '../../respond/answer-template.ts'
import type { ExchangeRecord } from '../exchange-record.ts'
import { type Answered, NOT_ANSWERED } from '../exchange-recorder.ts'
import type { ReadOn } from './make-exchange.ts'
import { PlainWork } from './plain-work.ts'
import { whenTakenInTime } from './taken.ts'

const NO_FIELDS: RawFields = []
const outbox = new Outbox()

/**
 * A request whose answer is expected to be like one before: it is no more than its bytes until somebody wants more of it. In the end it
 * is its own record.
 */
export class HeadExchange extends PlainWork implements HeadRequest, ExchangeRecord {
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  readonly cookie: string | undefined
  readonly notes: ConnectionNotes
  readonly receivedMs: number
  readonly #way: PassByTemplate
  readonly #head: KeptHead
  #whole: ProxyRequest | undefined
  #firstByteMs: number | undefined
  #answered: Answered = NOT_ANSWERED
  /** Of an answer that a template has made. */
  #templatedBytes: number | undefined

  /** @param found what was found out about it; valid while this is made */
  constructor(owner: ReadOn, way: PassByTemplate, head: KeptHead, found: MemoryRequest) {
    super(owner)
    this.scheme = found.scheme
    this.authority = found.authority
    this.target = found.target
    this.cookie = found.field('cookie')
    this.notes = owner.notes
    this.receivedMs = this.lane.clock.now()
    this.#way = way
    this.#head = head
  }

  override begin(): void {
    this.#way.sendHead(this)
  }

  get method(): 'GET' {
    return 'GET'
  }

  get version(): '1.1' {
    return '1.1'
  }

  get forwarding(): RawFields {
    return NO_FIELDS
  }

  get peerAddress(): string {
    return this.connection.peerAddress
  }

  /** Nobody in front has said anything else. */
  get clientAddress(): string {
    return this.connection.peerAddress
  }

  headFor(around: AroundLines): MessageBytes {
    return this.#head.with(around)
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
    if (socket.writableLength === 0) this.onFinished(nowMs)
    else this.#finishWhenTaken()
  }

  #finishWhenTaken(): void {
    whenTakenInTime(this.connection.socket, this.lane.settings.times.sendStallMs, () => this.onFinished())
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

  protected override record(): ExchangeRecord {
    return this
  }

  override get bodyBytesSent(): number {
    if (this.#templatedBytes === undefined) return super.bodyBytesSent
    return this.complete ? this.#templatedBytes : 0
  }

  get firstByteMs(): number | undefined {
    return this.#firstByteMs
  }

  get status(): number {
    return this.#answered.status
  }

  get decision(): Decision {
    return this.#answered.decision
  }

  get responseType(): string | undefined {
    return this.#answered.responseType
  }

  override get requestBodyBytes(): number {
    return 0
  }

  get fields(): RawFields {
    return this.#head.read().fields
  }

  get referer(): string | undefined {
    return firstValue(this.fields, 'referer')
  }

  get userAgent(): string | undefined {
    return firstValue(this.fields, 'user-agent')
  }

  #normalised(): NormalisedRequest {
    const { method, scheme, authority, target } = this
    const { fields, linesOf } = this.#head.read()
    return normalisePlain(
      { method, scheme, authority, target, fields, linesOf },
      this.connection,
      this.lane.settings.request,
    )
  }
}
