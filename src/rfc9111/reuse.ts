import { hasField, type RawFields } from '../http/fields.ts'
import { currentAgeSeconds } from './age.ts'
import { type RequestDirectives, requestDirectives } from './directives.ts'
import { holdsRequestedRanges } from './partial.ts'
import { forbidsStale, mayServeStale } from './stale.ts'
import type { StoredResponse } from './stored-response.ts'
import { allowsSharing } from './storing.ts'

export type ValidateReason = 'stale' | 'no-cache' | 'invalidated' | 'request'

/**
 * `method`: the stored response cannot answer this method; `authorization`: it was not given to be shared with those who
 * authenticate, who may get another one; `litespeed-vary`: it was made without a cookie of the request by which it differs.
 */
export type MissReason = 'method' | 'authorization' | 'litespeed-vary'

/** What may be done with a stored response that was selected for a request (RFC 9111 §4). */
export type Reuse =
  | { readonly kind: 'fresh'; readonly stored: StoredResponse; readonly ageSeconds: number }
  /** Stale, and allowed to be served now; to be refreshed in the background. */
  | { readonly kind: 'grace'; readonly stored: StoredResponse; readonly ageSeconds: number }
  /** Not without asking the origin. Without a validator that is a plain fetch; `stored` may still serve when it fails. */
  | { readonly kind: 'validate'; readonly stored: StoredResponse; readonly reason: ValidateReason }
  /** It is a part, and lacks bytes that are asked for; they may be asked for alone (RFC 9111 §3.4). */
  | { readonly kind: 'partial'; readonly stored: StoredResponse }
  | { readonly kind: 'miss'; readonly reason: MissReason }

export interface ReuseInput {
  readonly stored: StoredResponse
  readonly request: { readonly method: string; readonly fields: RawFields }
  readonly nowMs: number
  readonly policy: {
    readonly refreshSeconds: number
    /**
     * Whether a client can force a fetch with no-cache, max-age or min-fresh. These are wishes (§5.2.1), and granting them to
     * everybody takes the protection of the cache away, so the default is not to. max-stale costs nothing and always counts;
     * only-if-cached is for the caller, who knows whether there will be a fetch.
     */
    readonly obeyRequestDirectives: boolean
  }
}

/** Decides on reuse (RFC 9111 §4). The stored response was found by cache key and selecting fields already. */
export function evaluateReuse({ stored, request, nowMs, policy }: ReuseInput): Reuse {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { kind: 'miss', reason: 'method' }
  // §3.5 speaks of storing only. An origin that says nothing of sharing may have more for those who authenticate.
  if (hasField(request.fields, 'authorization') && !allowsSharing(stored.directives)) {
    return { kind: 'miss', reason: 'authorization' }
  }
  if (stored.range !== undefined && !holdsRequestedRanges(stored, request)) return { kind: 'partial', stored }
  if (stored.invalidated) return { kind: 'validate', stored, reason: 'invalidated' }
  if (stored.directives.noCache) return { kind: 'validate', stored, reason: 'no-cache' }

  const ageSeconds = currentAgeSeconds(stored, nowMs)
  const wanted = requestDirectives(request.fields)
  if (policy.obeyRequestDirectives && clientWantsValidation(wanted, stored, ageSeconds)) {
    return { kind: 'validate', stored, reason: 'request' }
  }
  if (ageSeconds < stored.lifetime.seconds) return { kind: 'fresh', stored, ageSeconds }
  if (
    mayServeStale(stored, { nowMs, refreshSeconds: policy.refreshSeconds }) ||
    clientTakesStale(wanted, stored, ageSeconds)
  ) {
    return { kind: 'grace', stored, ageSeconds }
  }
  return { kind: 'validate', stored, reason: 'stale' }
}

function clientWantsValidation(wanted: RequestDirectives, stored: StoredResponse, ageSeconds: number): boolean {
  if (wanted.noCache) return true
  const remainingSeconds = stored.lifetime.seconds - ageSeconds
  // max-age=0 is how a browser reloads: it is not content with what was stored a moment ago.
  if (wanted.maxAgeSeconds !== undefined && (ageSeconds > wanted.maxAgeSeconds || wanted.maxAgeSeconds === 0)) {
    // RFC 8246 §2: while it is fresh it does not change, so a reload learns nothing.
    if (!(stored.directives.immutable && remainingSeconds > 0)) return true
  }
  return wanted.minFreshSeconds !== undefined && remainingSeconds < wanted.minFreshSeconds
}

/** §5.2.1.2: the client accepts a response so many seconds past its lifetime. */
function clientTakesStale(wanted: RequestDirectives, stored: StoredResponse, ageSeconds: number): boolean {
  if (wanted.maxStaleSeconds === undefined || forbidsStale(stored.directives)) return false
  return ageSeconds - stored.lifetime.seconds <= wanted.maxStaleSeconds
}
