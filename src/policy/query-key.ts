import type { QueryKeyConfig } from '../config/config.ts'
import { compileGlobs, type Matcher } from './glob.ts'

/** Path and query as they enter the key. */
export type TargetRecipe = (target: string) => string

/** Names that every server reads as the bytes they are: nothing to decode, no brackets, no dots (PHP makes `_` of them). */
const plainName = /^[\w-]+$/

/**
 * Compiles which parameters of a query enter the cache key, and in which order.
 *
 * The origin sees the query as it was received. So what is left out of the key must be something that the origin reads as
 * that parameter, too, or one client could make another's page (cache poisoning). Hence, on any doubt, a parameter stays in:
 *
 * - Parameters are separated by `&` only. One that contains `;` is never left out: some servers read two in it.
 * - Names are compared as bytes, not decoded: `utm%5fsource` is not `utm_source`.
 * - `only` leaves out plain names alone: `page[]`, `pa%67e` and `Page` might be `page` to the origin.
 * - `sort` does nothing to a query in which a name is not plain: `a[]=1&a[0]=2` means something else in another order.
 */
export function compileQueryRecipe({ ignore, only, sort }: QueryKeyConfig): TargetRecipe {
  const isLeftOut = only === undefined ? compileGlobs(ignore) : notAmong(only)
  if (isLeftOut === undefined && !sort) return (target) => target
  return (target) => {
    const start = target.indexOf('?')
    if (start === -1) return target
    const kept = isLeftOut === undefined ? target : withoutLeftOut(target, start, isLeftOut)
    return sort ? sorted(kept, start) : kept
  }
}

/** Works on the string and not on a list of parameters, because every hit with a query comes by here. */
function withoutLeftOut(target: string, start: number, isLeftOut: Matcher): string {
  let kept = ''
  let from = start + 1
  while (from <= target.length) {
    const next = target.indexOf('&', from)
    const end = next === -1 ? target.length : next
    const parameter = target.slice(from, end)
    if (staysIn(parameter, isLeftOut)) kept += `&${parameter}`
    from = end + 1
  }
  return kept === '' ? target.slice(0, start) : `${target.slice(0, start)}?${kept.slice(1)}`
}

function sorted(target: string, start: number): string {
  const parameters = target.slice(start + 1).split('&')
  if (parameters.length === 1 || !parameters.every(isSortable)) return target
  return `${target.slice(0, start)}?${parameters.sort(byName).join('&')}`
}

function notAmong(names: readonly string[]): Matcher {
  const kept = new Set(names.map((name) => name.toLowerCase()))
  return (name) => plainName.test(name) && !kept.has(name.toLowerCase())
}

function staysIn(parameter: string, isLeftOut: Matcher): boolean {
  return !isLeftOut(nameOf(parameter)) || parameter.includes(';')
}

function isSortable(parameter: string): boolean {
  return plainName.test(nameOf(parameter)) && !parameter.includes(';')
}

/** Of parameters with one name, in any case, the order is kept: it may decide which of them counts. */
function byName(a: string, b: string): number {
  const [nameA, nameB] = [nameOf(a).toLowerCase(), nameOf(b).toLowerCase()]
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0
}

function nameOf(parameter: string): string {
  const equals = parameter.indexOf('=')
  return equals === -1 ? parameter : parameter.slice(0, equals)
}
