import type { AdaptiveLimitSettings } from './adaptive-limit.ts'
import type { Balance } from './choosing/choosers.ts'
import type { StickySettings } from './choosing/stickiness.ts'
import type { ProbeSettings } from './probe.ts'
import type { ProxyProtocol } from './proxy-protocol.ts'
import type { RetryBudgetSettings } from './retry-budget.ts'

/** Where one member of a pool is, and how it is told apart in logs, metrics and errors. */
export interface OriginSettings {
  readonly name: string
  /** `http://host[:port]`, `https://host[:port]` or `http+unix:///path/of/the/socket`. Nothing after the authority. */
  readonly url: string
  /** Only looked at for `https:`. */
  readonly tls?: OriginTlsSettings
  /** Its share, relative to the others'. Default 1. */
  readonly weight?: number
  /** Only asked when no other member can be. */
  readonly backup?: boolean
  /** Gets nothing new; sessions that stick to it go on. */
  readonly drain?: boolean
  /** Sent as Host in place of the client's. */
  readonly host?: string
  /** Every connection begins with a header that names the client; it then carries one request only. */
  readonly proxyProtocol?: ProxyProtocol
  /** The name stands for several members: one for each of its addresses, or for each target of its SRV records. */
  readonly discover?: 'addresses' | 'services'
}

export interface OriginTlsSettings {
  /** Name to ask for and to verify; the url's host when absent. */
  readonly servername?: string
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | Buffer
  /** Our own certificate, where the origin asks for one, and its key; PEM. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  /** False accepts any certificate. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** How long to wait for an origin. All in milliseconds. */
export interface TimeLimits {
  /** Name resolution, TCP and TLS handshake together. */
  readonly connectMs: number
  /** From the request's last byte to the end of the response's head. */
  readonly firstByteMs: number
  /** In place of it for a request that asks for a tunnel. */
  readonly handshakeMs: number
  /** Between two reads of a body we want, or two writes of a body the origin does not take. */
  readonly betweenBytesMs: number
  /** For `100 Continue`, before the body is sent without it (RFC 9110 §10.1.1). */
  readonly continueMs: number
  /** An idle connection is closed after this time when the origin has announced none. */
  readonly idleMs: number
  /** The longest idle time, whatever the origin announces. */
  readonly idleMsMax: number
  /** From `send` to the last byte of the response, queue and retries included. Absent: no limit. */
  readonly wholeMs?: number
}

/** Bounds on what one member is given at a time. */
export interface ConcurrencyLimits {
  readonly connectionsMax: number
  /** Requests that wait for a connection; more are answered 503 at once. */
  readonly queueMax: number
  /** The longest wait in the queue. */
  readonly queueMs: number
  /** Fewer than `connectionsMax` at a time where latency says so; at least `least`. Absent: not. */
  readonly adaptive?: Omit<AdaptiveLimitSettings, 'most'>
}

/** When failures hold a member down, and for how long. */
export interface HealthSettings {
  /** The first hold-down; doubled by each failure in a row up to `holdDownMsMax`. */
  readonly holdDownMs: number
  readonly holdDownMsMax: number
  /** Resets and time-outs in a row, with no response between them, that hold a member down. A failed connect does at once. */
  readonly failuresMax: number
  /** Statuses of responses that count as such failures. Absent: none, an error response is a response. */
  readonly failureStatuses?: readonly number[]
}

/** The largest response head that is read; more of either is 502. */
export interface ResponseHeadLimits {
  readonly headBytesMax: number
  readonly fieldsMax: number
}

export interface PoolSettings {
  /** Tells pools apart in logs and metrics. Default `origins`. */
  readonly name?: string
  readonly members: readonly OriginSettings[]
  readonly timeLimits: TimeLimits
  readonly responseHead: ResponseHeadLimits
  /** For each member. */
  readonly concurrency: ConcurrencyLimits
  readonly health: HealthSettings
  /** Other members that one request may be tried on. */
  readonly retriesMax: number
  /** What all retries and hedges together may add. */
  readonly retryBudget?: RetryBudgetSettings
  /** Statuses (502, 503, 504) for which an idempotent request goes to another member. Default none. */
  readonly retryStatuses?: readonly number[]
  /** Default round robin. */
  readonly balance?: Balance
  /** Visitors stay where their session began. */
  readonly sticky?: StickySettings
  readonly probe?: ProbeSettings
  /** Below this share of members that probes find well, probes are not believed. Default 0: when they find none well. */
  readonly panicBelow?: number
  /** How long a member that came back gets less than its share. Default 0. */
  readonly slowStartMs?: number
  /** A slow idempotent request is sent to a second member as well, after the time that 95 % of responses take. Default false. */
  readonly hedge?: boolean
}

export const defaultTimeLimits: TimeLimits = {
  connectMs: 3_500,
  firstByteMs: 60_000,
  handshakeMs: 10_000,
  betweenBytesMs: 60_000,
  continueMs: 1_000,
  // Below the shortest keep-alive time in wide use (5 s: Node, Apache), so that the origin is not the one that closes.
  idleMs: 4_000,
  idleMsMax: 60_000,
}

export const defaultConcurrency: ConcurrencyLimits = { connectionsMax: 100, queueMax: 1_000, queueMs: 10_000 }

/** Large, because of the tags that content management systems send: a page may depend on thousands of things. */
const defaultResponseHead: ResponseHeadLimits = { headBytesMax: 256 * 1024, fieldsMax: 1_000 }

export const defaultRetryBudget: RetryBudgetSettings = { ratio: 0.2, reserve: 32 }

export const defaultHealth: HealthSettings = { holdDownMs: 1_000, holdDownMsMax: 60_000, failuresMax: 3 }

/** Settings of a pool with the defaults for everything but its members. */
export function poolSettings(members: readonly OriginSettings[]): PoolSettings {
  return {
    members,
    timeLimits: defaultTimeLimits,
    responseHead: defaultResponseHead,
    concurrency: defaultConcurrency,
    health: defaultHealth,
    retriesMax: 2,
  }
}
