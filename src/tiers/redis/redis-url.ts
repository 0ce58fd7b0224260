/** A server's address: a host and port, or the path of a Unix socket. */
export type RedisAddress = { readonly host: string; readonly port: number } | { readonly path: string }

/** What a URL says about where Redis (or Valkey) is and who we are there. */
export interface RedisPlace {
  readonly kind: 'single' | 'cluster' | 'sentinel'
  /** One; of a cluster any of its nodes; the sentinels. Never empty. */
  readonly addresses: readonly RedisAddress[]
  /** What the sentinels call the servers they watch. */
  readonly masterName: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number
  readonly tls: boolean
}

const schemes: Readonly<Record<string, readonly [RedisPlace['kind'], boolean]>> = {
  redis: ['single', false],
  valkey: ['single', false],
  rediss: ['single', true],
  valkeys: ['single', true],
  unix: ['single', false],
  'redis-cluster': ['cluster', false],
  'rediss-cluster': ['cluster', true],
  'redis-sentinel': ['sentinel', false],
  'rediss-sentinel': ['sentinel', true],
}

/**
 * Reads one of
 *
 *     redis://[[user]:password@]host[:6379][/db]               rediss:// with TLS; valkey: as redis:
 *     unix://[[user]:password@]/path/of/socket[?db=0]
 *     redis-cluster://[[user]:password@]host[:port],host…      rediss-cluster://
 *     redis-sentinel://[[user]:password@]host[:26379],host…/name[/db]      rediss-sentinel://
 *
 * @throws with what is wrong; the message never has the password
 */
export function parseRedisUrl(url: string): RedisPlace {
  const [, scheme = '', credentials, rest = ''] = /^([a-z-]+):\/\/(?:([^@]*)@)?([^@]*)$/.exec(url) ?? []
  const known = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined
  if (known === undefined) {
    throw new RangeError(`Cannot read URL of Redis: it begins with one of ${Object.keys(schemes).join('://, ')}://`)
  }
  const [kind, tls] = known
  const common = { kind, tls, ...credentialsFrom(credentials) }
  if (scheme === 'unix') {
    const [path = '', query = ''] = rest.split('?', 2)
    if (!path.startsWith('/')) throw new RangeError('Cannot read URL of Redis: unix:// needs the path of a socket')
    const db = new URLSearchParams(query).get('db') ?? undefined
    return { ...common, addresses: [{ path: decodeURIComponent(path) }], masterName: undefined, db: dbFrom(db) }
  }
  const [hosts = '', ...segments] = rest
    .split('?', 1)[0]!
    .split('/')
    .filter((part, i) => i === 0 || part !== '')
  const masterName = kind === 'sentinel' ? decodeURIComponent(segments.shift() ?? '') : undefined
  if (masterName === '')
    throw new RangeError('Cannot read URL of Redis: the name of the servers is missing behind the sentinels')
  const db = dbFrom(segments.shift())
  if (segments.length > 0) throw new RangeError(`Cannot read URL of Redis: there is more behind the database ${db}`)
  if (kind === 'cluster' && db !== 0) throw new RangeError('Cannot read URL of Redis: a cluster has database 0 only')
  const addresses = hosts.split(',').map((host) => addressFrom(host, kind === 'sentinel' ? 26_379 : 6_379))
  if (kind === 'single' && addresses.length > 1) {
    throw new RangeError('Cannot read URL of Redis: several hosts are for redis-cluster:// and redis-sentinel://')
  }
  return { ...common, addresses, masterName, db }
}

function credentialsFrom(text: string | undefined): Pick<RedisPlace, 'username' | 'password'> {
  if (text === undefined) return { username: undefined, password: undefined }
  const colon = text.indexOf(':')
  const decoded = (part: string) => (part === '' ? undefined : decodeURIComponent(part))
  return colon === -1
    ? { username: decoded(text), password: undefined }
    : { username: decoded(text.slice(0, colon)), password: decoded(text.slice(colon + 1)) }
}

function dbFrom(text: string | undefined): number {
  if (text === undefined) return 0
  if (!/^\d{1,5}$/.test(text)) throw new RangeError(`Cannot read URL of Redis: ${JSON.stringify(text)} is no database`)
  return Number(text)
}

function addressFrom(text: string, defaultPort: number): RedisAddress {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]:/]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port ?? defaultPort) > 65_535) {
    throw new RangeError(`Cannot read URL of Redis: ${JSON.stringify(text)} is no host with port`)
  }
  return { host, port: Number(port ?? defaultPort) }
}

/** How a server is called in logs. */
export function addressLabel(address: RedisAddress): string {
  return 'path' in address ? address.path : `${address.host}:${address.port}`
}
