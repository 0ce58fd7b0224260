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
