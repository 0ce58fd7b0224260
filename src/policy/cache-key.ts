import type { KeyConfig } from '../config/config.ts'
import { cookieNameReading, cookiesByReading } from './cookies.ts'
import type { FieldReader } from './field-reader.ts'
import { compileQueryRecipe } from './query-key.ts'

/** What a key is made of beside fields. */
export interface KeyedLine {
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
}

/** The recipe of the primary cache key (RFC 9111 §2). */
export interface KeyRecipe {
  /** The keyed cookies' and fields' part; undefined where none are keyed. */
  readonly extrasOf: ((fieldOf: FieldReader) => string) | undefined
  /** @param extras from `extrasOf` */
  keyOf(line: KeyedLine, extras: string | undefined): string
}

/**
 * Compiles the recipe of a key.
 *
 * Every part but the last is preceded by its length, so that no two lists of parts make the same key, whatever characters a
 * client puts into them: `http:11:example.com:/a?b=1`.
 */
export function compileKey(config: KeyConfig): KeyRecipe {
  const targetOf = compileQueryRecipe(config.query)
  const start = config.scheme
    ? ({ scheme, authority }: KeyedLine) => `${scheme}:${authority.length}:${authority}:`
    : ({ authority }: KeyedLine) => `any:${authority.length}:${authority}:`
  return {
    extrasOf: compileExtras(config),
    keyOf(line, extras) {
      const target = targetOf(line.target)
      // A target begins with `/` or `*`, so `+` keeps these keys apart from those without cookies and fields.
      return start(line) + (extras === undefined ? target : `+${target.length}:${target}${extras}`)
    },
  }
}

/** What a key is about, whatever scheme, cookies and fields are in it besides. */
export interface KeyedUri {
  readonly authority: string
  /** Path and query after the key's rules. */
  readonly target: string
  /** Nothing but scheme and URI is in the key. */
  readonly isPlain: boolean
}

/** Reads a key of `compileKey` back; undefined for what is none. */
export function uriOfKey(key: string): KeyedUri | undefined {
  const authorityAt = afterLength(key, key.indexOf(':') + 1)
  if (authorityAt === undefined) return undefined
  const { at, length } = authorityAt
  const authority = key.slice(at, at + length)
  const targetAt = at + length + 1
  if (key.charCodeAt(targetAt) !== PLUS) return { authority, target: key.slice(targetAt), isPlain: true }
  const target = afterLength(key, targetAt + 1)
  return target && { authority, target: key.slice(target.at, target.at + target.length), isPlain: false }
}

/** The URL for people; a key of both schemes is written as http. Undefined for what is no key. */
export function urlOfKey(key: string): string | undefined {
  const uri = uriOfKey(key)
  return uri && urlOfUri(key, uri)
}

/** The keys, plain ones, that a URI (`site.test/path?query`) can have: by http, by https, or by either. */
export function plainKeysOf(uri: string): string[] {
  const slash = uri.indexOf('/')
  const authority = uri.slice(0, slash)
  const target = uri.slice(slash)
  return ['http', 'https', 'any'].map((scheme) => `${scheme}:${authority.length}:${authority}:${target}`)
}

/** The same, where the key has been read already. */
export function urlOfUri(key: string, { authority, target }: KeyedUri): string {
  return `${key.startsWith('https:') ? 'https' : 'http'}://${authority}${target}`
}

const PLUS = 0x2b

/** Reads `11:` at this position: where it ends, and what it says. */
function afterLength(key: string, from: number): { readonly at: number; readonly length: number } | undefined {
  const colon = key.indexOf(':', from)
  const length = colon === -1 ? Number.NaN : Number(key.slice(from, colon))
  return Number.isInteger(length) ? { at: colon + 1, length } : undefined
}

/** The values of keyed cookies and fields; an absent one (`-`) differs from an empty one (`0:`). */
function compileExtras({ cookies, headers }: KeyConfig): KeyRecipe['extrasOf'] {
  if (cookies.length === 0 && headers.length === 0) return undefined
  const cookieParts = cookies.map((name) => ({ start: `c${part(name)}`, reading: cookieNameReading(name) }))
  const headerParts = headers.map((name) => ({ start: `h${part(name)}`, name }))
  return (fieldOf) => {
    let extras = ''
    const cookie = cookies.length === 0 ? undefined : fieldOf('cookie')
    const found = cookie === undefined ? undefined : cookiesByReading(cookie)
    for (const { start, reading } of cookieParts) extras += start + part(found?.get(reading))
    for (const { start, name } of headerParts) extras += start + part(fieldOf(name))
    return extras
  }
}

function part(value: string | undefined): string {
  return value === undefined ? '-' : `${value.length}:${value}`
}
