import { allValues, type RawFields } from '../../http/fields.ts'
import type { PurgeOrder } from '../orders.ts'

/**
 * What a response purges by `X-LiteSpeed-Purge` and `-Purge2`, in the language of the LiteSpeed Cache plugins:
 * `public,stale,Po.1,tag=F;private,*`. `*` is the whole site, what begins with `/` a path. What is private is not stored here.
 *
 * @param authority of the request that it answers
 */
export function liteSpeedOrders(fields: RawFields, authority: string): PurgeOrder[] {
  const found: PurgeOrder[] = []
  for (const name of ['x-litespeed-purge', 'x-litespeed-purge2']) {
    for (const value of allValues(fields, name)) {
      for (const part of value.split(';')) found.push(...ordersOf(part, authority))
    }
  }
  return found
}

function ordersOf(part: string, authority: string): PurgeOrder[] {
  const words = part.split(',').map((word) => word.trim())
  if (words[0] === 'private') return []
  const soft = words.includes('stale') ? ({ soft: true } as const) : {}
  return words
    .filter((word) => word !== '' && word !== 'public' && word !== 'stale')
    .map((word) => {
      const tag = word.replace(/^(?:public:|tag=)/, '')
      if (tag === '*') return { scope: 'prefix', prefix: `${authority}/`, ...soft }
      if (tag.startsWith('/')) return { scope: 'uri', uri: `http://${authority}${tag}`, ...soft }
      return { scope: 'tag', tag, ...soft }
    })
}
