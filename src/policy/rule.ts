import type { CacheSettings, RuleConfig, RuleMatch } from '../config/config.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { compileKey, type KeyRecipe } from './cache-key.ts'
import { compileGlobs, type Matcher } from './glob.ts'
import { compileHosts } from './hosts.ts'
import { decodedPattern, escapedPattern } from './path-reading.ts'
import type { CachePolicy, FieldChanges } from './plan.ts'

/** What of a request the rules look at; paths are without query. */
export interface RuleInput {
  readonly request: ProxyRequest
  /** GET where the key for a later GET is wanted. */
  readonly method: string
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
  readonly keyOf: KeyRecipe
  readonly requestFields: FieldChanges
  readonly policy: CachePolicy
  /** The same for a response that was passed: it is not stored. */
  readonly policyOfPass: CachePolicy
  matchesRequest(input: RuleInput): boolean
  matchesResponse(status: number, contentType: string | undefined): boolean
}

/** The rule behind all others: the top level's settings, for everything. */
export function compileDefaults(settings: CacheSettings): CompiledRule {
  return { ...compileSettings(undefined, settings), isLate: false, matchesRequest: always, matchesResponse: always }
}

export function compileRule({ name, match, settings }: RuleConfig): CompiledRule {
  const isLate = match.statuses.length > 0 || match.types.length > 0
  return {
    ...compileSettings(name, settings),
    isLate,
    matchesRequest: compileRequestMatch(match, settings.cache === 'pass'),
    matchesResponse: isLate ? compileResponseMatch(match) : always,
  }
}

function always(): boolean {
  return true
}

function compileSettings(name: string | undefined, settings: CacheSettings) {
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
    keepSeconds: settings.keepSeconds,
    responseFields: settings.responseFields,
  }
  return {
    name,
    isPass: settings.cache === 'pass',
    keyOf: compileKey(settings.key),
    requestFields: settings.requestFields,
    policy,
    policyOfPass: { ...policy, store: false },
  }
}

function compileRequestMatch(match: RuleMatch, isPass: boolean): CompiledRule['matchesRequest'] {
  const conditions: CompiledRule['matchesRequest'][] = []
  const methods = new Set(match.methods)
  if (methods.size > 0) conditions.push(({ method }) => methods.has(method))
  const isHost = compileHosts(match.hosts)
  if (isHost !== undefined) conditions.push(({ request }) => isHost(request.authority))
  const isPath = compilePaths(match.paths, isPass)
  if (isPath !== undefined) conditions.push(isPath)
  if (conditions.length === 0) return always
  return conditions.length === 1 ? conditions[0]! : (input) => conditions.every((isMet) => isMet(input))
}

/**
 * A path that servers may read differently must not get into a rule that is more generous by being dressed up, nor out of a
 * `pass` rule: the first wants both readings to match, the second is content with either.
 */
function compilePaths(patterns: readonly string[], isPass: boolean): CompiledRule['matchesRequest'] | undefined {
  const asReceived = compileGlobs(patterns.map(escapedPattern))
  const asRead = compileGlobs(patterns.map(decodedPattern))
  if (asReceived === undefined || asRead === undefined) return undefined
  return ({ path, pathReading }) => {
    if (path === pathReading) return asReceived(path)
    return isPass ? asReceived(path) || asRead(pathReading) : asReceived(path) && asRead(pathReading)
  }
}

function compileResponseMatch({ statuses, types }: RuleMatch): CompiledRule['matchesResponse'] {
  const isType: Matcher = compileGlobs(types) ?? always
  return (status, contentType) => {
    if (statuses.length > 0 && !statuses.some(({ first, last }) => status >= first && status <= last)) return false
    return types.length === 0 || (contentType !== undefined && isType(mediaTypeOf(contentType)))
  }
}

/** `Text/HTML; charset=utf-8` → `text/html` */
function mediaTypeOf(contentType: string): string {
  const semicolon = contentType.indexOf(';')
  return (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
}
