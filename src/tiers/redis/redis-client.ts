import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import type { RedisAddress, RedisPlace } from './redis-url.ts'

export interface RedisClientSettings {
  readonly place: RedisPlace
  /** Certificate authorities to believe, PEM; undefined: those of the system. */
  readonly ca?: string
  /** A password for the sentinels themselves. */
  readonly sentinelPassword?: string
  readonly connectTimeoutMs: number
  /** A connection that owes an answer and is silent for that long is ended. */
  readonly silenceMs: number
}

export type RedisClient = Redis | Cluster

/** Longest between two attempts to connect. */
const RECONNECT_MAX_MS = 1_000

/**
 * A client that fails at once instead of waiting: with the library's own settings every command waits for seconds while a server
 * is away, and `commandTimeout` alone leaves what it gave up in memory. Measured with stopped, killed and restarted servers.
 */
export function connectRedis(settings: RedisClientSettings): RedisClient {
  const { place } = settings
  // Once at once: often only the connection is gone.
  const retryStrategy = (attempt: number) =>
    attempt === 1 ? 1 : Math.min(50 * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS)
  const common: CommonOptions = {
    ...(place.username !== undefined && { username: place.username }),
    ...(place.password !== undefined && { password: place.password }),
    ...(place.tls && { tls: settings.ca === undefined ? {} : { ca: settings.ca } }),
    // Understood by every Redis, Valkey and proxy in front of one.
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: settings.connectTimeoutMs,
    // This, not commandTimeout, cuts a connection to a stopped server and frees what is queued on it. It comes first, so that
    // whoever asks again when a command has failed does not do so on a connection that is about to be cut.
    socketTimeout: settings.silenceMs,
  }
  const client = place.kind === 'cluster' ? cluster(place, common, settings, retryStrategy) : single()
  // Without a listener the library writes each failure to the console; the breaker hears of them from the commands.
  client.on('error', () => {})
  return client

  function single(): Redis {
    return new Redis({
      ...common,
      ...(place.kind === 'sentinel' ? sentinelOptions(place, settings, retryStrategy) : place.addresses[0]!),
      db: place.db,
      enableOfflineQueue: false,
      retryStrategy,
    })
  }
}

/** What one server and each node of a cluster have in common; without what we leave as it is. */
type CommonOptions = Omit<NonNullable<ClusterOptions['redisOptions']>, 'replyMapping'>
type RetryStrategy = (attempt: number) => number

function sentinelOptions(
  { addresses, masterName, tls }: RedisPlace,
  { sentinelPassword, connectTimeoutMs, silenceMs, ca }: RedisClientSettings,
  retryStrategy: RetryStrategy,
): Omit<RedisOptions, 'replyMapping'> {
  return {
    name: masterName!,
    sentinels: addresses.filter(hasHost).map(({ host, port }) => ({ host, port })),
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: Math.max(connectTimeoutMs, silenceMs),
    // Follows a failover even when the old master keeps its connections.
    failoverDetector: true,
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: ca === undefined ? {} : { ca } }),
  }
}

function cluster(
  { addresses }: RedisPlace,
  redisOptions: CommonOptions,
  { connectTimeoutMs }: RedisClientSettings,
  retryStrategy: RetryStrategy,
): Cluster {
  const nodes = addresses.filter(hasHost).map(({ host, port }) => ({ host, port }))
  return new Cluster(nodes, {
    redisOptions,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryStrategy,
    clusterNodeRetryStrategy: retryStrategy,
    slotsRefreshTimeout: connectTimeoutMs,
    // Where a master fails silently, nobody tells us who has its slots now.
    slotsRefreshInterval: 5_000,
    maxRedirections: 3,
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    retryDelayOnTryAgain: 50,
  })
}

function hasHost(address: RedisAddress): address is { readonly host: string; readonly port: number } {
  return 'host' in address
}

/** What went wrong, for people: what the library says while it has no connection says nothing to whoever reads the log. */
export function plainMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const isUnconnected = /enableOfflineQueue|Connection is closed|Stream isn't writeable|max retries/.test(message)
  return isUnconnected ? 'no connection' : message.slice(0, 200)
}

/** Resolves when the client has a connection; rejects when the next attempt fails. */
export function connected(client: RedisClient): Promise<void> {
  if (client.status === 'ready') return Promise.resolve()
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      client.off('ready', settle)
      client.off('error', settle)
      client.off('close', onClose)
      client.off('end', onClose)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onClose = () => settle(new Error('connection closed'))
    client.once('ready', settle)
    client.once('error', settle)
    client.once('close', onClose)
    client.once('end', onClose)
  })
}
