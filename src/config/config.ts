import type { OriginConfig, PoolConfig, PoolRulesConfig } from './pool-config.ts'

export type { OriginConfig, PoolConfig } from './pool-config.ts'

/**
 * The configuration as the parts see it: parsed once, every number in the unit its name ends with, frozen.
 * What people write is declared in `options.ts`; parts receive the slice they need, never the whole `Config`.
 */
export interface Config {
  /** Where clients connect; never empty. */
  readonly listen: readonly ListenAddress[]
  /** Empty: none was given, `serve` starts the demo site. */
  readonly origins: readonly OriginConfig[]
  /** How the pool of `origins` works. */
  readonly originRules: PoolRulesConfig
  /** Other sites with origins of their own. Where there are no `origins`, these are the first pool's. */
  readonly pools: readonly PoolConfig[]
  /** Words in `User-Agent` that tell a crawler, whose requests wait behind those of visitors. */
  readonly crawlers: readonly string[]
  /** Host patterns this proxy answers for (`*` any run of characters); empty: any. Others get 421. */
  readonly hosts: readonly string[]
  /** Networks whose forwarding fields are believed, as `address/bits`. */
  readonly trustedProxies: readonly string[]
  /** The pseudonym in `Via` and `Cache-Status` (RFC 9110 §7.6.3, RFC 9211 §2). */
  readonly viaName: string
  readonly memoryBytes: number
  /** Largest body that is stored. */
  readonly objectBytesMax: number
  readonly tiers: TiersConfig
  readonly snapshot: SnapshotConfig
  readonly purge: PurgeConfig
  readonly warm: WarmConfig
  readonly caching: CachingConfig
  /** Threads that serve; `auto`: as many as the machine has cores. */
  readonly workers: number | 'auto'
  readonly coalescing: boolean
  /** How long a key is remembered as uncacheable, so that requests for it do not queue behind each other. */
  readonly rememberUncacheableSeconds: number
  /** Whether `Cache-Control` of a request may demand validation or a fetch (RFC 9111 §5.2.1). */
  readonly obeyRequestDirectives: boolean
  readonly timeLimits: TimeLimits
  readonly limits: Limits
  readonly admin: AdminConfig
  readonly learn: LearnConfig
  readonly log: LogConfig
  readonly cacheStatus: CacheStatusConfig
}

/** The tiers behind memory. */
export interface TiersConfig {
  readonly redis: string | undefined
  /** Empty: none. */
  readonly memcached: readonly string[]
  /** Which is asked first where there are both. */
  readonly first: 'memcached' | 'redis'
  readonly prefix: string
  readonly secret: string | undefined
  readonly deadlineMs: number
  readonly objectBytesMax: number
  readonly whenDown: 'skip' | 'rehash'
}

/** How purges by request are taken (docs/purging.md). */
export interface PurgeConfig {
  /** false: they are forwarded to the origin like any other request. */
  readonly accept: boolean
  /** Networks that may purge, as `address/bits`. */
  readonly from: readonly string[]
  readonly token: string | undefined
  /** What is meant where the sender does not say. */
  readonly mode: 'soft' | 'hard'
  /** Dialects that take paths away from the site. */
  readonly paths: readonly ('nginx-helper' | 'cloudflare' | 'fastly')[]
  /** Where HTCP is listened for; undefined: nowhere. */
  readonly htcp: ListenAddress | undefined
  /** Address of the interface on which `htcp` is joined where it is a multicast group. */
  readonly htcpInterface: string | undefined
  /** `GET` with `Cache-Control: no-cache` from who may purge fetches the page anew. */
  readonly refreshByNoCache: boolean
}

/** What is warmed by itself. */
export interface WarmConfig {
  /** URLs. */
  readonly sitemaps: readonly string[]
  /** A file of URLs; undefined: none. */
  readonly list: string | undefined
  /** How many of the most-hit pages; 0: none. */
  readonly popular: number
  readonly after: readonly ('start' | 'purge')[]
  /** Requests under way at a time. */
  readonly concurrency: number
}

/** Memory on disk between two lives of the program. */
export interface SnapshotConfig {
  /** undefined: none is written */
  readonly file: string | undefined
  readonly bytesMax: number
  readonly withinMs: number
}

export interface ListenAddress {
  /** Name or address, IPv6 without brackets. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

/** The planner's slice: the settings in force where no rule matches, and the rules in order. */
export interface CachingConfig {
  readonly defaults: CacheSettings
  readonly rules: readonly RuleConfig[]
}

export interface RuleConfig {
  /** As written or `rule 3` (counted from 1). */
  readonly name: string
  readonly match: RuleMatch
  /** The top level's settings with this rule's own in their place. */
  readonly settings: CacheSettings
}

/** Conditions of a rule; each list is "one of", an empty list is no condition. */
export interface RuleMatch {
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
  readonly methods: readonly string[]
  readonly statuses: readonly StatusRange[]
  /** Lower case: `text/html` or `image/*`. */
  readonly types: readonly string[]
  /** Patterns of parameters, `name` or `name=value`, as they stand in the target. */
  readonly queries: readonly string[]
  /** Patterns of cookies, `name` or `name=value`. */
  readonly cookies: readonly string[]
  /** Of which all must be met. */
  readonly headers: readonly FieldPattern[]
  /** Of which all must be met, by a field of the response. */
  readonly responseHeaders: readonly FieldPattern[]
}

/** Lower-case name of a field, and patterns of its value of which one must match, in any case. */
export type FieldPattern = readonly [name: string, values: readonly string[]]

/** `404` is 404..404, `5xx` is 500..599. */
export interface StatusRange {
  readonly first: number
  readonly last: number
}

export interface CacheSettings {
  readonly cache: 'pass' | 'store'
  /** undefined: what the origin says. */
  readonly freshnessSeconds: number | undefined
  readonly defaultFreshnessSeconds: number | undefined
  readonly graceSeconds: number
  readonly refreshSeconds: number
  readonly negativeSeconds: number | undefined
  readonly keepSeconds: number
  readonly setCookie: 'pass' | 'strip' | 'store'
  readonly deceptionGuard: boolean
  /** Fields of other caches that count; `litespeed` is X-LiteSpeed-Cache-Control and -Vary. */
  readonly originFields: readonly ('litespeed' | 'x-reverse-proxy-ttl' | 'x-vc-ttl')[]
  readonly key: KeyConfig
  readonly cookies: CookieConfig
  readonly requestFields: FieldChangesConfig
  readonly responseFields: FieldChangesConfig
}

/** The recipe of the cache key. */
export interface KeyConfig {
  /** Whether `http` and `https` are stored apart. */
  readonly scheme: boolean
  readonly query: QueryKeyConfig
  /** Names of cookies whose values are part of the key; case-sensitive. */
  readonly cookies: readonly string[]
  /** Names of request fields whose values are part of the key; lower case. */
  readonly headers: readonly string[]
}

/** Patterns of cookies: `name`, or `name=value`, with `*` for any run of characters. */
export interface CookieConfig {
  /** A request with one of these is passed. */
  readonly pass: readonly string[]
  /** Noise: not sent to the origin with what may be stored. */
  readonly ignore: readonly string[]
}

export interface QueryKeyConfig {
  /** Patterns of parameter names left out of the key (`utm_*`). */
  readonly ignore: readonly string[]
  /** Only these parameter names are in the key; undefined: all. */
  readonly only: readonly string[] | undefined
  readonly sort: boolean
}

/** Applied in order: remove, then set. */
export interface FieldChangesConfig {
  /** Lower case. */
  readonly remove: readonly string[]
  readonly set: readonly (readonly [name: string, value: string])[]
}

export interface TimeLimits {
  /** For a whole request head, from its first byte. */
  readonly headMs: number
  /** Between two pieces of a request's body. */
  readonly bodyMs: number
  /** Between two requests on a client's connection. */
  readonly idleMs: number
  /** For a client to take anything of a response that waits for it. */
  readonly sendMs: number
  /** For a tunnel in which nothing moves. */
  readonly tunnelIdleMs: number
  readonly connectMs: number
  /** From the sent request to the origin's response head. */
  readonly firstByteMs: number
  /** Between two pieces of the origin's response. */
  readonly betweenBytesMs: number
  /** How long an unused origin connection is kept, unless the origin announces more. */
  readonly originIdleMs: number
  /** For a place on a connection to the origin. */
  readonly originQueueMs: number
  /** For the origin's answer to a request for a tunnel. */
  readonly originHandshakeMs: number
  /** For all of an origin's response; undefined: no limit. */
  readonly originWholeMs: number | undefined
  /** For the exchanges under way when the program is told to stop. */
  readonly drainMs: number
}

/** Infinity where the configuration says `none`. */
export interface Limits {
  readonly requestHeadBytesMax: number
  readonly requestFieldsMax: number
  readonly targetBytesMax: number
  readonly requestBodyBytesMax: number
  readonly originHeadBytesMax: number
  readonly originFieldsMax: number
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  /** For each origin. */
  readonly originConnectionsMax: number
  /** Requests that wait for a connection to an origin, for each origin. */
  readonly originQueueMax: number
  /** Whether origins get fewer requests at a time while they are slower than usual. */
  readonly originAdaptive: boolean
}

/** The listener for people and programs that look after this one. */
export interface AdminConfig {
  /** undefined: there is none. */
  readonly listen: ListenAddress | undefined
  readonly token: string | undefined
}

/** What is remembered of live traffic, for advice. */
export interface LearnConfig {
  readonly enabled: boolean
  /** Of so many pages, one is remembered. */
  readonly sample: number
  readonly memoryBytes: number
  /** What values are hashed with; the same in all threads, and known to nobody else. Empty in what was read from a file. */
  readonly salt: string
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
export type AccessLogFormat = 'off' | 'combined' | 'json' | 'squid'

export interface LogConfig {
  readonly level: LogLevel
  readonly access: AccessLogFormat
  /** undefined: standard output. */
  readonly accessFile: string | undefined
}

export interface CacheStatusConfig {
  /** Whether the cache key is shown. */
  readonly key: boolean
  /** Whether the field is left out altogether. */
  readonly hide: boolean
}
