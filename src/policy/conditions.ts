import type { FieldPattern } from '../config/config.ts'
import { lowerName, type RawFields } from '../http/fields.ts'
import { compileCookiePatterns, compileNamed, someCookie } from './cookies.ts'
import type { FieldReader } from './field-reader.ts'
import { compileGlobs } from './glob.ts'

/** Whether what is in the fields of a request meets a rule. */
export type FieldCondition = (fieldOf: FieldReader) => boolean

/** Conditions on cookies and fields; undefined for none. */
export function compileFieldConditions(
  cookies: readonly string[],
  headers: readonly FieldPattern[],
): FieldCondition | undefined {
  const conditions: FieldCondition[] = []
  if (cookies.length > 0) {
    const isIt = compileCookiePatterns(cookies)
    conditions.push((fieldOf) => {
      const cookie = fieldOf('cookie')
      return cookie !== undefined && someCookie(cookie, isIt)
    })
  }
  for (const { name, isValue } of headers.map(compileFieldPattern)) {
    conditions.push((fieldOf) => isValue(fieldOf(name)))
  }
  if (conditions.length <= 1) return conditions[0]
  return (fieldOf) => conditions.every((isMet) => isMet(fieldOf))
}

/** Conditions on the fields of a response; always met by none. */
export function compileResponseFields(patterns: readonly FieldPattern[]): (fields: RawFields) => boolean {
  const compiled = patterns.map(compileFieldPattern)
  return (fields) =>
    compiled.every(({ name, isValue }) =>
      // A field that may stand there several times, as Set-Cookie, meets it by any of its lines.
      fields.some((other, i) => i % 2 === 0 && lowerName(other) === name && isValue(fields[i + 1])),
    )
}

function compileFieldPattern([name, patterns]: FieldPattern) {
  const matches = compileGlobs(patterns.map((pattern) => pattern.toLowerCase())) ?? (() => false)
  return { name, isValue: (value: string | undefined) => value !== undefined && matches(value.toLowerCase()) }
}

/**
 * Whether a query has a parameter, `name` or `name=value`. As with paths, one that servers may read differently must not get
 * into a rule that is more generous, nor out of a `pass` rule: names of others than the plainest match only the latter.
 */
export function compileQuery(patterns: readonly string[], isPass: boolean): ((target: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined
  const compiled = patterns.map((pattern) => compileNamed(pattern))
  const has = (parameter: string): boolean => {
    const equals = parameter.indexOf('=')
    const [name, value] = equals === -1 ? [parameter, ''] : [parameter.slice(0, equals), parameter.slice(equals + 1)]
    return compiled.some(({ isName, isValue }) => isName(name) && isValue(value))
  }
  return (target) => {
    const start = target.indexOf('?')
    if (start === -1) return false
    const parameters = target.slice(start + 1).split(isPass ? /[&;]/ : '&')
    return parameters.some((parameter) => has(parameter) || (isPass && has(reading(parameter))))
  }
}

/** As a willing server reads it: decoded, `a[b]` an `a`, dots and spaces in the name underscores. */
function reading(parameter: string): string {
  if (!/[%+.[]/.test(parameter)) return parameter
  const decoded = parameter
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const [, name = '', value = ''] = /^([^=]*)(.*)$/s.exec(decoded) ?? []
  return name.trim().split('[', 1)[0]!.replaceAll(/[. ]/g, '_') + value
}
