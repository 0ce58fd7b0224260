import { firstValue, type RawFields } from '../http/fields.ts'
import type { Plan } from '../policy/plan.ts'
import type { Exchange, ProxyRequest } from '../request/proxy-request.ts'
import {
  type PreparedFor,
  type PreparedKind,
  PreparedResponse,
  PreparedResponses,
} from '../respond/prepared-response.ts'
import { currentAgeSeconds } from '../rfc9111/age.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { answersConditional } from '../rfc9111/validation.ts'
import type { Variants } from '../tiers/memory-tier.ts'
import type { Core } from './core.ts'

/**
 * A plain GET or HEAD that a lane would like answered at once. It is what its `ProxyRequest` would be, but with its fields
 * asked for by name, as most are never looked at. The lane makes none of a request with a body, `Authorization`, `Range`,
 * `If-Range`, `If-Match`, `If-Unmodified-Since` or a `Connection` that names fields.
 */
export interface MemoryRequest {
  readonly method: 'GET' | 'HEAD'
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  /** `Cache-Control`, `Pragma`, `If-None-Match`, `If-Modified-Since`, as far as they are there. */
  readonly decisive: RawFields
  /** Whether one of the conditions is among them. */
  readonly isConditional: boolean
  /** Whether `field` can say what the request has under this name. */
  knows(name: string): boolean
  /** The value of an end-to-end field, undefined without it. */
  field(name: string): string | undefined
  /** All end-to-end fields, as `ProxyRequest` has them. */
  allFields(): RawFields
}

/** Answers from memory in the same turn, or undefined: then the request goes the general way, which finds the same or more. */
export type AnswerFromMemory = (request: MemoryRequest) => PreparedResponse | undefined

/** Bytes that prepared responses may take, beside the memory tier's own. */
const PREPARED_BYTES_MAX = 32 * 1024 * 1024

/**
 * The short way of a hit: by the same steps as `createRequestHandler`, in the same order, over the few fields that they
 * read. What they make is remembered for the second in which it stays the same.
 */
export function createMemoryAnswers(core: Core): AnswerFromMemory {
  const preparedResponses = new PreparedResponses(PREPARED_BYTES_MAX)
  return (request) => {
    const probe = new Probe(request)
    const plan = core.plan(probe)
    if (plan.kind !== 'cache') return undefined
    const variants = core.memory.peek(plan.key)
    if (variants === undefined || !probe.narrow(variants)) return undefined
    const found = core.lookup.peek(probe, plan)
    if (found.kind !== 'fresh' || found.stored.range !== undefined) return undefined
    const { stored } = found
    // Counts the hit, and makes the key recently used.
    core.memory.get(plan.key)
    const kind = preparedKind(request, probe, stored)
    const wanted = preparedFor(plan, stored, currentAgeSeconds(stored, core.clock.now()))
    const before = preparedResponses.get(stored, kind)
    if (before?.suits(wanted) === true) return before
    const prepared = new PreparedResponse(core.responder.stored(probe, plan, stored, { outcome: 'hit' }), wanted)
    preparedResponses.set(stored, kind, prepared)
    return prepared
  }
}

function preparedKind(request: MemoryRequest, probe: Probe, stored: StoredResponse): PreparedKind {
  if (!request.isConditional) return request.method
  return answersConditional({ requestFields: probe.fields, ...stored }) === 'not-modified'
    ? 'not-modified'
    : request.method
}

function preparedFor(plan: Plan, stored: StoredResponse, ageSeconds: number): PreparedFor {
  const policy = plan.forResponse(stored.status, firstValue(stored.fields, 'content-type'))
  return { key: plan.key, rule: plan.rule, policy, ageSeconds }
}

/** A request without an exchange: nothing of a hit is ever told to it. */
const NO_EXCHANGE: Exchange = { interim: () => {}, onGone: () => {} }
const NO_FIELDS: RawFields = []

/** The request as the steps want it. Whoever reads its fields before they are narrowed, as a key of cookies does, gets all. */
class Probe implements ProxyRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  readonly version = '1.1'
  readonly forwarding = NO_FIELDS
  readonly clientAddress = ''
  readonly peerAddress = ''
  readonly receivedMs = 0
  readonly body = undefined
  readonly expectsContinue = false
  readonly acceptsTrailers = false
  readonly upgrade = undefined
  readonly exchange = NO_EXCHANGE
  readonly #request: MemoryRequest
  #fields: RawFields | undefined

  constructor(request: MemoryRequest) {
    this.method = request.method
    this.scheme = request.scheme
    this.authority = request.authority
    this.target = request.target
    this.#request = request
  }

  get fields(): RawFields {
    this.#fields ??= this.#request.allFields()
    return this.#fields
  }

  /**
   * From here on only those fields that reuse and these variants' selection read.
   *
   * @returns false when that cannot be told
   */
  narrow(variants: Variants): boolean {
    if (this.#fields !== undefined) return true
    const request = this.#request
    let fields = request.decisive
    for (const { selecting } of variants) {
      for (const { name } of selecting) {
        if (!request.knows(name)) return false
        const value = request.field(name)
        if (value !== undefined && !fields.includes(name)) fields = [...fields, name, value]
      }
    }
    this.#fields = fields
    return true
  }
}
