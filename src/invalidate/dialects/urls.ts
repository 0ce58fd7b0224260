import type { Pattern } from '../pattern.ts'
import {
  BANNED,
  type Dialect,
  isOn,
  malformed,
  orders,
  PURGED,
  type PurgeRequest,
  softness,
  textOf,
} from './dialect.ts'
import { escapedExpression, exactly, isAnything, urlExpression } from './expressions.ts'

const SOUIN = '/souin-api/souin'

/** Symfony's HttpCache and FOSHttpCache: `PURGE` with `Clear-Cache: true`. */
export const clearCache: Dialect = ({ method, fields }) =>
  method === 'PURGE' && isOn(fields, 'clear-cache') ? orders([{ scope: 'everything' }], PURGED) : undefined

/** Souin's API: `/flush`, an expression behind the path, or `Surrogate-Key`, which is read elsewhere. */
export const souin: Dialect = ({ method, target }) => {
  if (method !== 'PURGE' || !(target === SOUIN || target.startsWith(`${SOUIN}/`))) return undefined
  const rest = target.slice(SOUIN.length + 1)
  if (rest === 'flush') return orders([{ scope: 'everything' }], PURGED)
  if (rest === '') return malformed('a purge by the API of Souin needs Surrogate-Key')
  return orders([{ scope: 'pattern', pattern: { url: rest } }], PURGED)
}

/**
 * `PURGE` of a URL, by everybody. The WordPress plugins say with `X-Purge-Method` (Proxy Cache Purge, WP Rocket) or `X-VC-Purge-Method`
 * (VCaching) that it is an expression; `page` is a URL with whatever query.
 */
export const purgeUrl: Dialect = (request) => {
  const { method, fields, authority, target } = request
  if (method !== 'PURGE') return undefined
  const how = (textOf(fields, 'x-purge-method') ?? textOf(fields, 'x-vc-purge-method'))?.toLowerCase()
  switch (how) {
    case 'regex':
      return orders([{ ...urlExpression(authority, target), ...softness(fields) }], PURGED)
    case 'page': {
      const [path = ''] = target.split('?', 1)
      const url = `^${escapedExpression(path)}(\\?|$)`
      return orders([{ scope: 'pattern', pattern: { host: exactly(authority), url } }], PURGED)
    }
    case undefined:
    case 'default':
    case 'exact':
      return orders([{ scope: 'uri', uri: uriOf(request), ...softness(fields) }], PURGED)
    default:
      return malformed(`the purge method "${how.slice(0, 40)}" is not known; there are default, exact, regex and page`)
  }
}

/** FOSHttpCache and mittwald: `BAN` with expressions in `X-Host`, `X-Url`, `X-Content-Type`, `X-Cache-Tags`. */
export const banByConditions: Dialect = ({ method, fields }) => {
  if (method !== 'BAN') return undefined
  const given = [
    ['host', textOf(fields, 'x-host')],
    ['url', textOf(fields, 'x-url')],
    ['type', textOf(fields, 'x-content-type')],
  ] as const
  if (given.every(([, expression]) => expression === undefined)) return undefined
  const tags = textOf(fields, 'x-cache-tags')
  const conditions = [...given, ['tags', tags] as const].filter(
    ([, expression]) => expression !== undefined && !isAnything(expression),
  )
  if (conditions.length === 0) return orders([{ scope: 'everything' }], BANNED)
  if (conditions.length === 1 && tags !== undefined && conditions[0]?.[0] === 'tags') return undefined
  const pattern: Pattern = Object.fromEntries(conditions)
  return orders([{ scope: 'pattern', pattern }], BANNED)
}

/** `BAN` with an expression as target (Shopware), `URIBAN` (Drupal, Lagoon). */
export const banUrl: Dialect = ({ method, authority, target }) =>
  method === 'BAN' || method === 'URIBAN' ? orders([urlExpression(authority, target)], BANNED) : undefined

/** Lagoon: fetch it anew, whatever is stored. */
export const refresh: Dialect = ({ method }) => (method === 'REFRESH' ? { kind: 'refresh' } : undefined)

function uriOf({ scheme, authority, target }: PurgeRequest): string {
  return `${scheme}://${authority}${target}`
}
