import { currentAgeSeconds } from './age.ts'
import type { RequestDirectives, ResponseDirectives } from './directives.ts'
import type { StoredResponse } from './stored-response.ts'

/**
 * Whether the origin forbids serving this response stale (RFC 9111 §4.2.4). `s-maxage` does too, because it includes
 * `proxy-revalidate` (§5.2.2.10), and so it wins over a `stale-while-revalidate` beside it.
 */
export function forbidsStale(directives: ResponseDirectives): boolean {
  return (
    directives.mustRevalidate ||
    directives.proxyRevalidate ||
    directives.sMaxageSeconds !== undefined ||
    directives.noCache
  )
}

/** Seconds past the freshness lifetime; negative while fresh. */
export function stalenessSeconds(stored: StoredResponse, nowMs: number): number {
  return currentAgeSeconds(stored, nowMs) - stored.lifetime.seconds
}

/**
 * Whether a stale response may be served while it is refreshed in the background (RFC 5861 §3), for as long as the origin's
 * `stale-while-revalidate` or the rule's `refreshSeconds` allows, whichever is longer.
 */
export function mayServeStale(
  stored: StoredResponse,
  { nowMs, refreshSeconds }: { readonly nowMs: number; readonly refreshSeconds: number },
): boolean {
  if (stored.invalidated || forbidsStale(stored.directives)) return false
  const windowSeconds = Math.max(stored.directives.staleWhileRevalidateSeconds ?? 0, refreshSeconds)
  return windowSeconds > 0 && stalenessSeconds(stored, nowMs) <= windowSeconds
}

export interface StaleOnErrorInput {
  readonly nowMs: number
  /** The configured grace; used where the origin sent no `stale-if-error`. */
  readonly graceSeconds: number
  readonly requestDirectives?: RequestDirectives
}

/**
 * Whether a stale response may be served because the origin fails (RFC 5861 §4, RFC 9111 §4.2.4 "disconnected").
 *
 * The origin's `stale-if-error` sets the window, longer or shorter than the configured grace: it knows its content better.
 * A client's own `stale-if-error` or `max-stale` can only lengthen it, for that client.
 */
export function mayServeStaleOnError(stored: StoredResponse, input: StaleOnErrorInput): boolean {
  // An old error is no better than the one at hand.
  if (stored.status >= 500) return false
  if (stored.invalidated || forbidsStale(stored.directives)) return false
  const windowSeconds = Math.max(
    stored.directives.staleIfErrorSeconds ?? input.graceSeconds,
    input.requestDirectives?.staleIfErrorSeconds ?? 0,
    input.requestDirectives?.maxStaleSeconds ?? 0,
  )
  return stalenessSeconds(stored, input.nowMs) <= windowSeconds
}

/**
 * The response as if its freshness lifetime had just ended: a soft purge. Unlike `invalidated`, it may still be served stale
 * where staleness is allowed.
 */
export function expired(stored: StoredResponse, nowMs: number): StoredResponse {
  const ageSeconds = currentAgeSeconds(stored, nowMs)
  if (ageSeconds >= stored.lifetime.seconds) return stored
  return { ...stored, lifetime: { seconds: ageSeconds, source: stored.lifetime.source } }
}
