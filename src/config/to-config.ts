import type { CacheSettings, Config, PoolConfig, RuleConfig } from './config.ts'
import type { Members } from './declare.ts'
import { type ParsedOptions, type ParsedRule, type ParsedSettings, settingsMembers } from './options.ts'
import { poolGroups } from './origin-options.ts'
import { toOrigin, toPoolRules } from './pool-config.ts'

/** Gives what was read the names and the shape that the parts use. */
export function toConfig(parsed: ParsedOptions): Config {
  const { timeLimits, limits, log, cacheStatus } = parsed
  const pools = parsed.pools.map((pool, index) => toPool(pool, index, parsed))
  // As in other servers, the first site gets what is for none by name.
  const origins = parsed.origins.length === 0 ? (pools[0]?.origins ?? []) : parsed.origins.map(toOrigin)
  return deepFreeze({
    listen: parsed.listen,
    origins,
    originRules: parsed.origins.length === 0 && pools[0] !== undefined ? pools[0] : toPoolRules(parsed),
    pools,
    crawlers: parsed.crawlers,
    hosts: parsed.hosts,
    trustedProxies: parsed.trustedProxies,
    viaName: parsed.viaName,
    memoryBytes: parsed.memory,
    objectBytesMax: parsed.objectMax,
    tiers: {
      redis: parsed.redis,
      memcached: parsed.memcached,
      first: parsed.tiers.first,
      prefix: parsed.tiers.prefix,
      secret: parsed.tiers.secret,
      deadlineMs: parsed.tiers.deadline,
      objectBytesMax: parsed.tiers.objectMax,
      whenDown: parsed.tiers.whenDown,
    },
    purge: parsed.purge,
    warm: parsed.warm,
    snapshot: {
      file: parsed.snapshot.file,
      bytesMax: parsed.snapshot.max,
      withinMs: parsed.snapshot.within,
    },
    caching: {
      defaults: toSettings(parsed),
      rules: parsed.rules.map((rule, index) => toRule(rule, index, parsed)),
    },
    workers: parsed.workers,
    coalescing: parsed.coalescing,
    rememberUncacheableSeconds: parsed.rememberUncacheable,
    obeyRequestDirectives: parsed.obeyRequestDirectives,
    timeLimits: {
      headMs: timeLimits.head,
      bodyMs: timeLimits.body,
      idleMs: timeLimits.idle,
      sendMs: timeLimits.send,
      tunnelIdleMs: timeLimits.tunnelIdle,
      connectMs: timeLimits.connect,
      firstByteMs: timeLimits.firstByte,
      betweenBytesMs: timeLimits.betweenBytes,
      originIdleMs: timeLimits.originIdle,
      originQueueMs: timeLimits.queue,
      originHandshakeMs: timeLimits.handshake,
      originWholeMs: timeLimits.whole,
      drainMs: timeLimits.drain,
    },
    limits: {
      requestHeadBytesMax: limits.requestHead,
      requestFieldsMax: limits.requestFields,
      targetBytesMax: limits.target,
      requestBodyBytesMax: limits.requestBody,
      originHeadBytesMax: limits.originHead,
      originFieldsMax: limits.originFields,
      connectionsMax: limits.connections,
      connectionsPerAddressMax: limits.connectionsPerAddress,
      originConnectionsMax: limits.originConnections,
      originQueueMax: limits.originQueue,
      originAdaptive: limits.originAdaptive,
    },
    admin: { listen: parsed.admin.listen ?? undefined, token: parsed.admin.token },
    learn: {
      enabled: parsed.learn.enabled,
      sample: parsed.learn.sample,
      memoryBytes: parsed.learn.memory,
      salt: '',
    },
    log,
    cacheStatus,
  })
}

function toPool(pool: ParsedOptions['pools'][number], index: number, topLevel: ParsedOptions): PoolConfig {
  const rules = overlay(poolGroups, topLevel, pool) as Pick<ParsedOptions, keyof typeof poolGroups>
  return {
    name: pool.name ?? `pool ${index + 1}`,
    hosts: pool.hosts,
    origins: pool.origins.map(toOrigin),
    ...toPoolRules(rules),
  }
}

function toRule(rule: ParsedRule, index: number, topLevel: ParsedSettings): RuleConfig {
  const { host = [], path = [], query = [], method = [], cookie = [], header = [] } = rule.match
  const { status = [], type = [], responseHeader = [] } = rule.match
  return {
    name: rule.name ?? `rule ${index + 1}`,
    match: {
      hosts: host,
      paths: path,
      queries: query,
      methods: method,
      cookies: cookie,
      headers: header,
      statuses: status,
      types: type,
      responseHeaders: responseHeader,
    },
    settings: toSettings(overlay(settingsMembers, topLevel, rule) as ParsedSettings),
  }
}

type Values = Readonly<Record<string, unknown>>

/** The values of `over` where it has one, those of `under` elsewhere; group by group. */
function overlay(members: Members, under: Values, over: Values): Values {
  const values = Object.entries(members).map(([name, member]) => {
    const own = over[name]
    if (member.kind === 'group') return [name, overlay(member.members, under[name] as Values, own as Values)]
    return [name, own === undefined ? under[name] : own]
  })
  return Object.fromEntries(values)
}

function toSettings(parsed: ParsedSettings): CacheSettings {
  const { key, headers } = parsed
  return {
    cache: parsed.cache,
    freshnessSeconds: parsed.freshness ?? undefined,
    defaultFreshnessSeconds: parsed.defaultFreshness ?? undefined,
    graceSeconds: parsed.grace,
    refreshSeconds: parsed.refresh,
    negativeSeconds: parsed.negative ?? undefined,
    keepSeconds: parsed.keep,
    setCookie: parsed.setCookie,
    deceptionGuard: parsed.deceptionGuard,
    originFields: parsed.originFields,
    key: {
      scheme: key.scheme,
      query: { ignore: key.query.ignore, only: key.query.only, sort: key.query.sort },
      cookies: key.cookies,
      headers: key.headers,
    },
    cookies: parsed.cookies,
    requestFields: headers.request,
    responseFields: headers.response,
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
