import { splitTags } from '../../http/tag-fields.ts'
import type { PurgeOrder } from '../orders.ts'
import { type Answer, type Dialect, malformed, orders, PURGED, type Reading, softness, textOf } from './dialect.ts'

/** Dialects that take paths away from the site, and so have to be asked for. */
const PATH_DIALECTS = ['nginx-helper', 'cloudflare', 'fastly'] as const
export type PathDialect = (typeof PATH_DIALECTS)[number]

interface PathRequest {
  readonly method: string
  readonly target: string
}

const NGINX_HELPER = '/purge/'
const CLOUDFLARE = /^\/client\/v4\/zones\/[^/?]+\/purge_cache$/
const FASTLY = /^\/service\/[^/?]+\/(?:purge|purge_all|purge\/([^/?]+))$/

/** Whether a request is one of these, for whoever has to decide before its body is read. */
export function isPathOf({ method, target }: PathRequest, dialects: ReadonlySet<PathDialect>): boolean {
  if (method === 'GET' || method === 'HEAD') return dialects.has('nginx-helper') && target.startsWith(NGINX_HELPER)
  if (method !== 'POST') return false
  return (dialects.has('cloudflare') && CLOUDFLARE.test(target)) || (dialects.has('fastly') && FASTLY.test(target))
}

/** Nginx Helper: `GET /purge/<path>?query` for one URL. */
export const nginxHelper: Dialect = ({ method, scheme, authority, target }) => {
  if ((method !== 'GET' && method !== 'HEAD') || !target.startsWith(NGINX_HELPER)) return undefined
  const path = target.slice(NGINX_HELPER.length - 1)
  // Older versions name the whole cache with a star.
  if (path === '/*') return wholeSite(authority)
  return orders([{ scope: 'uri', uri: `${scheme}://${authority}${path}` }], PURGED)
}

/** Nginx Helper with the module by torden: `PURGE /purgeall`. */
export const nginxHelperAll: Dialect = ({ method, authority, target }) =>
  method === 'PURGE' && target === '/purgeall' ? wholeSite(authority) : undefined

function wholeSite(authority: string): Reading {
  return orders([{ scope: 'prefix', prefix: `${authority}/` }], PURGED)
}

/** Cloudflare's API: `files`, `tags`, `hosts`, `prefixes`, or `purge_everything`. */
export const cloudflare: Dialect = ({ method, target, body }) => {
  if (method !== 'POST' || !CLOUDFLARE.test(target)) return undefined
  const given = jsonObject(body)
  if (given === undefined) return malformed('the body is not a JSON object')
  const found: PurgeOrder[] = []
  if (given.get('purge_everything') === true) found.push({ scope: 'everything' })
  for (const file of listOf(given.get('files'))) found.push({ scope: 'uri', uri: urlOf(file) })
  for (const tag of listOf(given.get('tags'))) found.push({ scope: 'tag', tag: String(tag) })
  for (const host of listOf(given.get('hosts'))) found.push({ scope: 'prefix', prefix: `${String(host)}/` })
  for (const prefix of listOf(given.get('prefixes'))) found.push({ scope: 'prefix', prefix: String(prefix) })
  if (found.length === 0) return malformed('the body needs files, tags, hosts, prefixes or purge_everything')
  return orders(found, CLOUDFLARE_ANSWER)
}

const CLOUDFLARE_ANSWER: Answer = {
  message: 'Purged',
  members: { success: true, errors: [], messages: [], result: { id: 'breakwater' } },
}

/** Fastly's API: `purge_all`, `purge/<key>`, or `purge` with keys in `Surrogate-Key` or in a JSON body. */
export const fastly: Dialect = ({ method, target, fields, body }) => {
  const [path, key] = (method === 'POST' && FASTLY.exec(target)) || []
  if (path === undefined) return undefined
  const answer: Answer = { message: 'Purged', members: { status: 'ok', id: 'breakwater' } }
  if (path.endsWith('/purge_all')) return orders([{ scope: 'everything', ...softness(fields) }], answer)
  const listed = listOf(jsonObject(body)?.get('surrogate_keys')).map(String)
  const keys = key === undefined ? [...splitTags(textOf(fields, 'surrogate-key') ?? ''), ...listed] : [decoded(key)]
  if (keys.length === 0) return malformed('a purge by keys needs Surrogate-Key, or surrogate_keys in its body')
  return orders(
    keys.map((tag) => ({ scope: 'tag', tag, ...softness(fields) })),
    answer,
  )
}

function jsonObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : undefined
  } catch {
    return undefined // what is no JSON is said to the sender
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A file is a URL, or an object that has one. */
function urlOf(file: unknown): string {
  const url = typeof file === 'object' && file !== null && 'url' in file ? file.url : file
  return String(url)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
