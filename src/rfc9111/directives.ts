import { allValues, firstValue, type RawFields } from '../http/fields.ts'
import { Remembered } from '../tables/remembered.ts'
import { type Directive, deltaSeconds, splitDirectives } from './directive-syntax.ts'

/** Directives of a response (RFC 9111 §5.2.2, RFC 5861, RFC 8246). Durations in seconds, undefined where absent. */
export interface ResponseDirectives {
  readonly noStore: boolean
  /** Without field names; with names it is `noCacheFields` only. */
  readonly noCache: boolean
  /** Lower-case names of the qualified form (§5.2.2.4). */
  readonly noCacheFields: readonly string[]
  /** Without field names; with names it is `privateFields` only. */
  readonly isPrivate: boolean
  readonly privateFields: readonly string[]
  readonly isPublic: boolean
  readonly mustRevalidate: boolean
  readonly proxyRevalidate: boolean
  readonly mustUnderstand: boolean
  readonly noTransform: boolean
  readonly immutable: boolean
  readonly maxAgeSeconds: number | undefined
  readonly sMaxageSeconds: number | undefined
  readonly staleWhileRevalidateSeconds: number | undefined
  readonly staleIfErrorSeconds: number | undefined
}

/** Directives of a request (RFC 9111 §5.2.1, RFC 5861 §4). */
export interface RequestDirectives {
  readonly noCache: boolean
  readonly noStore: boolean
  readonly onlyIfCached: boolean
  readonly noTransform: boolean
  readonly maxAgeSeconds: number | undefined
  readonly minFreshSeconds: number | undefined
  /** Infinity for `max-stale` without a value. */
  readonly maxStaleSeconds: number | undefined
  readonly staleIfErrorSeconds: number | undefined
}

export const noResponseDirectives: ResponseDirectives = Object.freeze({
  noStore: false,
  noCache: false,
  noCacheFields: Object.freeze([]),
  isPrivate: false,
  privateFields: Object.freeze([]),
  isPublic: false,
  mustRevalidate: false,
  proxyRevalidate: false,
  mustUnderstand: false,
  noTransform: false,
  immutable: false,
  maxAgeSeconds: undefined,
  sMaxageSeconds: undefined,
  staleWhileRevalidateSeconds: undefined,
  staleIfErrorSeconds: undefined,
})

const noRequestDirectives: RequestDirectives = Object.freeze({
  noCache: false,
  noStore: false,
  onlyIfCached: false,
  noTransform: false,
  maxAgeSeconds: undefined,
  minFreshSeconds: undefined,
  maxStaleSeconds: undefined,
  staleIfErrorSeconds: undefined,
})

/** The same few values arrive with every response. */
const remembered = { textsMax: 512, lengthMax: 256 }
const ofResponses = new Remembered((text) => responseDirectivesFrom(splitDirectives(text)), remembered)
const ofRequests = new Remembered((text) => requestDirectivesFrom(splitDirectives(text)), remembered)

/** Directives of all `Cache-Control` lines of a response. Never throws; the result may be shared and is not to be changed. */
export function parseResponseDirectives(values: readonly string[]): ResponseDirectives {
  if (values.length === 0) return noResponseDirectives
  return ofResponses.of(joined(values))
}

/** Directives of all `Cache-Control` lines of a request. Never throws. */
export function parseRequestDirectives(values: readonly string[]): RequestDirectives {
  if (values.length === 0) return noRequestDirectives
  return ofRequests.of(joined(values))
}

/** The directives of a request, with `Pragma: no-cache` where there is no `Cache-Control` (RFC 9111 §5.4). */
export function requestDirectives(fields: RawFields): RequestDirectives {
  const values = allValues(fields, 'cache-control')
  if (values.length > 0) return parseRequestDirectives(values)
  const pragma = firstValue(fields, 'pragma')
  return pragma !== undefined && /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(pragma) ? pragmaNoCache : noRequestDirectives
}

const pragmaNoCache: RequestDirectives = Object.freeze({ ...noRequestDirectives, noCache: true })

/**
 * The meaning of directives, however they were written.
 *
 * Of repeated ones the first counts (RFC 9111 §4.2.1). A lifetime that cannot be read is 0, the response stale at once (same
 * section), and whatever restricts is in force even with an argument it should not have: the error is on the side of the origin.
 */
export function responseDirectivesFrom(directives: Iterable<Directive>): ResponseDirectives {
  const result: { -readonly [K in keyof ResponseDirectives]: ResponseDirectives[K] } = { ...noResponseDirectives }
  for (const { name, argument } of directives) {
    switch (name) {
      case 'no-store':
        result.noStore = true
        break
      case 'no-cache': {
        const names = fieldNames(argument)
        if (names === undefined) result.noCache = true
        else result.noCacheFields = [...result.noCacheFields, ...names]
        break
      }
      case 'private': {
        const names = fieldNames(argument)
        if (names === undefined) result.isPrivate = true
        else result.privateFields = [...result.privateFields, ...names]
        break
      }
      case 'public':
        result.isPublic ||= argument === undefined
        break
      case 'must-revalidate':
        result.mustRevalidate = true
        break
      case 'proxy-revalidate':
        result.proxyRevalidate = true
        break
      case 'must-understand':
        result.mustUnderstand ||= argument === undefined
        break
      case 'no-transform':
        result.noTransform = true
        break
      case 'immutable':
        result.immutable ||= argument === undefined
        break
      case 'max-age':
        result.maxAgeSeconds ??= deltaSeconds(argument) ?? 0
        break
      case 's-maxage':
        result.sMaxageSeconds ??= deltaSeconds(argument) ?? 0
        break
      case 'stale-while-revalidate':
        result.staleWhileRevalidateSeconds ??= deltaSeconds(argument) ?? 0
        break
      case 'stale-if-error':
        result.staleIfErrorSeconds ??= deltaSeconds(argument) ?? 0
        break
    }
  }
  return result
}

function requestDirectivesFrom(directives: Iterable<Directive>): RequestDirectives {
  const result: { -readonly [K in keyof RequestDirectives]: RequestDirectives[K] } = { ...noRequestDirectives }
  for (const { name, argument } of directives) {
    switch (name) {
      case 'no-cache':
        result.noCache = true
        break
      case 'no-store':
        result.noStore = true
        break
      case 'only-if-cached':
        result.onlyIfCached = true
        break
      case 'no-transform':
        result.noTransform = true
        break
      // A duration that cannot be read is a wish that cannot be granted: unlike in a response, ignoring it harms nobody.
      case 'max-age':
        result.maxAgeSeconds ??= deltaSeconds(argument)
        break
      case 'min-fresh':
        result.minFreshSeconds ??= deltaSeconds(argument)
        break
      case 'max-stale':
        result.maxStaleSeconds ??= argument === undefined ? Number.POSITIVE_INFINITY : deltaSeconds(argument)
        break
      case 'stale-if-error':
        result.staleIfErrorSeconds ??= deltaSeconds(argument)
        break
    }
  }
  return result
}

/** Field names of a qualified `private` or `no-cache`; undefined when it is unqualified, or not readable as names. */
function fieldNames(argument: string | null | undefined): string[] | undefined {
  if (argument === null || argument === undefined) return undefined
  const names = argument
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return names.length > 0 && names.every((name) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) ? names : undefined
}

function joined(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : values.join(', ')
}
