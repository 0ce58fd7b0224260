import type { Clock } from '../clock.ts'
import { ProxyError } from '../errors.ts'
import type { BodySource } from '../http/body.ts'
import { formatHttpDate, parseHttpDate } from '../http/date.ts'
import { changedFields, changesNothing, type FieldChanges } from '../http/field-changes.ts'
import { allValues, filterFields, firstValue, hasField, type RawFields } from '../http/fields.ts'
import { fieldsWithout, NameSet } from '../http/name-set.ts'
import { consumedPurgeFields } from '../http/tag-fields.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import { currentAgeSeconds, parseAge } from '../rfc9111/age.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { consumedTargetedFields } from '../rfc9111/targeted.ts'
import { answersConditional } from '../rfc9111/validation.ts'
import { type CacheStatusSettings, cacheStatus } from './cache-status.ts'
import { errorResponse, localResponse } from './error-response.ts'
import { rangeResponse } from './range-response.ts'

export interface ResponderSettings {
  /** Pseudonym in `Via` (RFC 9110 §7.6.3). */
  readonly viaName: string
  /** undefined: no `Cache-Status` is sent. */
  readonly cacheStatus: CacheStatusSettings | undefined
}

const CONSUMED = new NameSet([...consumedTargetedFields, ...consumedPurgeFields])
const CONSUMED_AND_AGE = new NameSet([...consumedTargetedFields, ...consumedPurgeFields, 'age'])

/** Whether a field of a response is for caches alone, so that no client gets it. */
export function isConsumed(name: string): boolean {
  return CONSUMED.has(name)
}

/** What is said by neither cache nor origin. */
export interface LocalAnswer {
  readonly status: number
  /** The reason word. */
  readonly detail: string
  readonly fields?: readonly string[]
  /** One line for people in place of the usual one of the status. */
  readonly text?: string
  /** The body; without it one line of text, or nothing for a success. */
  readonly json?: unknown
}

/** Makes what the client gets, of what is stored, of what was fetched, or of nothing. */
export class Responder {
  readonly #clock: Clock
  readonly #settings: ResponderSettings
  readonly #via: string

  constructor(clock: Clock, settings: ResponderSettings) {
    this.#clock = clock
    this.#settings = settings
    this.#via = `1.1 ${settings.viaName}`
  }

  /** From a stored response: whole, or as 304, 206 or 416 where the request asks for that; always with `Age`. */
  stored(request: ProxyRequest, plan: Plan, stored: StoredResponse, decision: Decision): ProxyResponse {
    const nowMs = this.#clock.now()
    const ageSeconds = currentAgeSeconds(stored, nowMs)
    const full: Decision = {
      ...decision,
      ttlSeconds: stored.lifetime.seconds - ageSeconds,
      key: plan.key,
      ...ruleOf(plan, stored),
    }
    const fields = this.#outgoing(stored.fields, changesFor(plan, stored), full, ['Age', String(ageSeconds)])
    if (answersConditional({ requestFields: request.fields, ...stored }) === 'not-modified')
      return notModified(fields, full)
    const part = rangeResponse(request, stored, fields)
    if (part !== undefined) return { ...part, decision: full }
    return {
      status: stored.status,
      reason: stored.reason,
      fields,
      announcedLength: stored.body.length,
      decision: full,
      ...withoutBodyFor(request, stored.body),
    }
  }

  /**
   * From the origin's response.
   *
   * @param conditionsSent the client's own conditions went upstream, so the origin has answered them
   */
  fetched(
    request: ProxyRequest,
    plan: Plan,
    got: { readonly response: OriginResponse; readonly body: BodySource | undefined },
    decision: Decision,
    conditionsSent: boolean,
  ): ProxyResponse {
    const { response } = got
    const policy = plan.forResponse(response.status, response.fields)
    const rule = decision.rule ?? policy.rule
    const { key } = plan
    const full: Decision = rule === undefined ? { ...decision, key } : { ...decision, key, rule }
    const additions: string[] = []
    // Whoever did not ask the origin gets it from the cache, if at the same time: with its age (RFC 9111 §4).
    if (decision.collapsed === true) additions.push('Age', String(ageOnArrival(response, this.#clock.now())))
    // A recipient with a clock records when a response without Date arrived (RFC 9110 §6.6.1).
    if (!hasField(response.fields, 'date')) additions.push('Date', formatHttpDate(response.responseTimeMs))
    // What is stored, or shared with others, must not bind them all to where one of them was sent.
    const { ownCookie } = response
    if (ownCookie !== undefined && decision.stored !== true && decision.collapsed !== true)
      additions.push('Set-Cookie', ownCookie)
    const fields = this.#outgoing(response.fields, policy.responseFields, full, additions)
    if (!conditionsSent && isNotModified(request, response)) {
      got.body?.cancel(new ProxyError('CANCELLED', 'The client has it already', { source: 'client', status: 304 }))
      return notModified(fields, full)
    }
    const { status, reason, announcedLength } = response
    const body = request.method === 'HEAD' ? undefined : got.body
    if (body === undefined)
      got.body?.cancel(new ProxyError('CANCELLED', 'HEAD has no body', { source: 'client', status }))
    return { status, reason, fields, body, announcedLength, decision: full }
  }

  /** An answer that neither cache nor origin gives. */
  local(request: ProxyRequest, answer: LocalAnswer): ProxyResponse {
    const decision: Decision = { outcome: 'local', detail: answer.detail }
    return this.#ours(
      localResponse(answer.status, decision, {
        head: request.method === 'HEAD',
        ...(answer.fields === undefined ? {} : { fields: answer.fields }),
        ...(answer.json !== undefined ? { json: answer.json } : answer.status < 300 ? { text: '' } : {}),
        ...(answer.text === undefined ? {} : { text: answer.text }),
      }),
    )
  }

  /** The response for a failure that nothing stored could cover. */
  failure(request: ProxyRequest, error: ProxyError, decision: Omit<Decision, 'outcome'> = {}): ProxyResponse {
    return this.#ours(
      errorResponse(error, { ...decision, outcome: 'error', detail: error.word }, request.method === 'HEAD'),
    )
  }

  #ours(response: ProxyResponse): ProxyResponse {
    const date = ['Date', formatHttpDate(this.#clock.now())]
    return { ...response, fields: this.#outgoing([...response.fields, ...date], undefined, response.decision, []) }
  }

  #outgoing(
    fields: RawFields,
    changes: FieldChanges | undefined,
    decision: Decision,
    additions: readonly string[],
  ): string[] {
    const kept = fieldsWithout(fields, additions[0] === 'Age' ? CONSUMED_AND_AGE : CONSUMED)
    const out = changes === undefined || changesNothing(changes) ? kept : [...changedFields(kept, changes)]
    for (const addition of additions) out.push(addition)
    out.push('Via', this.#via)
    if (this.#settings.cacheStatus !== undefined) {
      out.push('Cache-Status', cacheStatus(decision, this.#settings.cacheStatus))
    }
    return out
  }
}

function isNotModified(
  { fields: requestFields }: ProxyRequest,
  { status, fields, responseTimeMs }: OriginResponse,
): boolean {
  return answersConditional({ requestFields, status, fields, dateMs: responseTimeMs }) === 'not-modified'
}

function ageOnArrival({ fields, requestTimeMs, responseTimeMs }: OriginResponse, nowMs: number): number {
  const dateMs = parseHttpDate(firstValue(fields, 'date') ?? '', responseTimeMs) ?? responseTimeMs
  const ageFieldSeconds = parseAge(allValues(fields, 'age'))
  return currentAgeSeconds({ requestTimeMs, responseTimeMs, dateMs, ageFieldSeconds }, nowMs)
}

/** Representation metadata, which a 304 does not repeat (RFC 9110 §15.4.5). */
const REPRESENTATION_FIELDS = new Set([
  'content-type',
  'content-encoding',
  'content-language',
  'content-range',
  'content-length',
])

function notModified(fields: RawFields, decision: Decision): ProxyResponse {
  return {
    status: 304,
    reason: '',
    fields: filterFields(fields, (name) => !REPRESENTATION_FIELDS.has(name)),
    body: undefined,
    announcedLength: undefined,
    decision,
  }
}

function withoutBodyFor(request: ProxyRequest, body: Buffer | undefined): { body: Buffer | undefined } {
  return { body: request.method === 'HEAD' ? undefined : body }
}

function changesFor(plan: Plan, stored: StoredResponse): FieldChanges {
  return plan.forResponse(stored.status, stored.fields).responseFields
}

function ruleOf(plan: Plan, stored: StoredResponse): { rule?: string } {
  const rule = plan.forResponse(stored.status, stored.fields).rule ?? plan.rule
  return rule === undefined ? {} : { rule }
}
