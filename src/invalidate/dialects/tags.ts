import { splitTags, typo3Tag } from '../../http/tag-fields.ts'
import type { PurgeOrder } from '../orders.ts'
import { BANNED, type Dialect, malformed, orders, PURGED, softness, textOf } from './dialect.ts'
import { isAnything, tagsInExpression } from './expressions.ts'

/** FOSHttpCache: `PURGEKEYS` with `xkey-purge` or `xkey-softpurge`, `PURGETAGS` with `X-Cache-Tags`. */
export const byMethodOfTags: Dialect = ({ method, fields }) => {
  if (method === 'PURGETAGS') {
    const tags = textOf(fields, 'x-cache-tags')
    return tags === undefined ? malformed('PURGETAGS needs X-Cache-Tags') : orders(tagOrders(tags), PURGED)
  }
  if (method !== 'PURGEKEYS') return undefined
  return byXkey({ fields }) ?? malformed('PURGEKEYS needs xkey-purge or xkey-softpurge')
}

/** TYPO3 (opsone): `BAN` with `Varnish-Ban-All`, or with the site or the page in fields, or with `xkey-purge`. */
export const typo3: Dialect = ({ method, fields }) => {
  if (method !== 'BAN') return undefined
  const site = textOf(fields, 'varnish-ban-typo3-sitename')
  const page = textOf(fields, 'varnish-ban-typo3-pid')
  if (textOf(fields, 'varnish-ban-all') === '1' && site === undefined) return orders([{ scope: 'everything' }], BANNED)
  const tag = typo3Tag(site, page)
  return tag === undefined ? byXkey({ fields }) : orders([{ scope: 'tag', tag }], BANNED)
}

/** Magento 2: `PURGE /` with an expression for its tags; `.*` is everything. `X-Pool` alone names a pool of its own caches: everything. */
export const magento: Dialect = ({ method, fields }) => {
  if (method !== 'PURGE') return undefined
  const expression = textOf(fields, 'x-magento-tags-pattern')
  if (expression !== undefined) return orders(expressionOrders(expression), PURGED)
  return textOf(fields, 'x-pool') === undefined ? undefined : orders([{ scope: 'everything' }], PURGED)
}

/** Tags in a field of a `PURGE` (Shopware's `xkey`, Souin's and Fastly's `Surrogate-Key`, others), or of a `BAN` as an expression. */
export const byFieldOfTags: Dialect = ({ method, fields }) => {
  if (method !== 'PURGE' && method !== 'BAN') return undefined
  if (method === 'PURGE') {
    const xkey = byXkey({ fields })
    if (xkey !== undefined) return xkey
  }
  for (const name of ['xkey', 'surrogate-key', 'cache-tag', 'cache-tags', 'purge-cache-tags', 'x-cache-tags']) {
    const value = textOf(fields, name)
    if (value === undefined) continue
    if (method === 'BAN') return orders(expressionOrders(value), BANNED)
    return orders(tagOrders(value, softness(fields)), PURGED)
  }
  return undefined
}

/** The two fields that say themselves whether what they name is to be removed or only expired. */
function byXkey({ fields }: Pick<Parameters<Dialect>[0], 'fields'>): ReturnType<Dialect> {
  const hard = textOf(fields, 'xkey-purge')
  const soft = textOf(fields, 'xkey-softpurge')
  if (hard === undefined && soft === undefined) return undefined
  return orders([...tagOrders(hard ?? '', { soft: false }), ...tagOrders(soft ?? '', { soft: true })], PURGED)
}

function tagOrders(value: string, softness: { readonly soft?: boolean } = {}): PurgeOrder[] {
  return splitTags(value).map((tag) => ({ scope: 'tag', tag, ...softness }))
}

/** A list of tags in the shape of an expression, a list without any, or an expression that is more. */
function expressionOrders(expression: string): PurgeOrder[] {
  if (isAnything(expression)) return [{ scope: 'everything' }]
  const tags = tagsInExpression(expression)
  if (tags !== undefined) return tags.map((tag) => ({ scope: 'tag', tag }))
  const listed = splitTags(expression)
  if (listed.length > 1 && listed.every((tag) => /^[\w:.-]+$/.test(tag))) return tagOrders(expression)
  return [{ scope: 'pattern', pattern: { tags: expression } }]
}
