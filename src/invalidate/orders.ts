import { parseAuthority } from '../request/authority.ts'
import { parseRequestTarget } from '../request/request-target.ts'
import { type Invalidation, VALUE_LENGTH_MAX } from '../tiers/invalidation.ts'
import { CONDITIONS, compileExpression, type Pattern } from './pattern.ts'

/** What somebody wants gone, as people say it; plain data. */
export type PurgeOrder = WhatToPurge & {
  /** Absent: as the site's configuration says. */
  readonly soft?: boolean
}

export type WhatToPurge =
  /** `http://site.test/path?query`: by http and https, all variants. */
  | { readonly scope: 'uri'; readonly uri: string }
  | { readonly scope: 'tag'; readonly tag: string }
  /** `http://site.test/blog/` or `site.test/blog/`; on every site `/blog/`. */
  | { readonly scope: 'prefix'; readonly prefix: string }
  | { readonly scope: 'pattern'; readonly pattern: Pattern }
  | { readonly scope: 'everything' }

/** Who orders it, for the log. */
export interface PurgeSender {
  /** The client's, or that of the origin whose response purges. */
  readonly address: string
  /** In which words it was said. */
  readonly dialect: string
}

/** An order that cannot be carried out; the message says why, to whoever gave it. */
export class PurgeError extends Error {
  override readonly name = 'PurgeError'
}

export interface OrderSettings {
  /** For orders that do not say. */
  readonly soft: boolean
  /** Host and target as the key rules of the site have them: `site.test/path?query`. */
  keyedUri(uri: SiteUri): string
}

export interface SiteUri {
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
}

/** As many as one request may give. */
const ORDERS_MAX = 4_096
const URI_LENGTH_MAX = 8_192

/** @throws PurgeError */
export function toInvalidations(orders: readonly PurgeOrder[], settings: OrderSettings): Invalidation[] {
  if (orders.length > ORDERS_MAX)
    throw new PurgeError(`${orders.length} orders are too many, ${ORDERS_MAX} are allowed`)
  return orders.map((order) => {
    const { scope, value } = scopeAndValue(order, settings)
    if (value.length > VALUE_LENGTH_MAX) throw new PurgeError(`the ${scope} is too long (${value.length} characters)`)
    return { scope, value, soft: order.soft ?? settings.soft }
  })
}

function scopeAndValue(order: WhatToPurge, settings: OrderSettings): Pick<Invalidation, 'scope' | 'value'> {
  switch (order.scope) {
    case 'uri':
      return { scope: 'uri', value: settings.keyedUri(parseUri(order.uri)) }
    case 'tag':
      if (order.tag === '') throw new PurgeError('a tag is empty')
      return { scope: 'tag', value: order.tag }
    case 'prefix':
      return { scope: 'prefix', value: prefixValue(order.prefix) }
    case 'pattern':
      return { scope: 'pattern', value: patternValue(order.pattern) }
    case 'everything':
      return { scope: 'everything', value: '' }
  }
}

function parseUri(uri: string): SiteUri {
  const target = parseRequestTarget(uri, 'PURGE', URI_LENGTH_MAX)
  const authority = target.kind === 'absolute-form' ? parseAuthority(target.authority, target.scheme) : undefined
  if (target.kind !== 'absolute-form' || authority === undefined) {
    throw new PurgeError(`not a URL such as http://example.com/path: ${JSON.stringify(uri.slice(0, 200))}`)
  }
  return { scheme: target.scheme, authority, target: target.target }
}

function prefixValue(prefix: string): string {
  const [, scheme = 'http', site = '', path = ''] = /^(?:(https?):\/\/)?([^/]*)(\/.*)?$/s.exec(prefix) ?? []
  const authority = site === '' ? '' : parseAuthority(site, scheme === 'https' ? 'https' : 'http')
  if (authority === undefined || (authority === '' && path === '')) {
    throw new PurgeError(`not a prefix such as example.com/blog/ or /blog/: ${JSON.stringify(prefix.slice(0, 200))}`)
  }
  return authority + (path === '' ? '/' : path)
}

function patternValue(pattern: Pattern): string {
  const given = CONDITIONS.filter((name) => pattern[name] !== undefined)
  if (given.length === 0) throw new PurgeError('a pattern needs a condition: host, url, type or tags')
  for (const name of given) {
    try {
      compileExpression(pattern[name] ?? '')
    } catch (error) {
      throw new PurgeError(`${name}: ${error instanceof Error ? error.message : 'not a pattern'}`)
    }
  }
  return JSON.stringify(Object.fromEntries(given.map((name) => [name, pattern[name]])))
}
