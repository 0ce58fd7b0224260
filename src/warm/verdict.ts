import { parseList } from 'structured-headers'
import type { WarmAnswer } from './site-client.ts'

/** What came of one request. */
export type Verdict =
  /** It is stored now, or just being refreshed behind the answer. */
  | { readonly kind: 'warmed' }
  | { readonly kind: 'fresh' }
  /** With the reason as `Cache-Status` gives it. */
  | { readonly kind: 'uncacheable'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string }

/** By the answer's status and what Breakwater says in `Cache-Status` (RFC 9211), whose last member is the nearest cache. */
export function verdictOf({ status, cacheStatus }: Pick<WarmAnswer, 'status' | 'cacheStatus'>): Verdict {
  const own = lastMember(cacheStatus)
  if (own?.has('hit') === true) return Number(own.get('ttl')) > 0 ? { kind: 'fresh' } : { kind: 'warmed' }
  if (status >= 500) return { kind: 'failed', why: `status ${status}` }
  if (own === undefined) return { kind: 'uncacheable', why: 'no Cache-Status says what was done' }
  const isStored = own.get('stored') === true || own.get('collapsed') === true
  if (isStored || own.get('fwd-status') === 304) return { kind: 'warmed' }
  const why = own.get('detail') ?? own.get('rule') ?? own.get('fwd') ?? 'unknown'
  return { kind: 'uncacheable', why: String(why) }
}

function lastMember(cacheStatus: string | undefined): ReadonlyMap<string, unknown> | undefined {
  if (cacheStatus === undefined) return undefined
  try {
    return parseList(cacheStatus).at(-1)?.[1]
  } catch {
    // What is not a list says nothing.
    return undefined
  }
}
