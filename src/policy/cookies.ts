import type { CookieConfig } from '../config/config.ts'
import { allValues, lowerName, type RawFields } from '../http/fields.ts'
import { compileGlob, type Matcher } from './glob.ts'

/** What the cookies of a request mean to the cache, by one rule. */
export interface CookieHandling {
  /** `cookies.pass` is not empty, so that every request's cookies have to be looked at. */
  readonly looks: boolean
  /** Whether one of them makes this a request that is passed. `cookie`: the field's value, several joined by `;`. */
  passes(cookie: string | undefined): boolean
  /** The fields without the cookies that say nothing about the page; the same array where there are none. */
  withoutNoise(fields: RawFields): RawFields
  /** The fields with those cookies alone that are part of the key. */
  keyedOnly(fields: RawFields): RawFields
  /** Whether there are cookies that are not part of the key, on which the response may depend. */
  hasUnkeyed(fields: RawFields): boolean
  /** Those of the names that are neither part of the key nor, with a value, a reason to pass. */
  unaccounted(names: readonly string[]): readonly string[]
  /** Whether there is a cookie of one of these names, as any server may read them, whatever its value. */
  hasOneOf(fields: RawFields, names: readonly string[]): boolean
}

/** What applications write to take a cookie back: PHP `deleted`, shops an empty cart's `0`. */
const NO_VALUES: ReadonlySet<string> = new Set(['', '0', '""', 'deleted'])

/**
 * Compiles the meaning of cookies.
 *
 * What is noise does not reach the origin with a request that the cache makes, so a response cannot depend on it, however
 * the origin would have read it. Hence names may be matched generously: a cookie passes if any server could read it so.
 *
 * @param keyed names whose values are part of the key
 * @param lookedAt patterns that rules match: what decides about the key is not noise
 */
export function compileCookies(
  { pass, ignore }: CookieConfig,
  keyed: readonly string[],
  lookedAt: readonly string[],
): CookieHandling {
  const mayBegin = beginningsOf(pass)
  const isNamedByPass = compileCookiePatterns(pass.filter((pattern) => !pattern.includes('=')))
  const isSpelledByPass = compileCookiePatterns(pass.filter((pattern) => pattern.includes('=')))
  const isIgnored = compileCookiePatterns(ignore)
  const isLookedAt = compileCookiePatterns(lookedAt.map((pattern) => pattern.split('=', 1)[0]!))
  const keyedReadings = new Set(keyed.map(cookieNameReading))
  const isKeyed = (name: string): boolean => keyedReadings.has(cookieNameReading(name))
  const isNoise = (name: string, value: string): boolean => {
    if (isKeyed(name) || isLookedAt(name, value)) return false
    return isIgnored(name, value) || (isNamedByPass(name, value) && NO_VALUES.has(value))
  }
  const isOfPass: CookieMatcher = (name, value) =>
    (isNamedByPass(name, value) && !NO_VALUES.has(value)) || isSpelledByPass(name, value)
  const hasNoise = pass.length > 0 || ignore.length > 0
  return {
    looks: pass.length > 0,
    passes: (cookie) => cookie !== undefined && someCookie(cookie, isOfPass, mayBegin),
    withoutNoise: (fields) => (hasNoise ? withCookies(fields, (name, value) => !isNoise(name, value)) : fields),
    keyedOnly: (fields) => withCookies(fields, isKeyed),
    hasUnkeyed: (fields) =>
      allValues(fields, 'cookie').some((cookies) => someCookie(cookies, (cookie) => !isKeyed(cookie))),
    unaccounted: (names) => names.filter((name) => !isKeyed(name) && !isNamedByPass(name, '')),
    hasOneOf: (fields, names) => {
      const readings = new Set(names.map(cookieNameReading))
      const isOne: CookieMatcher = (name) => readings.has(cookieNameReading(name))
      return fields.some((name, i) => isCookieField(name, i) && someCookie(fields[i + 1]!, isOne))
    },
  }
}

/** Whether a cookie is meant, by its name or by name and value. */
export type CookieMatcher = (name: string, value: string) => boolean

/**
 * Compiles patterns of cookies, `name` or `name=value`, with `*` for any run of characters in both. Names match as any
 * server may read them; the first character tells most of them apart from all patterns.
 */
export function compileCookiePatterns(patterns: readonly string[]): CookieMatcher {
  const byFirst = new Map<string, CookieMatcher[]>()
  const anyFirst: CookieMatcher[] = []
  for (const pattern of patterns) {
    const { isName, isValue } = compileNamed(pattern, cookieNameReading)
    const matches: CookieMatcher = (name, value) => isName(name) && isValue(value)
    const first = cookieNameReading(pattern).charAt(0)
    if (first === '*') anyFirst.push(matches)
    else byFirst.set(first, [...(byFirst.get(first) ?? []), matches])
  }
  if (patterns.length === 0) return () => false
  return (name, value) => {
    const reading = cookieNameReading(name)
    const candidates = byFirst.get(reading.charAt(0))
    if (candidates?.some((matches) => matches(reading, value)) === true) return true
    return anyFirst.some((matches) => matches(reading, value))
  }
}

/** `name=value` as two matchers; without a value any will do. */
export function compileNamed(
  pattern: string,
  read: (name: string) => string = (name) => name,
): { readonly isName: Matcher; readonly isValue: Matcher } {
  const equals = pattern.indexOf('=')
  if (equals === -1) return { isName: compileGlob(read(pattern)), isValue: () => true }
  return { isName: compileGlob(read(pattern.slice(0, equals))), isValue: compileGlob(pattern.slice(equals + 1)) }
}

/**
 * Whether a cookie of a `Cookie` value is what is looked for; names and values as received, without the space around.
 *
 * @param mayBegin by character code, 0 where no such cookie begins with it: most are told apart without being cut out
 */
export function someCookie(cookie: string, isIt: CookieMatcher, mayBegin?: Uint8Array): boolean {
  for (let from = 0; from <= cookie.length; ) {
    while (cookie.charCodeAt(from) === SPACE) from++
    const next = cookie.indexOf(';', from)
    const end = next === -1 ? cookie.length : next
    const isCandidate = mayBegin === undefined || mayBegin[cookie.charCodeAt(from)] !== 0
    const piece = isCandidate ? cookie.slice(from, end).trim() : ''
    if (piece !== '' && isIt(cookieName(piece), cookieValue(piece))) return true
    from = end + 1
  }
  return false
}

const SPACE = 0x20

/** The characters with which a cookie may begin that a pattern means, in any spelling: in doubt it may. */
function beginningsOf(patterns: readonly string[]): Uint8Array {
  const mayBegin = new Uint8Array(256)
  for (let code = 0; code < 256; code++) {
    const character = String.fromCharCode(code)
    const isPlain = /[\w-]/.test(character)
    const reading = character.toLowerCase()
    const begins = patterns.some((pattern) => pattern.startsWith('*') || cookieNameReading(pattern).startsWith(reading))
    if (!isPlain || begins) mayBegin[code] = 1
  }
  return mayBegin
}

/** All cookies of a name as an origin may read it, `name=value` in order: servers differ in which of two they believe. */
export function cookiesByReading(cookie: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const piece of cookie.split(';')) {
    const trimmed = piece.trim()
    const reading = cookieNameReading(cookieName(trimmed))
    const before = found.get(reading)
    found.set(reading, before === undefined ? trimmed : `${before};${trimmed}`)
  }
  return found
}

const plainName = /^[\w-]+$/

/** PHP makes `_` of dots and spaces and an array of `a[b]`, and older ones decode; some servers ignore case. */
export function cookieNameReading(name: string): string {
  if (plainName.test(name)) return name.toLowerCase()
  const decoded = name.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const [beforeBracket = ''] = decoded.trim().split('[', 1)
  return beforeBracket.replaceAll(/[. ]/g, '_').toLowerCase()
}

function cookieName(piece: string): string {
  const equals = piece.indexOf('=')
  return equals === -1 ? piece : piece.slice(0, equals).trimEnd()
}

function cookieValue(piece: string): string {
  const equals = piece.indexOf('=')
  return equals === -1 ? '' : piece.slice(equals + 1).trimStart()
}

function isCookieField(name: string, index: number): boolean {
  return index % 2 === 0 && name.length === 6 && lowerName(name) === 'cookie'
}

/** The fields with those cookies alone that `keep` accepts; a `Cookie` field without any is left out. */
function withCookies(fields: RawFields, keep: CookieMatcher): RawFields {
  if (!fields.some(isCookieField)) return fields
  const kept: string[] = []
  let isChanged = false
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i]!, fields[i + 1]!]
    if (!isCookieField(name, i) || !someCookie(value, (...cookie) => !keep(...cookie))) {
      kept.push(name, value)
      continue
    }
    isChanged = true
    const pieces = value.split(';').map((piece) => piece.trim())
    const left = pieces.filter((piece) => piece !== '' && keep(cookieName(piece), cookieValue(piece)))
    if (left.length > 0) kept.push(name, left.join('; '))
  }
  return isChanged ? kept : fields
}
