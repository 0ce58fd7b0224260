/** Where one member of a pool is, and how it is told apart in logs, metrics and errors. */
export interface OriginSettings {
  readonly name: string
  /** `http://host[:port]`, `https://host[:port]` or `http+unix:///path/of/the/socket`. Nothing after the authority. */
  readonly url: string
  /** Only looked at for `https:`. */
  readonly tls?: OriginTlsSettings
}

export interface OriginTlsSettings {
  /** Name to ask for and to verify; the url's host when absent. */
  readonly servername?: string
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | Buffer
  /** False accepts any certificate. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** How long to wait for an origin. All in milliseconds. */
export interface TimeLimits {
  /** Name resolution, TCP and TLS handshake together. */
  readonly connectMs: number
  /** From the request's last byte to the end of the response's head. */
  readonly firstByteMs: number
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
}

/** When failures hold a member down, and for how long. */
export interface HealthSettings {
  /** The first hold-down; doubled by each failure in a row up to `holdDownMsMax`. */
  readonly holdDownMs: number
  readonly holdDownMsMax: number
  /** Resets and time-outs in a row, with no response between them, that hold a member down. A failed connect does at once. */
  readonly failuresMax: number
}

/** The largest response head that is read; more of either is 502. */
export interface ResponseHeadLimits {
  readonly headBytesMax: number
  readonly fieldsMax: number
}

export interface PoolSettings {
  readonly members: readonly OriginSettings[]
  readonly timeLimits: TimeLimits
  readonly responseHead: ResponseHeadLimits
  /** For each member. */
  readonly concurrency: ConcurrencyLimits
  readonly health: HealthSettings
  /** Other members that one request may be tried on. */
  readonly retriesMax: number
}

export const defaultTimeLimits: TimeLimits = {
  connectMs: 3_500,
  firstByteMs: 60_000,
  betweenBytesMs: 60_000,
  continueMs: 1_000,
  // Below the shortest keep-alive time in wide use (5 s: Node, Apache), so that the origin is not the one that closes.
  idleMs: 4_000,
  idleMsMax: 60_000,
}

export const defaultConcurrency: ConcurrencyLimits = { connectionsMax: 100, queueMax: 1_000, queueMs: 10_000 }

/** Large, because of the tags that content management systems send: a page may depend on thousands of things. */
export const defaultResponseHead: ResponseHeadLimits = { headBytesMax: 256 * 1024, fieldsMax: 1_000 }

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
