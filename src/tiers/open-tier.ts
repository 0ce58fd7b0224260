import { hostname } from 'node:os'
import { isMainThread, threadId } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import { InvalidationLog, type InvalidationLogParts } from './invalidation-log/invalidation-log.ts'
import { MemcachedLog } from './invalidation-log/memcached-log.ts'
import { MemcachedStore, type MemcachedStoreSettings, parseMemcachedServer } from './memcached/memcached-store.ts'
import { usablePrefix } from './records/record-names.ts'
import { RedisStore } from './redis/redis-store.ts'
import { parseRedisUrl } from './redis/redis-url.ts'
import { RemoteTier, type RemoteTierSettings } from './remote-tier.ts'
import { type Invalidations, noInvalidations, type StateChange } from './tier.ts'

/** What both kinds of tier can be told; what is left out is as `usual` has it. */
export interface SharedTierOptions {
  /** Begins every name: one for each site or deployment that shares the servers. */
  readonly prefix?: string
  /** Signs what is stored, and refuses what is not signed with it: for servers that others can write to. */
  readonly secret?: string | undefined
  readonly deadlineMs?: number
  readonly connectTimeoutMs?: number
  readonly objectBytesMax?: number
  /** Largest value; larger bodies are divided. */
  readonly itemBytesMax?: number
  /** For bodies waiting to be stored. */
  readonly queueBytesMax?: number
}

export interface RedisConnectionOptions {
  /** See `parseRedisUrl`. */
  readonly url: string
  /** PEM; undefined: the system's. */
  readonly ca?: string | undefined
  readonly sentinelPassword?: string | undefined
}

export interface RedisTierOptions extends SharedTierOptions, RedisConnectionOptions {}

export interface MemcachedTierOptions extends SharedTierOptions {
  /** See `parseMemcachedServer`. */
  readonly servers: readonly string[]
  readonly whenDown?: MemcachedStoreSettings['whenDown']
}

export interface TierParts {
  readonly clock: Clock
  readonly invalidations?: Invalidations
  readonly onState: (change: StateChange) => void
}

const MiB = 1024 * 1024

const usual = {
  prefix: 'breakwater',
  deadlineMs: 50,
  connectTimeoutMs: 300,
  objectBytesMax: 4 * MiB,
  queueBytesMax: 32 * MiB,
} as const

const WRITE_DEADLINE_MS = 1_000
/** Redis takes half a gigabyte; a value of that size would stop it for everyone. */
const REDIS_ITEM_BYTES = 16 * MiB
/** memcached's own limit is 1 MiB (`-I`) with its header and our name. */
const MEMCACHED_ITEM_BYTES = 1_000_000

/** @throws RangeError for an option that cannot be used */
export function openRedisTier(options: RedisTierOptions, parts: TierParts): RemoteTier {
  const settings = tierSettings(options, REDIS_ITEM_BYTES)
  const store = new RedisStore({ ...connection(options), silenceMs: WRITE_DEADLINE_MS }, settings.prefix)
  return new RemoteTier(settings, { invalidations: noInvalidations, ...parts, name: 'redis', store })
}

/** @throws RangeError for an option that cannot be used */
export function openMemcachedTier(options: MemcachedTierOptions, parts: TierParts): RemoteTier {
  const settings = tierSettings(options, MEMCACHED_ITEM_BYTES)
  const store = memcachedStore(options, settings, parts.clock)
  return new RemoteTier(settings, { invalidations: noInvalidations, ...parts, name: 'memcached', store })
}

/** @throws RangeError for an option that cannot be used */
export function openMemcachedLog(options: MemcachedTierOptions, parts: InvalidationLogParts): MemcachedLog {
  const settings = tierSettings(options, MEMCACHED_ITEM_BYTES)
  // Connections of its own: what waits for a large body must not make this box deaf.
  const store = memcachedStore(options, settings, parts.clock)
  return new MemcachedLog({ everyMs: 1_000, currentForMs: 3_000 }, parts, store.shared(`${settings.prefix}:{log}`))
}

function memcachedStore(
  options: MemcachedTierOptions,
  { deadlineMs, itemBytesMax }: RemoteTierSettings,
  clock: Clock,
): MemcachedStore {
  const settings = {
    servers: options.servers.map(parseMemcachedServer),
    whenDown: options.whenDown ?? 'skip',
    connectTimeoutMs: options.connectTimeoutMs ?? usual.connectTimeoutMs,
    silenceMs: Math.max(deadlineMs * 4, 200),
    valueBytesMax: itemBytesMax,
    commandsMax: 2_048,
    bytesMax: 16 * MiB,
  }
  return new MemcachedStore(settings, clock)
}

/** @throws RangeError for an option that cannot be used */
export function openInvalidationLog(
  options: RedisConnectionOptions & Pick<SharedTierOptions, 'prefix' | 'connectTimeoutMs'> & { boxName?: string },
  parts: InvalidationLogParts,
): InvalidationLog {
  const prefix = usablePrefix(options.prefix ?? usual.prefix)
  const times = { waitMs: 1_000, answerMs: 1_000, currentForMs: 3_000 }
  const boxName = options.boxName ?? usualBoxName()
  return new InvalidationLog({ ...connection(options), ...times, prefix, boxName, entriesMax: 10_000 }, parts)
}

/** Threads are boxes, too: each has a memory of its own. */
function usualBoxName(): string {
  const name = `${hostname()}/${process.pid}`
  return isMainThread ? name : `${name}/${threadId}`
}

function connection(options: RedisConnectionOptions & Pick<SharedTierOptions, 'connectTimeoutMs'>) {
  return {
    place: parseRedisUrl(options.url),
    connectTimeoutMs: options.connectTimeoutMs ?? usual.connectTimeoutMs,
    ...(options.ca !== undefined && { ca: options.ca }),
    ...(options.sentinelPassword !== undefined && { sentinelPassword: options.sentinelPassword }),
  }
}

function tierSettings(options: SharedTierOptions, itemBytesMax: number): RemoteTierSettings {
  const prefix = usablePrefix(options.prefix ?? usual.prefix)
  return {
    prefix,
    space: prefix,
    secret: options.secret,
    objectBytesMax: options.objectBytesMax ?? usual.objectBytesMax,
    itemBytesMax: Math.max(options.itemBytesMax ?? itemBytesMax, 65_536),
    deadlineMs: options.deadlineMs ?? usual.deadlineMs,
    writeDeadlineMs: WRITE_DEADLINE_MS,
    findsMax: 256,
    writes: { bytesMax: options.queueBytesMax ?? usual.queueBytesMax, writesMax: 1_000, concurrency: 4 },
    breaker: { missesMax: 3, pauseMs: 250, pauseMaxMs: 5_000 },
  }
}
