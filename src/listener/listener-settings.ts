import type { ForwardingSettings } from '../request/forwarding.ts'
import type { RequestSettings } from '../request/request-settings.ts'

export interface ListenAddress {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

export interface ListenerLimits {
  /** Request line and fields together; fixed for the life of the listeners. */
  readonly headBytesMax: number
  readonly requestBodyBytesMax: number
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  /** The connection closes after this many, so that none lives for ever. */
  readonly requestsPerConnectionMax: number
  /** How much of an unread request body is read and dropped to keep the connection. */
  readonly discardedBodyBytesMax: number
}

/** All in milliseconds. */
export interface ListenerTimes {
  /** For a whole request head, from the connection or from its first byte. */
  readonly headMs: number
  /** Between two requests. */
  readonly idleMs: number
  /** In which a request body must bring at least a kibibyte, or its end. */
  readonly bodyStallMs: number
  /** In which a client must take something of a response that waits for it. */
  readonly sendStallMs: number
  /** In which a response must bring something to a client that has ended its side. */
  readonly halfClosedMs: number
  /** For the rest of an unread request, and for the client to read the answer before the connection goes. */
  readonly lingerMs: number
  /** For a tunnel in which nothing moves. */
  readonly tunnelIdleMs: number
}

/** The listener's slice of the configuration. */
export interface ListenerSettings {
  readonly addresses: readonly ListenAddress[]
  /** Several threads listen on the same port, and the kernel spreads the connections. */
  readonly reusePort: boolean
  readonly limits: ListenerLimits
  readonly times: ListenerTimes
  readonly request: RequestSettings
  readonly forwarding: ForwardingSettings
}

export const DEFAULT_LIMITS: ListenerLimits = {
  headBytesMax: 32 * 1024,
  requestBodyBytesMax: Number.MAX_SAFE_INTEGER,
  connectionsMax: 20_000,
  connectionsPerAddressMax: 2_000,
  requestsPerConnectionMax: 10_000,
  discardedBodyBytesMax: 64 * 1024,
}

export const DEFAULT_TIMES: ListenerTimes = {
  headMs: 15_000,
  idleMs: 75_000,
  bodyStallMs: 60_000,
  sendStallMs: 60_000,
  halfClosedMs: 5_000,
  lingerMs: 1_000,
  tunnelIdleMs: 3_600_000,
}
