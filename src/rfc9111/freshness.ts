import { parseHttpDate } from '../http/date.ts'
import { allValues, firstValue, type RawFields } from '../http/fields.ts'
import type { ResponseDirectives } from './directives.ts'
import type { FreshnessLifetime, LifetimeSource } from './stored-response.ts'
import type { DirectivesSource } from './targeted.ts'

/** Fields of other caches that count where the configuration names them; `litespeed`: X-LiteSpeed-Cache-Control and -Vary. */
export type OriginField = 'litespeed' | 'x-reverse-proxy-ttl' | 'x-vc-ttl'

/** What the configuration says about lifetimes; durations in seconds. */
export interface FreshnessPolicy {
  /** Replaces the origin's lifetime; not that of errors, which one bad request could otherwise pin for all. */
  readonly freshnessSeconds: number | undefined
  /** Used where the origin gives no explicit lifetime. */
  readonly defaultFreshnessSeconds: number | undefined
  /** For 404 and 410 without explicit lifetime, and at most one second for 5xx. */
  readonly negativeSeconds: number | undefined
  readonly originFields: readonly OriginField[]
}

export interface FreshnessInput {
  readonly status: number
  readonly fields: RawFields
  readonly directives: ResponseDirectives
  /** Where the directives come from; `Expires` counts only beside `Cache-Control` (RFC 9213 §2.2). */
  readonly from: DirectivesSource
  readonly plainLifetime: FreshnessLifetime | undefined
  /** The Date field's value, else the time of receipt. */
  readonly dateMs: number
  readonly policy: FreshnessPolicy
}

/** Statuses that allow heuristic freshness (RFC 9110 §15.1). */
const heuristicallyCacheable: ReadonlySet<number> = new Set([
  200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501,
])

const heuristicFraction = 0.1
const heuristicSecondsMax = 24 * 60 * 60
// An error that one client provokes (CPDoS) may carry the Last-Modified of its static error page.
const heuristicErrorSecondsMax = 10
/** An origin that recovers is not to be hidden behind its own error for longer, whatever lifetime that error claimed. */
const serverErrorSecondsMax = 10

const implicitSources: ReadonlySet<LifetimeSource> = new Set(['heuristic', 'default', 'none'])

/** Whether the origin, or a rule that speaks for it, stated this lifetime: its consent to shared storing. */
export function isExplicit(lifetime: FreshnessLifetime): boolean {
  return !implicitSources.has(lifetime.source)
}

/**
 * The freshness lifetime of a response (RFC 9111 §4.2.1): by rule, s-maxage, max-age, Expires; then by default or heuristic.
 * Says nothing about whether the response may be stored.
 */
export function freshnessLifetime(input: FreshnessInput): FreshnessLifetime {
  const lifetime = explicitLifetime(input)
  if (lifetime === undefined) return implicitLifetime(input)
  const secondsMax = errorSecondsMax(input.status, input.policy.negativeSeconds)
  return lifetime.seconds > secondsMax ? { ...lifetime, seconds: secondsMax } : lifetime
}

/** The most that an error's own lifetime counts: the limit for negative responses where there is one (A-DO-03). */
function errorSecondsMax(status: number, negativeSeconds: number | undefined): number {
  if (status < 400) return Number.POSITIVE_INFINITY
  const limitSeconds = negativeSeconds ?? Number.POSITIVE_INFINITY
  return status < 500 ? limitSeconds : Math.min(limitSeconds, serverErrorSecondsMax)
}

function explicitLifetime(input: FreshnessInput): FreshnessLifetime | undefined {
  const { status, directives, policy } = input
  if (policy.freshnessSeconds !== undefined && status < 400) return { seconds: policy.freshnessSeconds, source: 'rule' }
  if (input.plainLifetime !== undefined) return input.plainLifetime
  if (directives.sMaxageSeconds !== undefined) return { seconds: directives.sMaxageSeconds, source: 's-maxage' }
  if (directives.maxAgeSeconds !== undefined) return { seconds: directives.maxAgeSeconds, source: 'max-age' }
  if (input.from === 'cache-control') {
    const seconds = expiresSeconds(allValues(input.fields, 'expires'), input.dateMs)
    if (seconds !== undefined) return { seconds, source: 'expires' }
  }
  return undefined
}

/**
 * Seconds from `Date` to `Expires` (§5.3). Values that cannot be read, and several that differ, are "already expired".
 *
 * @returns undefined without the field
 */
function expiresSeconds(values: readonly string[], dateMs: number): number | undefined {
  const value = values[0]
  if (value === undefined) return undefined
  if (values.some((other) => other !== value)) return 0
  const expiresMs = parseHttpDate(value, dateMs)
  return expiresMs === undefined ? 0 : Math.max(0, Math.floor((expiresMs - dateMs) / 1000))
}

function implicitLifetime(input: FreshnessInput): FreshnessLifetime {
  const { status, policy } = input
  const negativeSeconds = negativeLifetime(status, policy.negativeSeconds)
  if (negativeSeconds !== undefined) return { seconds: negativeSeconds, source: 'default' }
  // §4.2.2: statuses defined as heuristically cacheable, and responses marked as cacheable, such as by `public`.
  if (!heuristicallyCacheable.has(status) && !input.directives.isPublic) return { seconds: 0, source: 'none' }
  if (policy.defaultFreshnessSeconds !== undefined && status < 400) {
    return { seconds: policy.defaultFreshnessSeconds, source: 'default' }
  }
  const lastModified = firstValue(input.fields, 'last-modified')
  const lastModifiedMs = lastModified === undefined ? undefined : parseHttpDate(lastModified, input.dateMs)
  if (lastModifiedMs === undefined || lastModifiedMs >= input.dateMs) return { seconds: 0, source: 'none' }
  const seconds = Math.floor(((input.dateMs - lastModifiedMs) / 1000) * heuristicFraction)
  return {
    seconds: Math.min(seconds, status < 400 ? heuristicSecondsMax : heuristicErrorSecondsMax),
    source: 'heuristic',
  }
}

function negativeLifetime(status: number, negativeSeconds: number | undefined): number | undefined {
  if (negativeSeconds === undefined) return undefined
  if (status === 404 || status === 410) return negativeSeconds
  return status >= 500 ? Math.min(negativeSeconds, 1) : undefined
}
