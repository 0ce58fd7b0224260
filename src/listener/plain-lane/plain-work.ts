import { ProxyError } from '../../errors.ts'
import type { RawFields } from '../../http/fields.ts'
import type { Exchange, ProxyRequest } from '../../request/proxy-request.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import { type Refusal, refuse } from '../../request/refusal.ts'
import type { AnswerTemplate } from '../../respond/answer-template.ts'
import { cancelBody, leftBeforeTheEnd } from '../client-gone.ts'
import type { Connection, Work } from '../connection.ts'
import type { ExchangeRecord } from '../exchange-record.ts'
import type { ExchangeEnd } from '../exchange-recorder.ts'
import type { LaneContext } from '../lane-context.ts'
import { NOBODY_LISTENS } from '../listener-hooks.ts'
import { ownAnswer, ownAnswerBytes } from '../own-answer.ts'
import { assertFinal, interimHead } from '../response-framing.ts'
import type { ExchangeOwner } from './exchange-parts.ts'
import { PlainWriter, type PlainWriterEvents } from './plain-writer.ts'
import { templatedAnswer } from './templated-answer.ts'

/** One request of the plain lane: how it is answered, how it ends, and who is told. */
export abstract class PlainWork implements Work, Exchange, PlainWriterEvents, ExchangeEnd {
  protected readonly lane: LaneContext
  protected readonly connection: Connection
  protected readonly owner: ExchangeOwner
  #goneListeners: (() => void)[] | undefined
  #writer: PlainWriter | undefined
  /** Of all that no writer has written. */
  #bytesBeside = 0
  #isOver = false
  #isGone = false
  #endedMs = 0
  #isComplete = false
  #bytesSent = 0
  #bodyBytesSent = 0

  constructor(owner: ExchangeOwner) {
    this.lane = owner.context
    this.connection = owner.connection
    this.owner = owner
  }

  abstract begin(): void

  /** What the answer depends on. */
  protected abstract get asked(): Pick<ProxyRequest, 'method' | 'version' | 'acceptsTrailers'>

  /** The head of this answer is about to be written. */
  protected abstract responded(answer: ProxyResponse, nowMs: number): void

  /** Of a request that has ended. */
  protected abstract record(): ExchangeRecord

  /** Bytes of the request's body that were read. */
  abstract get requestBodyBytes(): number

  // How it ended, once it has.

  get endedMs(): number {
    return this.#endedMs
  }

  get complete(): boolean {
    return this.#isComplete
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  get bodyBytesSent(): number {
    return this.#bodyBytesSent
  }

  /** The response has begun: a client that only ends its own side still wants it. */
  get isAnswering(): boolean {
    return this.#writer !== undefined
  }

  /** What the connection brings next belongs to the body, and is wanted. */
  get wantsBody(): boolean {
    return false
  }

  /** What the connection brings next belongs to the body, and nobody takes it yet. */
  get holdsBody(): boolean {
    return false
  }

  /** Takes bytes of the body, also before `begin`. @returns the index of the first byte behind it */
  readBody(_chunk: Buffer, start: number): number {
    return start
  }

  /** The client has ended its side, which leaves a body that is not complete a torso. */
  cutBody(): void {}

  /** The client has ended its side while it is answered: it may want the rest, or be gone. */
  clientEnded(): void {
    this.#writer?.limitSilence(this.lane.settings.times.halfClosedMs)
  }

  interim(status: number, fields: RawFields): void {
    if (this.#isOver || this.#writer !== undefined) return
    const head = interimHead(status, fields)
    this.#bytesBeside += head.length
    this.connection.socket.write(head, 'latin1')
  }

  onGone(listener: () => void): void {
    if (this.#isGone) return listener()
    if (this.#isOver) return
    this.#goneListeners ??= []
    this.#goneListeners.push(listener)
  }

  /** The connection has closed. */
  onClosed(): void {
    if (this.#isOver) return
    this.finish(false)
    this.tellGone()
    this.#writer?.abandon(leftBeforeTheEnd())
  }

  onFinished(nowMs = this.lane.clock.now()): void {
    if (this.#isOver) return
    this.finish(true, nowMs)
    this.leave()
  }

  onBroken(): void {
    this.connection.break()
  }

  protected get isOver(): boolean {
    return this.#isOver
  }

  /** The answer is out: the connection closes, or is left to the next. */
  protected leave(): void {
    if (this.connection.isEnding || this.lane.isDraining) this.connection.closeAfterResponse()
    else this.owner.onDone()
  }

  /** Bytes for the client that no writer writes. */
  protected wroteBeside(bytes: number): void {
    this.#bytesBeside += bytes
  }

  /** Writes the answer; what goes wrong there is answered, too. */
  respond(answer: ProxyResponse, template?: AnswerTemplate): void {
    try {
      this.#respond(answer, template)
    } catch (error) {
      this.failInternally(error)
    }
  }

  #respond(answer: ProxyResponse, template: AnswerTemplate | undefined): void {
    if (this.#isOver) return cancelBody(answer, leftBeforeTheEnd())
    assertFinal(answer)
    const { lane, connection } = this
    const { method, version, acceptsTrailers } = this.asked
    const closes = this.closesAfter(answer)
    const situation = { method, version, acceptsTrailers, closes, sendStallMs: lane.settings.times.sendStallMs }
    const writer = new PlainWriter(connection.socket, situation, this)
    const nowMs = lane.clock.now()
    if (template !== undefined) template.answer = templatedAnswer(template, answer)
    this.responded(answer, nowMs)
    if (closes) connection.endAfterCurrent()
    this.onAnswering()
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
  protected closesAfter({ close }: Pick<ProxyResponse, 'close'>): boolean {
    const { lane, connection } = this
    const isLast = connection.served >= lane.settings.limits.requestsPerConnectionMax
    return close === true || connection.isEnding || lane.isDraining || isLast
  }

  /** What is left of the request is not waited for. */
  protected onAnswering(): void {}

  protected failInternally(error: unknown): void {
    this.lane.hooks.onInternalError(error)
    const status = error instanceof ProxyError ? error.status : 500
    if (this.isAnswering) return this.connection.break()
    this.tellGone()
    if (!this.#isOver) this.answerHere(refuse(status, 'internal', 'The request could not be handled'))
  }

  /** Answers without the core, and closes: after a refusal nothing that follows on the connection may be taken for a request. */
  protected answerHere(refusal: Pick<Refusal, 'status' | 'reason' | 'message'>, method = this.asked.method): void {
    const { lane, connection } = this
    const answer = ownAnswer({ kind: 'refused', ...refusal }, lane.settings.request.pseudonym)
    const withBody = method !== 'HEAD'
    this.responded(answer, lane.clock.now())
    const bytes = ownAnswerBytes(answer, withBody)
    this.#bytesBeside += bytes.length
    connection.close(bytes)
    this.finish(true, undefined, withBody ? answer.body?.length : 0)
  }

  protected tellGone(): void {
    this.#isGone = true
    const listeners = this.#goneListeners
    this.#goneListeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  protected finish(complete: boolean, endedMs = this.lane.clock.now(), ownBodyBytes?: number): void {
    this.#isOver = true
    const { hooks } = this.lane
    if (hooks.onExchange === NOBODY_LISTENS) return
    const writtenBytes = complete ? this.#writer?.bodyBytes : this.#writer?.takenBytes
    this.#endedMs = endedMs
    this.#isComplete = complete
    this.#bytesSent = this.#bytesBeside + (this.#writer?.bytes ?? 0)
    this.#bodyBytesSent = ownBodyBytes ?? writtenBytes ?? 0
    hooks.onExchange(this.record())
  }
}
