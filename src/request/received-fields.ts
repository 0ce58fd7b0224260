import { lowerName, type RawFields } from '../http/fields.ts'

/** Fields of the connection (RFC 9110 §7.6.1), and those that `ProxyRequest` carries in a form of its own. */
const TAKEN_OFF: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
  'content-length',
  'expect',
])

/** Handed over apart: `upstreamForwardingFields` appends to them. */
const FORWARDING: ReadonlySet<string> = new Set(['via', 'x-forwarded-for', 'forwarded'])

/**
 * What origins read as the client's address, the host, the path or the scheme. From a client it is a lie, and since no
 * cache key has it, a lie that one visitor could tell to all (cache poisoning by unkeyed input).
 */
const OVERRIDES: ReadonlySet<string> = new Set([
  'cf-connecting-ip',
  'client-ip',
  'fastly-client-ip',
  'front-end-https',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-custom-ip-authorization',
  'x-host',
  'x-http-host-override',
  'x-original-host',
  'x-original-uri',
  'x-original-url',
  'x-originating-ip',
  'x-override-url',
  'x-real-ip',
  'x-remote-addr',
  'x-remote-ip',
  'x-rewrite-uri',
  'x-rewrite-url',
  'x-scheme',
  'x-url-scheme',
])

/**
 * Another method than the request line's. Removed where it could turn a cacheable request into something else; a POST
 * keeps it, because web applications use it there and no cache is asked.
 */
const METHOD_OVERRIDES: ReadonlySet<string> = new Set(['x-http-method', 'x-http-method-override', 'x-method-override'])

/** Written anew for the origin, whoever sent them. */
const WRITTEN_ANEW: ReadonlySet<string> = new Set(['x-forwarded-proto', 'x-forwarded-host'])

/** Whose name with an underscore CGI and its heirs cannot tell from the true one. */
const NO_UNDERSCORE_TWIN: ReadonlySet<string> = new Set([
  ...['authorization', 'cookie', 'content-type', 'cache-control', 'trailer', 'via', 'forwarded'],
  ...TAKEN_OFF,
  ...OVERRIDES,
  ...METHOD_OVERRIDES,
])

/** Naming one of these in `Connection` can only be meant to hide it from one of two readers. */
const NEVER_HOP_BY_HOP: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'transfer-encoding', 'content-type', 'content-encoding', 'content-range'],
  ...['authorization', 'cookie', 'cache-control', 'pragma', 'expect', 'max-forwards', 'range', 'if-range'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
])

export interface Sender {
  readonly isTrusted: boolean
  readonly method: string
  readonly hasBody: boolean
}

export interface SortedFields {
  /** What goes on, in order. */
  readonly fields: string[]
  /** Via from everyone, for loop detection and because a proxy must not remove it; the rest from trusted proxies. */
  readonly forwarding: string[]
  /** There was a field that a proxy adds, whoever wrote it. */
  readonly isForwarded: boolean
}

/** @returns the first field that `Connection` must not name, or undefined */
export function namedAgainstItsNature(options: ReadonlySet<string>): string | undefined {
  for (const option of options) if (NEVER_HOP_BY_HOP.has(option)) return option
  return undefined
}

/**
 * Sorts what was received into what goes on, what is appended to, and what ends here.
 *
 * Forwarding fields are taken whether `Connection` names them or not: a client behind a careless trusted proxy could
 * otherwise have its own address forgotten, and pass for that proxy (CVE-2022-31813).
 */
export function sortFields(received: RawFields, options: ReadonlySet<string>, sender: Sender): SortedFields {
  const fields: string[] = []
  const forwarding: string[] = []
  let isForwarded = false
  // `keep-alive` alone names no field that could still be there.
  const named = options.size === 0 || (options.size === 1 && options.has('keep-alive')) ? undefined : options
  for (let i = 0; i < received.length; i += 2) {
    const name = received[i]!
    const nature = natureOf(name)
    isForwarded ||= SAID_BY_PROXIES.has(nature)
    if (nature === 'via' || nature === 'forwarding') {
      if (sender.isTrusted || nature === 'via') forwarding.push(name, received[i + 1]!)
    } else if (goesOn(nature, sender) && named?.has(lowerName(name)) !== true) {
      fields.push(name, received[i + 1]!)
    }
  }
  return { fields, forwarding, isForwarded }
}

/** Whether a field with this lower-case name goes on as it is, from any sender of a request without a body. */
export function goesOnFromAnybody(name: string): boolean {
  return findNature(name) === 'plain'
}

/** Whether a field with this lower-case name is one that a proxy adds, whoever wrote it. */
export function isSaidByProxies(name: string): boolean {
  return SAID_BY_PROXIES.has(findNature(name))
}

/** What a field is by its name alone. */
type Nature =
  | 'plain'
  | 'ends-here'
  | 'written-anew'
  | 'via'
  | 'forwarding'
  | 'trailer'
  | 'override'
  | 'method-override'
  | 'ban-condition'

const SAID_BY_PROXIES: ReadonlySet<Nature> = new Set(['written-anew', 'via', 'forwarding', 'override'])

function goesOn(nature: Exclude<Nature, 'via' | 'forwarding'>, sender: Sender): boolean {
  switch (nature) {
    case 'plain':
      return true
    case 'ends-here':
    case 'written-anew':
      return false
    case 'trailer':
      return sender.hasBody
    case 'override':
      return sender.isTrusted
    case 'ban-condition':
      // No request with this method is ever answered from a cache.
      return sender.isTrusted || sender.method === 'BAN'
    case 'method-override':
      return sender.isTrusted || sender.method === 'POST'
  }
}

/** By the name as received: the same few come with every request. */
const natures = new Map<string, Nature>()
const NATURES_MAX = 1_000
const REMEMBERED_LENGTH_MAX = 64

function natureOf(name: string): Nature {
  const known = natures.get(name)
  if (known !== undefined) return known
  const nature = findNature(name.toLowerCase())
  if (name.length <= REMEMBERED_LENGTH_MAX) {
    if (natures.size >= NATURES_MAX) natures.clear()
    natures.set(name, nature)
  }
  return nature
}

function findNature(name: string): Nature {
  if (FORWARDING.has(name)) return name === 'via' ? 'via' : 'forwarding'
  if (TAKEN_OFF.has(name)) return 'ends-here'
  if (WRITTEN_ANEW.has(name)) return 'written-anew'
  // Becomes HTTP_PROXY in a CGI environment, where clients of the application obey it (httpoxy).
  if (name === 'proxy') return 'ends-here'
  if (name === 'trailer') return 'trailer'
  if (name.includes('_')) {
    const twin = name.replaceAll('_', '-')
    return NO_UNDERSCORE_TWIN.has(twin) || twin.startsWith('x-forwarded-') ? 'ends-here' : 'plain'
  }
  if (name === 'x-host') return 'ban-condition'
  if (METHOD_OVERRIDES.has(name)) return 'method-override'
  return OVERRIDES.has(name) || name.startsWith('x-forwarded-') ? 'override' : 'plain'
}
