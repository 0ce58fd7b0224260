import type { CacheSettings, RuleConfig, RuleMatch } from '../config/config.ts'
import { firstValue, type RawFields } from '../http/fields.ts'
import { mediaTypeOf } from '../http/media-type.ts'
import { compileKey, type KeyRecipe } from './cache-key.ts'
import { compileFieldConditions, compileQuery, compileResponseFields, type FieldCondition } from './conditions.ts'
import { type CookieHandling, compileCookies } from './cookies.ts'
import { compileGlobs, type Matcher } from './glob.ts'
import { compileHosts } from './hosts.ts'
import { decodedPattern, escapedPattern } from './path-reading.ts'
import type { CachePolicy, FieldChanges, PlannedLine } from './plan.ts'

/** What of a request's line the rules look at. */
export interface RuleInput {
  readonly line: PlannedLine
  /** GET where the key for a later GET is wanted. */
  readonly method: string
  /** Without query. */
  readonly path: string
  /** See `mostWillingReading`; the same string as `path` where nothing can be read differently. */
  readonly pathReading: string
}

/** A rule ready to be asked. */
export interface CompiledRule {
  readonly name: string | undefined
  readonly isPass: boolean
  /** It has conditions on the response, so it cannot decide a request. */
  readonly isLate: boolean
  /** Some of these are on its fields, other than its type. */
  readonly readsResponseFields: boolean
  readonly key: KeyRecipe
  readonly cookies: CookieHandling
  readonly requestFields: FieldChanges
  readonly policy: CachePolicy
  /** The same for a response that was passed: it is not stored. */
  readonly policyOfPass: CachePolicy
  matchesLine(input: RuleInput): boolean
  /** The conditions on the request's fields; undefined where it has none. */
  readonly matchesFields: FieldCondition | undefined
  matchesResponse(status: number, fields: RawFields): boolean
}

/**
 * The rule behind all others: the top level's settings, for everything.
 *
 * @param cookiesLookedAt patterns of the cookies that any rule matches
 */
export function compileDefaults(settings: CacheSettings, cookiesLookedAt: readonly string[]): CompiledRule {
  return {
    ...compileSettings(undefined, settings, cookiesLookedAt),
    isLate: false,
    readsResponseFields: false,
    matchesLine: always,
    matchesFields: undefined,
    matchesResponse: always,
  }
}

export function compileRule({ name, match, settings }: RuleConfig, cookiesLookedAt: readonly string[]): CompiledRule {
  const isLate = match.statuses.length > 0 || match.types.length > 0 || match.responseHeaders.length > 0
  return {
    ...compileSettings(name, settings, cookiesLookedAt),
    isLate,
    readsResponseFields: match.responseHeaders.length > 0,
    matchesLine: compileLineMatch(match, settings.cache === 'pass'),
    matchesFields: compileFieldConditions(match.cookies, match.headers),
    matchesResponse: isLate ? compileResponseMatch(match) : always,
  }
}

function always(): boolean {
  return true
}

function compileSettings(name: string | undefined, settings: CacheSettings, cookiesLookedAt: readonly string[]) {
  const policy: CachePolicy = {
    rule: name,
    store: settings.cache === 'store',
    freshnessSeconds: settings.freshnessSeconds,
    defaultFreshnessSeconds: settings.defaultFreshnessSeconds,
    graceSeconds: settings.graceSeconds,
    refreshSeconds: settings.refreshSeconds,
    negativeSeconds: settings.negativeSeconds,
    setCookie: settings.setCookie,
    deceptionGuard: settings.deceptionGuard,
    originFields: settings.originFields,
    keepSeconds: settings.keepSeconds,
    responseFields: settings.responseFields,
  }
  return {
    name,
    isPass: settings.cache === 'pass',
    key: compileKey(settings.key),
    cookies: compileCookies(settings.cookies, settings.key.cookies, cookiesLookedAt),
    requestFields: settings.requestFields,
    policy,
    policyOfPass: { ...policy, store: false },
  }
}

type LineCondition = CompiledRule['matchesLine']

function compileLineMatch(match: RuleMatch, isPass: boolean): LineCondition {
  const conditions: LineCondition[] = []
  const methods = new Set(match.methods)
  if (methods.size > 0) conditions.push(({ method }) => methods.has(method))
  const isHost = compileHosts(match.hosts)
  if (isHost !== undefined) conditions.push(({ line }) => isHost(line.authority))
  const isPath = compilePaths(match.paths, isPass)
  if (isPath !== undefined) conditions.push(isPath)
  const hasParameter = compileQuery(match.queries, isPass)
  if (hasParameter !== undefined) conditions.push(({ line }) => hasParameter(line.target))
  if (conditions.length === 0) return always
  return conditions.length === 1 ? conditions[0]! : (input) => conditions.every((isMet) => isMet(input))
}

/**
 * A path that servers may read differently must not get into a rule that is more generous by being dressed up, nor out of a
 * `pass` rule: the first wants both readings to match, the second is content with either.
 */
function compilePaths(patterns: readonly string[], isPass: boolean): LineCondition | undefined {
  const asReceived = compileGlobs(patterns.map(escapedPattern))
  const asRead = compileGlobs(patterns.map(decodedPattern))
  if (asReceived === undefined || asRead === undefined) return undefined
  return ({ path, pathReading }) => {
    if (path === pathReading) return asReceived(path)
    return isPass ? asReceived(path) || asRead(pathReading) : asReceived(path) && asRead(pathReading)
  }
}

function compileResponseMatch({ statuses, types, responseHeaders }: RuleMatch): CompiledRule['matchesResponse'] {
  const isType: Matcher = compileGlobs(types) ?? always
  const hasFields = compileResponseFields(responseHeaders)
  return (status, fields) => {
    if (statuses.length > 0 && !statuses.some(({ first, last }) => status >= first && status <= last)) return false
    if (types.length > 0 && !isType(mediaTypeOf(firstValue(fields, 'content-type')) ?? '')) return false
    return hasFields(fields)
  }
}
