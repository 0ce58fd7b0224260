import { formatHostPort } from '../units.ts'
import type { StatusRange } from './config.ts'
import type { Parsed, ParsedMembers } from './declare.ts'
import type { originOptions, poolGroups } from './origin-options.ts'
import type { HashedBy } from './origin-values.ts'

/** One web server; what was not given is absent. */
export interface OriginConfig {
  /** As written or `host:port`; unique among the origins of its pool. */
  readonly name: string
  /** Scheme, host and port only; or `http+unix://` and the path of a socket. */
  readonly url: string
  readonly scheme: 'http' | 'https'
  /** Name or address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly weight?: number
  readonly backup?: boolean
  readonly drain?: boolean
  /** Sent as Host in place of the client's. */
  readonly hostToSend?: string
  readonly proxyProtocol?: 'v1' | 'v2'
  readonly discover?: 'addresses' | 'services'
  readonly tls?: OriginTlsConfig
}

/** Paths are of PEM files. */
export interface OriginTlsConfig {
  readonly name?: string
  readonly ca?: string
  readonly certificate?: string
  readonly key?: string
  readonly verify: boolean
}

/** How the origins of one pool are chosen, watched and retried. */
export interface PoolRulesConfig {
  readonly balance: {
    readonly by: 'round-robin' | 'least-requests' | 'hash' | 'random'
    readonly hash: HashedBy
    /** Percent. */
    readonly overload: number
    readonly stickyCookie: string | undefined
    readonly stickySecret: string | undefined
    readonly stickySecure: boolean
    readonly slowStartMs: number
  }
  readonly health: {
    /** undefined: no probes. */
    readonly probe: ProbeConfig | undefined
    /** Percent. */
    readonly panicBelow: number
    readonly holdDownMs: number
    readonly holdDownMsMax: number
    readonly failuresMax: number
    readonly failureStatuses: readonly StatusRange[]
  }
  readonly retries: {
    readonly max: number
    /** Percent. */
    readonly budget: number
    readonly statuses: readonly StatusRange[]
    readonly hedge: boolean
  }
}

export interface ProbeConfig {
  readonly path: string
  readonly method: string
  readonly host: string | undefined
  readonly statuses: readonly StatusRange[]
  readonly body: string | undefined
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly window: number
  readonly good: number
  readonly start: 'well' | 'sick'
}

export interface PoolConfig extends PoolRulesConfig {
  readonly name: string
  /** Patterns of the hosts whose requests go there; empty for the pool of all other hosts. */
  readonly hosts: readonly string[]
  readonly origins: readonly OriginConfig[]
}

type ParsedOrigin = Parsed<typeof originOptions.origins>[number]
type ParsedGroups = ParsedMembers<typeof poolGroups>

export function toOrigin({ url, name, host, tls, ...others }: ParsedOrigin): OriginConfig {
  const where = url.url.startsWith('http+unix:') ? url.url.slice('http+unix://'.length) : formatHostPort(url)
  return {
    ...url,
    name: name ?? where,
    ...given(others),
    ...(host !== undefined && { hostToSend: host }),
    ...((!tls.verify || Object.keys(given(tls)).length > 1) && { tls: { ...given(tls), verify: tls.verify } }),
  }
}

export function toPoolRules({ balance, health, retries }: ParsedGroups): PoolRulesConfig {
  const { slowStart, stickyCookie, stickySecret, ...balancing } = balance
  return {
    balance: { ...balancing, stickyCookie, stickySecret, slowStartMs: slowStart },
    health: {
      probe: health.probe === undefined ? undefined : toProbe(health, health.probe),
      panicBelow: health.panicBelow,
      holdDownMs: health.holdDown,
      holdDownMsMax: Math.max(health.holdDown, health.holdDownMax),
      failuresMax: health.failures,
      failureStatuses: health.failureStatus,
    },
    retries: { max: retries.max, budget: retries.budget, statuses: retries.status, hedge: retries.hedge },
  }
}

function toProbe(health: ParsedGroups['health'], path: string): ProbeConfig {
  const { method, host, body, window, start } = health
  return {
    path,
    method,
    host,
    statuses: health.status,
    body,
    intervalMs: health.interval,
    timeoutMs: health.timeout,
    window,
    good: Math.min(health.good, window),
    start,
  }
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
