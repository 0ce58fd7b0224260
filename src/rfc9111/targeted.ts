import { type BareItem, parseDictionary } from 'structured-headers'
import { allValues, combinedValue, firstValue, type RawFields } from '../http/fields.ts'
import { type Directive, deltaSeconds, splitDirectives } from './directive-syntax.ts'
import { parseResponseDirectives, type ResponseDirectives, responseDirectivesFrom } from './directives.ts'
import type { OriginField } from './freshness.ts'
import { liteSpeedControl } from './litespeed.ts'
import type { FreshnessLifetime } from './stored-response.ts'

/** The field that the directives in force for this cache come from; `cache-control` also where none was sent. */
export type DirectivesSource = 'breakwater-cache-control' | 'cdn-cache-control' | 'surrogate-control' | 'cache-control'

export interface EffectiveDirectives {
  readonly directives: ResponseDirectives
  readonly from: DirectivesSource
  /** By a field that says nothing but a lifetime; undefined without one, or where a targeted field decides. */
  readonly plainLifetime: FreshnessLifetime | undefined
}

/**
 * Fields addressed to this cache alone; they are kept with the stored response, which freshening needs, and removed from what
 * a client gets. `CDN-Cache-Control` is not among them: it is addressed to every CDN on the way (RFC 9213 §3.1).
 */
export const consumedTargetedFields: ReadonlySet<string> = new Set([
  'breakwater-cache-control',
  'surrogate-control',
  'x-accel-expires',
  'x-litespeed-cache-control',
  'x-litespeed-vary',
  'x-reverse-proxy-ttl',
  'x-vc-ttl',
])

/**
 * The directives in force for this cache (RFC 9213 §2.2): of the first field of the target list that is valid and not empty,
 * else of `Cache-Control`. With a targeted field, `Cache-Control` and `Expires` do not count at all.
 *
 * `X-Accel-Expires` (nginx), and `X-LiteSpeed-Cache-Control`, `X-Reverse-Proxy-TTL`, `X-VC-TTL` where the configuration says
 * that they count, replace the lifetime beside `Cache-Control` only: its `no-store`, `private` and `no-cache` stay in force. Of
 * several the shortest counts. What `X-LiteSpeed-Cache-Control` forbids is forbidden beside targeted fields too.
 *
 * @param nowMs for the absolute form of `X-Accel-Expires`
 */
export function effectiveDirectives(
  fields: RawFields,
  nowMs: number,
  originFields: readonly OriginField[],
): EffectiveDirectives {
  const effective = targetedDirectives(fields) ?? besideCacheControl(fields, nowMs, originFields)
  const liteSpeed = originFields.includes('litespeed') ? liteSpeedControl(fields) : undefined
  if (liteSpeed === undefined || !(liteSpeed.noStore || liteSpeed.isPrivate)) return effective
  const directives = liteSpeed.noStore ? withNoStore(effective.directives) : effective.directives
  return { ...effective, directives: { ...directives, isPrivate: directives.isPrivate || liteSpeed.isPrivate } }
}

function targetedDirectives(fields: RawFields): EffectiveDirectives | undefined {
  for (const from of ['breakwater-cache-control', 'cdn-cache-control', 'surrogate-control'] as const) {
    const value = combinedValue(fields, from)
    if (value === undefined) continue
    const directives = from === 'surrogate-control' ? parseSurrogateControl(value) : parseTargeted(value)
    if (directives !== undefined) return { directives, from, plainLifetime: undefined }
  }
  return undefined
}

function besideCacheControl(
  fields: RawFields,
  nowMs: number,
  originFields: readonly OriginField[],
): EffectiveDirectives {
  const directives = parseResponseDirectives(allValues(fields, 'cache-control'))
  const plainLifetime = shortestPlainLifetime(fields, nowMs, originFields)
  // nginx: zero seconds disables caching. So it does for the others.
  const inForce = plainLifetime?.seconds === 0 ? withNoStore(directives) : directives
  return { directives: inForce, from: 'cache-control', plainLifetime }
}

/** Whatever `must-understand` would make of `no-store` (RFC 9111 §5.2.2.3). */
function withNoStore(directives: ResponseDirectives): ResponseDirectives {
  return { ...directives, noStore: true, mustUnderstand: false }
}

function shortestPlainLifetime(
  fields: RawFields,
  nowMs: number,
  originFields: readonly OriginField[],
): FreshnessLifetime | undefined {
  let shortest: FreshnessLifetime | undefined
  const consider = (source: FreshnessLifetime['source'], seconds: number | undefined): void => {
    if (seconds !== undefined && (shortest === undefined || seconds < shortest.seconds)) shortest = { seconds, source }
  }
  consider('x-accel-expires', parseXAccelExpires(firstValue(fields, 'x-accel-expires'), nowMs))
  for (const field of originFields) {
    if (field === 'litespeed') consider('x-litespeed-cache-control', liteSpeedControl(fields)?.maxAgeSeconds)
    // As in the VCL of FOSHttpCache and VCaching: what cannot be read is zero.
    else for (const value of allValues(fields, field)) consider(field, deltaSeconds(value) ?? 0)
  }
  return shortest
}

/**
 * Reads a targeted field (RFC 9213 §2.1), a Dictionary of structured values.
 *
 * @returns undefined when it is empty or malformed, and so to be treated as not there
 */
function parseTargeted(value: string): ResponseDirectives | undefined {
  try {
    const members = parseDictionary(value)
    if (members.size === 0) return undefined
    const directives: Directive[] = []
    for (const [name, [item]] of members) {
      if (item !== false) directives.push({ name, argument: Array.isArray(item) ? null : argumentOf(name, item) })
    }
    return responseDirectivesFrom(directives)
  } catch {
    // Not a Dictionary: RFC 9213 §2.1 "MUST be ignored".
    return undefined
  }
}

const withFieldNames = new Set(['no-cache', 'private'])

/** The types that RFC 9213 §2.1 gives: true without a value, an Integer for durations, a String for field names. */
function argumentOf(name: string, item: BareItem): string | null | undefined {
  if (item === true) return undefined
  if (typeof item === 'number' && Number.isInteger(item)) return String(item)
  return typeof item === 'string' && withFieldNames.has(name) ? item : null
}

/** `Surrogate-Control` (Edge Architecture 1.0): read like `Cache-Control`; `max-age=600+30` adds 30 s of staleness. */
function parseSurrogateControl(value: string): ResponseDirectives | undefined {
  const directives: Directive[] = []
  for (const { name, argument } of splitDirectives(value.replace(/;[^,"]*/g, ''))) {
    const extended = name === 'max-age' ? /^(\d+)\+(\d+)$/.exec(argument ?? '') : null
    if (extended !== null) {
      directives.push({ name, argument: extended[1] }, { name: 'stale-while-revalidate', argument: extended[2] })
    } else if (name !== 'content') {
      directives.push({ name, argument })
    }
  }
  // `content="ESI/1.0"` alone says how to process, not how to cache.
  return directives.length === 0 ? undefined : responseDirectivesFrom(directives)
}

function parseXAccelExpires(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (value.startsWith('@')) {
    const epochSeconds = /^@\d{1,15}$/.test(value) ? Number(value.slice(1)) : undefined
    return epochSeconds === undefined ? undefined : Math.max(0, epochSeconds - Math.floor(nowMs / 1000))
  }
  return value === 'off' ? 0 : deltaSeconds(value)
}
