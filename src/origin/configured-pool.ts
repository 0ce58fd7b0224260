import { readFileSync } from 'node:fs'
import type { Limits, OriginConfig, StatusRange, TimeLimits } from '../config/config.ts'
import type { OriginTlsConfig, PoolRulesConfig } from '../config/pool-config.ts'
import type { Balance } from './choosing/choosers.ts'
import type { StickySettings } from './choosing/stickiness.ts'
import type { ProbeSettings } from './probe.ts'
import {
  defaultConcurrency,
  defaultRetryBudget,
  defaultTimeLimits,
  type OriginSettings,
  type OriginTlsSettings,
  type PoolSettings,
} from './settings.ts'

/** What of the configuration concerns one pool. */
export interface PoolSlice {
  readonly name: string
  readonly origins: readonly OriginConfig[]
  readonly rules: PoolRulesConfig
  readonly timeLimits: TimeLimits
  readonly limits: Limits
}

/** Fewer than this at a time are never asked for, however slow an origin has become. */
const ADAPTIVE_LEAST = 4
const ADAPTIVE_TOLERANCE = 1.5

/**
 * The settings of a pool from the configuration.
 *
 * @throws Error naming the origin, when a certificate or key cannot be read; or when a sticky cookie has no secret
 */
export function configuredPool({ name, origins, rules, timeLimits, limits }: PoolSlice): PoolSettings {
  const { balance, health, retries } = rules
  return {
    name,
    members: origins.map(toMember),
    timeLimits: {
      ...defaultTimeLimits,
      connectMs: timeLimits.connectMs,
      firstByteMs: timeLimits.firstByteMs,
      handshakeMs: timeLimits.originHandshakeMs,
      betweenBytesMs: timeLimits.betweenBytesMs,
      idleMs: timeLimits.originIdleMs,
      ...(timeLimits.originWholeMs !== undefined && { wholeMs: timeLimits.originWholeMs }),
    },
    responseHead: { headBytesMax: limits.originHeadBytesMax, fieldsMax: limits.originFieldsMax },
    concurrency: {
      ...defaultConcurrency,
      connectionsMax: limits.originConnectionsMax,
      queueMax: limits.originQueueMax,
      queueMs: timeLimits.originQueueMs,
      ...(limits.originAdaptive && { adaptive: { least: ADAPTIVE_LEAST, tolerance: ADAPTIVE_TOLERANCE } }),
    },
    health: {
      holdDownMs: health.holdDownMs,
      holdDownMsMax: health.holdDownMsMax,
      failuresMax: health.failuresMax,
      failureStatuses: statuses(health.failureStatuses),
    },
    panicBelow: health.panicBelow / 100,
    ...(health.probe && { probe: toProbe(health.probe) }),
    retriesMax: retries.max,
    retryBudget:
      retries.budget === 0 ? { ratio: 0, reserve: 0 } : { ...defaultRetryBudget, ratio: retries.budget / 100 },
    retryStatuses: statuses(retries.statuses),
    hedge: retries.hedge,
    balance: toBalance(balance),
    slowStartMs: balance.slowStartMs,
    ...(balance.stickyCookie !== undefined && { sticky: toSticky(balance.stickyCookie, balance) }),
  }
}

function toSticky(cookie: string, { stickySecret, stickySecure }: PoolRulesConfig['balance']): StickySettings {
  if (stickySecret === undefined) throw new Error(`Cannot use the cookie "${cookie}" for stickiness: nothing signs it`)
  return { cookie, secret: stickySecret, secure: stickySecure }
}

function toMember(origin: OriginConfig): OriginSettings {
  const { name, url, hostToSend, tls, scheme, host, port, ...others } = origin
  return {
    ...others,
    name,
    url,
    ...(hostToSend !== undefined && { host: hostToSend }),
    ...(tls !== undefined && { tls: toTls(name, tls) }),
  }
}

function toTls(origin: string, { name, ca, certificate, key, verify }: OriginTlsConfig): OriginTlsSettings {
  return {
    rejectUnauthorized: verify,
    ...(name !== undefined && { servername: name }),
    ...(ca !== undefined && { ca: pemFile(origin, ca) }),
    ...(certificate !== undefined && { cert: pemFile(origin, certificate) }),
    ...(key !== undefined && { key: pemFile(origin, key) }),
  }
}

function pemFile(origin: string, path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (cause) {
    throw new Error(`Cannot use origin "${origin}": "${path}" cannot be read`, { cause })
  }
}

function toProbe({
  path,
  method,
  host,
  statuses: good,
  body,
  intervalMs,
  timeoutMs,
  ...probe
}: ProbeConfig): ProbeSettings {
  const { window, good: threshold, start: initially } = probe
  return { path, method, host, statuses: good, body, intervalMs, timeoutMs, window, threshold, initially }
}

type ProbeConfig = NonNullable<PoolRulesConfig['health']['probe']>

function toBalance({ by, hash, overload }: PoolRulesConfig['balance']): Balance {
  return by === 'hash' ? { kind: 'hash', by: hash, overload: overload / 100 } : { kind: by }
}

function statuses(ranges: readonly StatusRange[]): readonly number[] {
  return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, index) => first + index))
}
