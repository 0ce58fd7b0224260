import { changesNothing } from '../http/field-changes.ts'
import type { RawFields } from '../http/fields.ts'
import type { ResponseHead } from '../http1/head.ts'
import type { AroundLines } from '../http1/kept-head.ts'
import { bytesOfTheirOwn, type MessageBytes } from '../http1/outbox.ts'
import { fieldLines } from '../http1/writer.ts'
import type { OriginRequest, TakesAtOnce } from '../origin/origin-client.ts'
import type { Plan } from '../policy/plan.ts'
import type { ForwardedRequest } from '../request/forwarding.ts'
import type { AnswerTemplate, TemplatedAnswer } from '../respond/answer-template.ts'
import { priorityOf } from './ask-origin.ts'
import type { Core } from './core.ts'
import { PassOfUncacheable } from './pass-at-once.ts'
import type { TemplatesOfKey } from './remembered-templates.ts'
import type { ReceivedRequest } from './short-way.ts'

/** A GET without conditions or demands, of which a lane has made no strings: its lines go on as they came. */
export interface HeadRequest extends ReceivedRequest, ForwardedRequest {
  readonly target: string
  readonly clientAddress: string
  /** Of its connection. */
  readonly notes: ConnectionNotes
  /** Of its only `Cookie`; undefined without one. */
  readonly cookie: string | undefined
  /** Its lines as bytes, with these around them in the place of its own `Host`. */
  headFor(around: AroundLines): MessageBytes
  /** Whether `answerLike` can be called now: the client is there, and its connection is kept. */
  readonly takesTemplate: boolean
  /** @param answer of the response that the template has just found */
  answerLike(template: AnswerTemplate, answer: TemplatedAnswer, nowMs: number): void
}

/** What is said to origins of all requests of one connection, as bytes. */
export interface ConnectionNotes {
  forwarding?: ForwardingBytes
}

/** First `Host`, last what is added. */
interface ForwardingBytes extends AroundLines {
  /** Who made them: another one after a reload. */
  readonly by: Core['forwardingFields']
  readonly authority: string
  readonly scheme: string
}

/** The response to it is expected to be like one that was seen before: then it is answered in the moment in which that is read. */
export class PassByTemplate extends PassOfUncacheable implements TakesAtOnce {
  readonly #templates: TemplatesOfKey
  #head: HeadRequest | undefined
  #template: AnswerTemplate | undefined
  #response: Buffer | undefined
  #length = 0

  constructor(core: Core, plan: Plan, templates: TemplatesOfKey) {
    super(core, plan)
    this.#templates = templates
  }

  get atOnce(): this {
    return this
  }

  /** As `send`, of a request that is not made yet. */
  sendHead(head: HeadRequest): void {
    if (this.#goesOnAsItCame(head)) this.#head = head
    this.send(head)
  }

  protected override ask(): void {
    const head = this.#head
    if (head === undefined) return super.ask()
    this.watch()
    this.core.pool.send(new HeadUpstream(this.core, head), this)
  }

  expects(bytes: Buffer, length: number, origin: string): ResponseHead | undefined {
    if (this.#head?.takesTemplate !== true) return undefined
    this.#response = bytes
    this.#length = length
    this.#template = this.#templates.find(this.plan, origin, bytes, length)
    return this.#template?.expected.like
  }

  protected override get seeksTemplate(): boolean {
    return this.#head !== undefined
  }

  onWhole(nowMs: number): void {
    const { core, plan } = this
    try {
      this.endWatch()
      core.lookup.rememberUnshareable(plan.key, 'uncacheable', nowMs)
      const template = this.#template!
      this.#head!.answerLike(template, template.answer!.of(this.#response!, this.#length), nowMs)
    } catch (cause) {
      this.fail(cause)
    }
  }

  #goesOnAsItCame({ cookie }: HeadRequest): boolean {
    const { core, plan } = this
    if (core.ownCookies !== undefined || !changesNothing(plan.requestFields)) return false
    if (cookie === undefined) return true
    const fields: RawFields = ['cookie', cookie]
    return plan.cookies.withoutNoise(fields) === fields
  }
}

/** The upstream request of a head that goes on as it came; its fields are made for those alone who look at them. */
class HeadUpstream implements OriginRequest {
  readonly head: MessageBytes
  readonly #core: Core
  readonly #received: HeadRequest

  constructor(core: Core, received: HeadRequest) {
    this.head = received.headFor(forwardingOf(core, received))
    this.#core = core
    this.#received = received
  }

  get method(): string {
    return 'GET'
  }

  get target(): string {
    return this.#received.target
  }

  get authority(): string {
    return this.#received.authority
  }

  get clientAddress(): string {
    return this.#received.clientAddress
  }

  get body(): undefined {
    return undefined
  }

  get upgrade(): undefined {
    return undefined
  }

  get expectsContinue(): boolean {
    return false
  }

  get fields(): RawFields {
    const { authority } = this
    const forwarding = this.#core.forwardingFields(this.#received)
    return ['Host', authority, ...this.#received.whole().fields, ...forwarding]
  }

  get priority(): () => 'visitor' | 'crawler' {
    return () => priorityOf(this.#core, this.#received.whole())
  }
}

/** What is added to the requests of a connection is mostly the same. */
function forwardingOf({ forwardingFields: by }: Core, request: HeadRequest): ForwardingBytes {
  const { notes, authority, scheme } = request
  const before = notes.forwarding
  if (before?.by === by && before.authority === authority && before.scheme === scheme) return before
  const first = bytesOfTheirOwn(fieldLines(['Host', authority]))
  const last = bytesOfTheirOwn(`${fieldLines(by(request))}\r\n\r\n`)
  notes.forwarding = { by, authority, scheme, first, last }
  return notes.forwarding
}
