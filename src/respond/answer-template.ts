import { changesNothing } from '../http/field-changes.ts'
import type { RawFields } from '../http/fields.ts'
import { firstValue, hasField, lowerName } from '../http/fields.ts'
import { NameSet } from '../http/name-set.ts'
import { canonicalChunksLength } from '../http1/canonical-chunks.ts'
import { canonicalContentLength } from '../http1/canonical-length.ts'
import { ExpectedHead } from '../http1/expected-head.ts'
import type { ResponseHead } from '../http1/head.ts'
import type { MessageBytes } from '../http1/outbox.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { Plan } from '../policy/plan.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import { isConsumed } from './responder.ts'

/**
 * Fields that say something else with every response, and nothing that decides what becomes of one that forbids to be stored: when it
 * was made, how long it is, what it would be known again by, and what is for its recipient alone.
 */
const FREE = new NameSet([
  ...['date', 'content-length', 'etag', 'last-modified', 'expires', 'set-cookie', 'server-timing'],
  ...['x-request-id', 'x-correlation-id', 'x-trace-id', 'x-runtime', 'cf-ray'],
])

/** A template has a head about four times, and there may be thousands of them. */
const FIELDS_LENGTH_MAX = 8 * 1024

/** The bytes of an answer, made of those of the response that its template has just found. */
export interface TemplatedAnswer extends MessageBytes {
  /** Takes this response next: the first `length` of `bytes`. */
  of(bytes: Buffer, length: number): this
}

/**
 * What one response became, for those that are like it: from the same member, under the same plan, of the same head but for values
 * that decide nothing. All that was decided then holds for them.
 */
export class AnswerTemplate {
  readonly plan: Plan
  readonly origin: string
  readonly expected: ExpectedHead
  readonly status: number
  readonly decision: Decision
  readonly responseType: string | undefined
  /** For the lane to make, which frames it: absent, nothing is answered by it yet. */
  answer: TemplatedAnswer | undefined
  /** Of `Content-Length` among the free values; -1 where the body comes in chunks. */
  readonly #lengthIndex: number
  #bodyBytes = 0

  /** @throws ProxyError INTERNAL when the head cannot be written */
  constructor(plan: Plan, received: ResponseHead, answer: ProxyResponse, origin: string) {
    this.plan = plan
    this.origin = origin
    this.expected = new ExpectedHead(received, FREE)
    this.status = answer.status
    this.decision = answer.decision
    this.responseType = firstValue(answer.fields, 'content-type')
    this.#lengthIndex = this.expected.free.findIndex(([name]) => lowerName(name) === 'content-length')
  }

  /** The body comes in chunks; otherwise its length is announced. */
  get isChunked(): boolean {
    return this.#lengthIndex === -1
  }

  /** Of the body that was found last. */
  get bodyBytes(): number {
    return this.#bodyBytes
  }

  /** Whether the first `length` of `bytes` are a response like that one, all of it and no more. */
  isLike(bytes: Buffer, length: number): boolean {
    const { expected } = this
    if (!expected.isBeginOf(bytes, length)) return false
    if (this.isChunked) {
      this.#bodyBytes = canonicalChunksLength(bytes, expected.end, length)
      return !Number.isNaN(this.#bodyBytes)
    }
    const index = this.#lengthIndex
    this.#bodyBytes = canonicalContentLength(bytes, expected.valueBegin(index), expected.valueEnd(index))
    return expected.end + this.#bodyBytes === length
  }
}

/**
 * Whether what becomes of a response becomes of every one that is like it. Its end has to be proved by its framing, and the reason not to
 * store it to be in the fields that have to be the same.
 */
export function makesTemplate(plan: Plan, response: OriginResponse): boolean {
  const { received, framing, body, status, fields, ownCookie } = response
  if (received === undefined || received.minorVersion !== 1 || body === undefined || framing === 'until-close')
    return false
  if (status >= 400 || ownCookie !== undefined || plan.readsResponseFields || !hasField(fields, 'date')) return false
  if (!changesNothing(plan.forResponse(status, fields).responseFields)) return false
  return !namesConsumed(fields) && lengthOfFields(received.fields) <= FIELDS_LENGTH_MAX
}

function lengthOfFields(fields: RawFields): number {
  let length = 0
  for (let i = 0; i < fields.length; i++) length += fields[i]!.length
  return length
}

/** Fields for caches alone may ask for more than is seen in the answer, as a purge does. */
function namesConsumed(fields: RawFields): boolean {
  for (let i = 0; i < fields.length; i += 2) if (isConsumed(fields[i]!)) return true
  return false
}
