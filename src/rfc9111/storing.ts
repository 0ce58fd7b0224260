import { formatHttpDate } from '../http/date.ts'
import { allValues, hasField, listMembers, type RawFields } from '../http/fields.ts'
import { fieldsWithout, NameSet } from '../http/name-set.ts'
import type { ResponseDirectives } from './directives.ts'
import { parseRequestDirectives } from './directives.ts'
import { type FreshnessPolicy, isExplicit } from './freshness.ts'
import { sameOriginTarget } from './invalidation.ts'
import { type ResponseMetadata, responseMetadata } from './metadata.ts'
import { isRequestedRange, storedRangeOf } from './partial.ts'
import type { StoredResponse } from './stored-response.ts'
import { hasValidator } from './validation.ts'
import { selectingFields, varyNames, varyNamesMax } from './vary.ts'

/** The slice of a rule's policy that decides on storing. */
export interface StoringPolicy extends FreshnessPolicy {
  readonly store: boolean
  readonly refreshSeconds: number
  /** Refuse a response with `Set-Cookie`, store it without the field, or store it as it is. */
  readonly setCookie: 'pass' | 'strip' | 'store'
}

export interface StoringRequest {
  readonly method: string
  readonly scheme: string
  readonly authority: string
  readonly target: string
  readonly fields: RawFields
  /** undefined: the request has no body */
  readonly body: unknown
}

export interface StoringInput {
  readonly request: StoringRequest
  /** Whether it carried cookies that may make the response one visitor's own. */
  readonly requestHadCookies: boolean
  readonly status: number
  readonly responseFields: RawFields
  /** From `responseMetadata`. */
  readonly directives: ResponseMetadata['directives']
  readonly lifetime: ResponseMetadata['lifetime']
  readonly policy: StoringPolicy
}

/** Why a response is not stored: the word in Cache-Status, logs and metrics. */
export type StoreRefusal =
  | 'rule'
  | 'method'
  | 'request-body'
  | 'request-no-store'
  | 'status'
  | 'must-understand'
  | 'no-store'
  | 'private'
  | 'authorization'
  | 'set-cookie'
  | 'vary-star'
  | 'vary-names'
  | 'content-range'
  | 'no-freshness'
  | 'consent'

export type StoringDecision = { readonly kind: 'store' } | { readonly kind: 'refused'; readonly reason: StoreRefusal }

/** Statuses whose caching requirements this cache knows and follows (RFC 9111 §3, §5.2.2.3). */
const understoodStatuses: ReadonlySet<number> = new Set([
  200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410,
  411, 413, 414, 415, 422, 500, 501, 502, 503, 504, 505,
])

/**
 * Statuses never stored, whatever the response says: 304 is no response of its own; RFC 6585 forbids 428, 429, 431 and 511;
 * all others are about one client's request, its syntax, speed, size, credentials or fields that no key has, and stored they
 * would be that client's to give to everybody (A-DO-01).
 */
const neverStored: ReadonlySet<number> = new Set([
  304, 400, 406, 407, 408, 411, 412, 413, 415, 416, 417, 421, 422, 425, 426, 428, 429, 431, 511,
])

const stored: StoringDecision = { kind: 'store' }

/** Decides whether a response may be stored (RFC 9111 §3), by its header section. */
export function mayStore(input: StoringInput): StoringDecision {
  const reason =
    refusalByRequest(input) ??
    refusalByStatus(input) ??
    refusalByDirectives(input) ??
    refusalByFields(input) ??
    refusalByFreshness(input)
  return reason === undefined ? stored : { kind: 'refused', reason }
}

/** What is known before the lifetime is. */
type HeadInput = Omit<StoringInput, 'lifetime' | 'requestHadCookies'>

/**
 * The reason of `mayStore`, where it is one that needs no lifetime: nearly all that is not stored says so itself, and no more
 * has to be found out about it.
 */
export function refusalAtOnce(input: HeadInput): StoreRefusal | undefined {
  if (input.request.method === 'POST') return undefined
  return refusalByMethod(input) ?? refusalByStatus(input) ?? refusalByDirectives(input)
}

function refusalByRequest(input: StoringInput): StoreRefusal | undefined {
  const { request, policy, status, responseFields, lifetime } = input
  if (request.method !== 'POST') return refusalByMethod(input)
  if (!policy.store) return 'rule'
  // RFC 9110 §9.3.3: only with explicit freshness, and only as the representation of the same URI.
  if (status !== 200 || !isExplicit(lifetime) || lifetime.source === 'rule') return 'method'
  if (!isContentOfTarget(request, responseFields)) return 'method'
  return refusalByRequestDirectives(request)
}

function refusalByMethod({ request, policy }: HeadInput): StoreRefusal | undefined {
  if (!policy.store) return 'rule'
  if (request.method !== 'GET') return 'method'
  // The origin may have read it, and it is not part of the key ("fat GET").
  return request.body === undefined ? refusalByRequestDirectives(request) : 'request-body'
}

/** §5.2.1.5: MUST NOT store any response to it. */
function refusalByRequestDirectives({ fields }: StoringRequest): StoreRefusal | undefined {
  return parseRequestDirectives(allValues(fields, 'cache-control')).noStore ? 'request-no-store' : undefined
}

function isContentOfTarget(request: StoringRequest, responseFields: RawFields): boolean {
  const locations = allValues(responseFields, 'content-location')
  const base = `${request.scheme}://${request.authority}${request.target}`
  return locations.length === 1 && sameOriginTarget(locations[0]!, base) === request.target
}

function refusalByStatus({ request, status, responseFields }: HeadInput): StoreRefusal | undefined {
  if (status < 200 || status > 599 || neverStored.has(status)) return 'status'
  if (status !== 206) return undefined
  // §3.3: only a part that was asked for and says which it is.
  const range = storedRangeOf(responseFields, undefined)
  return range !== undefined && isRequestedRange(request.fields, range) ? undefined : 'content-range'
}

/** What the response's directives forbid, also after freshening (RFC 9111 §3, §5.2.2). */
export function forbidsStoring(directives: ResponseDirectives, status: number): StoreRefusal | undefined {
  if (directives.mustUnderstand) {
    // §5.2.2.3: who understands the status SHOULD ignore no-store, who does not MUST NOT store.
    if (!understoodStatuses.has(status)) return 'must-understand'
  } else if (directives.noStore) {
    return 'no-store'
  }
  return directives.isPrivate ? 'private' : undefined
}

function refusalByDirectives({ request, directives, status }: HeadInput): StoreRefusal | undefined {
  const forbidden = forbidsStoring(directives, status)
  if (forbidden !== undefined) return forbidden
  return hasField(request.fields, 'authorization') && !allowsSharing(directives) ? 'authorization' : undefined
}

/** Whether a response may serve requests with and without `Authorization` alike (RFC 9111 §3.5): otherwise it is one user's. */
export function allowsSharing(directives: ResponseDirectives): boolean {
  return directives.isPublic || directives.mustRevalidate || directives.sMaxageSeconds !== undefined
}

const COOKIE_FIELDS = ['set-cookie', 'set-cookie2']

function refusalByFields({ responseFields, directives, policy }: StoringInput): StoreRefusal | undefined {
  if (policy.setCookie === 'pass') {
    const { noCacheFields, privateFields } = directives
    for (const name of COOKIE_FIELDS) {
      // The origin may say itself that the rest is to be stored without it: no-cache="Set-Cookie".
      if (hasField(responseFields, name) && !noCacheFields.includes(name) && !privateFields.includes(name))
        return 'set-cookie'
    }
  }
  const names = varyNames(responseFields)
  if (names.includes('*')) return 'vary-star'
  return names.length > varyNamesMax ? 'vary-names' : undefined
}

function refusalByFreshness(input: StoringInput): StoreRefusal | undefined {
  const { lifetime, directives, status, responseFields, policy } = input
  if (isExplicit(lifetime)) {
    const staleSeconds = Math.max(
      directives.staleWhileRevalidateSeconds ?? 0,
      directives.staleIfErrorSeconds ?? 0,
      policy.refreshSeconds,
    )
    const reusable = lifetime.seconds > 0 || staleSeconds > 0 || hasValidator(responseFields)
    return reusable ? undefined : 'no-freshness'
  }
  // A success without freshness is worth keeping for validation; an error is not.
  const forValidation = lifetime.source === 'none' && status === 200 && hasValidator(responseFields)
  if (lifetime.seconds <= 0 && !forValidation) return 'no-freshness'
  // Without a word from the origin, what went to somebody known may be theirs.
  return input.requestHadCookies || hasField(input.request.fields, 'authorization') ? 'consent' : undefined
}

/** Never stored (RFC 9111 §3.1); `Age` is kept as a number and written anew with every answer. */
const NEVER_STORED = [
  'age',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const NOT_STORED = new NameSet(NEVER_STORED)
const NOT_STORED_NOR_COOKIES = new NameSet([...NEVER_STORED, ...COOKIE_FIELDS])

/**
 * The fields of a response that are stored (RFC 9111 §3.1). Those that a qualified `private` or `no-cache` names are not
 * among them: without them the rest may be reused (§5.2.2.4, §5.2.2.7), and what is not stored cannot leak.
 */
export function fieldsToStore(
  fields: RawFields,
  directives: ResponseDirectives,
  setCookie: StoringPolicy['setCookie'],
): string[] {
  const kept = fieldsWithout(fields, setCookie === 'store' ? NOT_STORED : NOT_STORED_NOR_COOKIES)
  const { noCacheFields, privateFields } = directives
  const options = listMembers(fields, 'connection')
  if (noCacheFields.length + privateFields.length + options.length === 0) return kept
  const named = [...noCacheFields, ...privateFields, ...options]
  return fieldsWithout(kept, new NameSet(named.map((name) => name.toLowerCase())))
}

/** The fields with the time of receipt as `Date` where there is none (RFC 9110 §6.6.1: MUST, when cached or forwarded). */
export function withDate(fields: readonly string[], responseTimeMs: number): readonly string[] {
  return hasField(fields, 'date') ? fields : [...fields, 'Date', formatHttpDate(responseTimeMs)]
}

export interface BuildInput {
  readonly request: Pick<StoringRequest, 'fields' | 'method'>
  readonly response: { readonly status: number; readonly reason: string; readonly fields: RawFields }
  /** The complete content. */
  readonly body: Buffer
  readonly requestTimeMs: number
  readonly responseTimeMs: number
  readonly policy: StoringPolicy
  readonly tags: readonly string[]
  /** From `responseMetadata` where it was computed already. */
  readonly metadata?: ResponseMetadata
}

/**
 * Builds what a tier keeps, for a response that `mayStore` accepted and whose body is complete.
 *
 * @returns undefined when it turns out not to be storable: a 206 whose body is not of its `Content-Range`, or `Vary: *`
 */
export function toStoredResponse(input: BuildInput): StoredResponse | undefined {
  const { request, response, body, requestTimeMs, responseTimeMs, policy } = input
  const { status, fields } = response
  const metadata = input.metadata ?? responseMetadata({ status, fields, responseTimeMs, policy })
  const range = status === 206 ? storedRangeOf(fields, body.length) : undefined
  const selecting = selectingFields(fields, request.fields)
  if (selecting === 'never' || (status === 206 && range === undefined)) return undefined
  return {
    requestMethod: request.method,
    status,
    reason: response.reason,
    fields: fieldsToStore(withDate(fields, responseTimeMs), metadata.directives, policy.setCookie),
    body,
    requestTimeMs,
    responseTimeMs,
    ...metadata,
    selecting,
    range,
    tags: input.tags,
    invalidated: false,
  }
}
