import type { KeyConfig } from '../config/config.ts'
import { allValues, combinedValue, type RawFields } from '../http/fields.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { compileQueryRecipe } from './query-key.ts'

export type KeyRecipe = (request: ProxyRequest) => string

/**
 * Compiles the recipe of the primary cache key (RFC 9111 §2).
 *
 * Every part but the last is preceded by its length, so that no two lists of parts make the same key, whatever characters a
 * client puts into them: `http:11:example.com:/a?b=1`.
 */
export function compileKey(config: KeyConfig): KeyRecipe {
  const targetOf = compileQueryRecipe(config.query)
  const extrasOf = compileExtras(config)
  const start = config.scheme
    ? ({ scheme, authority }: ProxyRequest) => `${scheme}:${authority.length}:${authority}:`
    : ({ authority }: ProxyRequest) => `any:${authority.length}:${authority}:`
  // A target begins with `/` or `*`, so `+` keeps these keys apart from those without cookies and fields.
  if (extrasOf === undefined) return (request) => start(request) + targetOf(request.target)
  return (request) => {
    const target = targetOf(request.target)
    return `${start(request)}+${target.length}:${target}${extrasOf(request.fields)}`
  }
}

/** The values of keyed cookies and fields; an absent one (`-`) differs from an empty one (`0:`). */
function compileExtras({ cookies, headers }: KeyConfig): ((fields: RawFields) => string) | undefined {
  if (cookies.length === 0 && headers.length === 0) return undefined
  const cookieParts = cookies.map((name) => ({ start: `c${part(name)}`, reading: nameReading(name) }))
  const headerParts = headers.map((name) => ({ start: `h${part(name)}`, name }))
  return (fields) => {
    let extras = ''
    const found = cookies.length === 0 ? undefined : cookiesByReading(fields)
    for (const { start, reading } of cookieParts) extras += start + part(found?.get(reading))
    for (const { start, name } of headerParts) extras += start + part(combinedValue(fields, name))
    return extras
  }
}

function part(value: string | undefined): string {
  return value === undefined ? '-' : `${value.length}:${value}`
}

/**
 * All cookies that an origin may read as the one of a name, `name=value` as received and in order: servers differ in which
 * of two they believe.
 */
function cookiesByReading(fields: RawFields): Map<string, string> {
  const found = new Map<string, string>()
  for (const value of allValues(fields, 'cookie')) {
    for (const piece of value.split(';')) {
      const cookie = piece.trim()
      const equals = cookie.indexOf('=')
      const reading = nameReading(equals === -1 ? cookie : cookie.slice(0, equals).trimEnd())
      const before = found.get(reading)
      found.set(reading, before === undefined ? cookie : `${before};${cookie}`)
    }
  }
  return found
}

/** PHP makes `_` of dots and spaces and an array of `a[b]`, and older ones decode; some servers ignore case. */
function nameReading(name: string): string {
  const decoded = name.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const [beforeBracket = ''] = decoded.trim().split('[', 1)
  return beforeBracket.replaceAll(/[. ]/g, '_').toLowerCase()
}
