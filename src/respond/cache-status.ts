import type { Decision } from '../request/proxy-response.ts'

export interface CacheStatusSettings {
  /** Name of this cache in the field: a token or any text. */
  readonly name: string
  /** Whether the cache key is shown. */
  readonly showKey: boolean
}

/**
 * This cache's member of `Cache-Status` (RFC 9211 §2): `Breakwater; hit; ttl=30` or
 * `Breakwater; fwd=uri-miss; fwd-status=200; stored; detail=no-freshness`.
 */
export function cacheStatus(decision: Decision, settings: CacheStatusSettings): string {
  const known = lastKnown
  if (known !== undefined && known.settings === settings && saysTheSame(known.decision, decision, settings))
    return known.text
  const text = textOf(decision, settings)
  lastKnown = { decision, settings, text }
  return text
}

/** What is forwarded and not stored says the same again and again. */
let lastKnown:
  | { readonly decision: Decision; readonly settings: CacheStatusSettings; readonly text: string }
  | undefined

function saysTheSame(one: Decision, other: Decision, { showKey }: CacheStatusSettings): boolean {
  return (
    one.outcome === other.outcome &&
    one.forward === other.forward &&
    one.forwardStatus === other.forwardStatus &&
    one.stored === other.stored &&
    one.collapsed === other.collapsed &&
    one.ttlSeconds === other.ttlSeconds &&
    one.detail === other.detail &&
    one.rule === other.rule &&
    (!showKey || one.key === other.key)
  )
}

function textOf(decision: Decision, settings: CacheStatusSettings): string {
  let text = tokenOrString(settings.name)
  if (decision.forward !== undefined) text += forwarding(decision, decision.forward)
  else if (decision.outcome === 'hit' || decision.outcome === 'stale') text += '; hit'
  if (decision.ttlSeconds !== undefined) text += `; ttl=${Math.trunc(decision.ttlSeconds)}`
  if (settings.showKey && decision.key !== undefined) text += `; key=${quoted(decision.key)}`
  if (decision.detail !== undefined) text += `; detail=${tokenOrString(decision.detail)}`
  if (decision.rule !== undefined) text += `; rule=${quoted(decision.rule)}`
  return text
}

/** `hit` and `fwd` exclude each other (RFC 9211 §2.1); `fwd-status`, `stored` and `collapsed` belong to `fwd`. */
function forwarding(decision: Decision, reason: string): string {
  let text = `; fwd=${reason}`
  if (decision.forwardStatus !== undefined) text += `; fwd-status=${decision.forwardStatus}`
  if (decision.stored === true) text += '; stored'
  if (decision.collapsed === true) text += '; collapsed'
  return text
}

const TOKEN = /^[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*$/

function tokenOrString(text: string): string {
  return TOKEN.test(text) ? text : quoted(text)
}

/** An sf-string (RFC 9651 §3.3.3): visible ASCII and spaces; what it cannot hold is written as `?`. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`
}
