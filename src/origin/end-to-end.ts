import { lowerName, type RawFields } from '../http/fields.ts'
import { NameSet } from '../http/name-set.ts'
import { connectionOptions } from '../http1/framing.ts'
import type { TimeLimits } from './settings.ts'

/** What ends at this hop (RFC 9110 §7.6.1, §11.7) together with the framing. */
const hopByHop = new NameSet([
  'te',
  'expect',
  'upgrade',
  'connection',
  'keep-alive',
  'content-length',
  'proxy-connection',
  'transfer-encoding',
  'proxy-authenticate',
  'proxy-authentication-info',
])

/**
 * Never appropriate as connection options (RFC 9110 §7.6.1), so naming them takes nothing away: a response that lost its
 * `Cache-Control: private` or `Set-Cookie` this way would be stored and given to everyone.
 */
const forAllRecipients = new Set([
  'age',
  'authorization',
  'cache-control',
  'cdn-cache-control',
  'content-encoding',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'etag',
  'expires',
  'host',
  'last-modified',
  'pragma',
  'set-cookie',
  'surrogate-control',
  'vary',
])

/** The fields without those of this hop, those that `Connection` names, and the framing. The same array when there are none. */
export function endToEndFields(fields: RawFields): RawFields {
  let kept: string[] | undefined
  let named: ReadonlySet<string> | undefined
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!
    if (!hopByHop.has(name)) {
      kept?.push(name, fields[i + 1]!)
      continue
    }
    kept ??= fields.slice(0, i)
    if (name.length === 10 && lowerName(name) === 'connection') named ??= namedFields(fields)
  }
  if (kept === undefined) return fields
  return named === undefined ? kept : withoutNamed(kept, named)
}

/**
 * How long a connection may stay idle: less than the origin announced, by a second for the way and for its clock, so that
 * it is not the one that closes.
 */
export function idleMs(fields: RawFields, limits: TimeLimits): number {
  const seconds = announcedIdleSeconds(fields)
  if (seconds === undefined) return limits.idleMs
  return Math.min(limits.idleMsMax, Math.max(seconds * 500, seconds * 1000 - 1000))
}

/** Seconds of `Keep-Alive: timeout=N`: how long the origin keeps an idle connection (RFC 2068 §19.7.1.1, still in wide use). */
function announcedIdleSeconds(fields: RawFields): number | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]!.length !== 10 || lowerName(fields[i]!) !== 'keep-alive') continue
    const seconds = timeoutIn(fields[i + 1]!)
    if (seconds !== undefined) return seconds
  }
  return undefined
}

/** What was read last: an origin says the same with every response. */
let lastKeepAlive = ''
let lastTimeout: number | undefined

function timeoutIn(keepAlive: string): number | undefined {
  if (keepAlive === lastKeepAlive) return lastTimeout
  const match = /(?:^|[,\s])timeout\s*=\s*"?(\d{1,9})/i.exec(keepAlive)
  lastKeepAlive = keepAlive
  lastTimeout = match === null ? undefined : Number(match[1])
  return lastTimeout
}

/** What `Connection` names beside its usual options, or undefined. */
function namedFields(fields: RawFields): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined
  for (const option of connectionOptions(fields)) {
    if (option === 'close' || option === 'keep-alive' || forAllRecipients.has(option)) continue
    named ??= new Set()
    named.add(option)
  }
  return named
}

function withoutNamed(fields: readonly string[], named: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    if (!named.has(lowerName(fields[i]!))) kept.push(fields[i]!, fields[i + 1]!)
  }
  return kept
}
