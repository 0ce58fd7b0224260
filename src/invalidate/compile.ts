import type { Invalidation, InvalidationTest } from '../tiers/invalidation.ts'
import { CONDITIONS, type Condition, compileExpression, type Pattern } from './pattern.ts'

/** Authority and target of what is stored under a key; undefined for what is no key. */
export type UriOfKey = (key: string) => { readonly authority: string; readonly target: string } | undefined

const NEVER: InvalidationTest = { isByKey: true, mayConcern: () => false, concerns: () => false }

/** The test of everything. */
export const EVERYTHING: InvalidationTest = { isByKey: true, mayConcern: () => true, concerns: () => true }

/**
 * Makes a test of an invalidation.
 *
 * @returns undefined when it cannot be understood: then it is to be taken as one of everything
 */
export function compileInvalidation({ scope, value }: Invalidation, uriOfKey: UriOfKey): InvalidationTest | undefined {
  switch (scope) {
    case 'everything':
      return EVERYTHING
    case 'tag':
      return { isByKey: false, mayConcern: () => true, concerns: ({ tags }) => tags.includes(value) }
    case 'changed':
    case 'uri':
      return byKey(textOfUri(uriOfKey, (authority, target) => authority + target === value))
    case 'prefix':
      return byKey(textOfUri(uriOfKey, prefixTest(value)))
    case 'pattern':
      return patternTest(value, uriOfKey)
  }
}

function byKey(isMeant: (key: string) => boolean): InvalidationTest {
  return { isByKey: true, mayConcern: isMeant, concerns: ({ key }) => isMeant(key) }
}

function textOfUri(uriOfKey: UriOfKey, isMeant: (authority: string, target: string) => boolean) {
  return (key: string): boolean => {
    const uri = uriOfKey(key)
    return uri !== undefined && isMeant(uri.authority, uri.target)
  }
}

/** `site.test/blog/` of one site, `/blog/` of every site. */
function prefixTest(value: string): (authority: string, target: string) => boolean {
  const slash = value.indexOf('/')
  if (slash === 0) return (_authority, target) => target.startsWith(value)
  const site = slash === -1 ? value : value.slice(0, slash)
  const path = slash === -1 ? '/' : value.slice(slash)
  return (authority, target) => authority === site && target.startsWith(path)
}

function patternTest(value: string, uriOfKey: UriOfKey): InvalidationTest | undefined {
  const conditions = compilePattern(value)
  if (conditions === undefined) return undefined
  const { host, url, type, tags } = conditions
  if (host === undefined && url === undefined && type === undefined && tags === undefined) return NEVER
  const mayConcern = textOfUri(uriOfKey, (authority, target) => {
    if (host !== undefined && !host(authority) && !host(withoutPort(authority))) return false
    return url === undefined || url(target)
  })
  return {
    isByKey: type === undefined && tags === undefined,
    mayConcern,
    concerns(about) {
      if (!mayConcern(about.key)) return false
      if (type !== undefined && !type(about.contentType ?? '')) return false
      return tags === undefined || (about.tags.length > 0 && tags(about.tags.join(',')))
    },
  }
}

type Conditions = { -readonly [name in keyof Pattern]: Condition }

function compilePattern(value: string): Conditions | undefined {
  try {
    const read: unknown = JSON.parse(value)
    if (typeof read !== 'object' || read === null || Array.isArray(read)) return undefined
    const given = new Map<string, unknown>(Object.entries(read))
    const compiled: Conditions = {}
    for (const name of CONDITIONS) {
      const expression = given.get(name)
      given.delete(name)
      if (expression === undefined) continue
      if (typeof expression !== 'string') return undefined
      compiled[name] = compileExpression(expression)
    }
    // A condition of a later version: to leave it out would be to take less care than was asked for.
    return given.size === 0 ? compiled : undefined
  } catch {
    // Whoever gave it was told; what comes from elsewhere counts as everything.
    return undefined
  }
}

function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(':')
  return colon === -1 || authority.endsWith(']') ? authority : authority.slice(0, colon)
}
