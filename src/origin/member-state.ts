/**
 * - `up`: gets its share
 * - `slow-start`: came back a moment ago and gets less than its share
 * - `held-down`: requests to it failed; one is let through as a trial now and then
 * - `probed-sick`: its probes fail
 * - `draining`: gets nothing new
 */
export type MemberCondition = 'up' | 'slow-start' | 'held-down' | 'probed-sick' | 'draining'

/** One member at one moment, for people and metrics. */
export interface MemberState {
  readonly pool: string
  readonly origin: string
  readonly url: string
  readonly condition: MemberCondition
  readonly backup: boolean
  /** As configured. */
  readonly weight: number
  /** What it counts for now. */
  readonly effectiveWeight: number
  /** Requests it was given and has not finished, waiting ones included. */
  readonly load: number
  readonly connections: number
  readonly idleConnections: number
  readonly waiting: number
  /** Requests it may have at a time, as of now. */
  readonly limit: number
  /** Of the last probes; undefined where there are none. */
  readonly goodProbes: number | undefined
}

/** A member became well or sick. */
export interface MemberChange {
  readonly pool: string
  readonly origin: string
  readonly condition: MemberCondition
  /** What it was judged by: the failure, the probe's finding, the response. */
  readonly reason: string
}
