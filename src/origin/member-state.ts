/**
 * - `up`: gets its share
 * - `slow-start`: came back a moment ago and gets less than its share
 * - `held-down`: requests to it failed; one is let through as a trial now and then
 * - `probed-sick`: its probes fail
 * - `draining`: gets nothing new
 */
export type MemberCondition = 'up' | 'slow-start' | 'held-down' | 'probed-sick' | 'draining'

/** What a member was asked and how it went, since it became a member. */
export interface MemberCounts {
  /** Requests it was given, retries and hedges included. */
  readonly requests: number
  /** Of these, which brought no complete response: no connection, a break, a time-out, something that is not HTTP. */
  readonly failures: number
  /** Failures that were time-outs. */
  readonly timeouts: number
  /** Requests it was given because another member had failed them. */
  readonly retries: number
  /** Requests it was given because another member was slow. */
  readonly hedges: number
}

/** One member at one moment, for people and metrics: plain data. */
export interface MemberState {
  readonly pool: string
  readonly origin: string
  readonly url: string
  readonly condition: MemberCondition
  /** What the condition follows from; undefined for one that is as it was at the start. */
  readonly reason: string | undefined
  /** Since when it has been in this condition, milliseconds since the epoch. */
  readonly sinceMs: number
  readonly backup: boolean
  /** As configured. */
  readonly weight: number
  /** What it counts for now. */
  readonly effectiveWeight: number
  /** Requests and tunnels under way. */
  readonly active: number
  /** Requests that wait in its queue. */
  readonly waiting: number
  readonly connections: number
  readonly idleConnections: number
  /** Requests it may have at a time, as of now. */
  readonly limit: number
  /** Of the last probes; undefined where there are none. */
  readonly goodProbes: number | undefined
  /** To the head of a response, a moving mean; undefined before the first one. */
  readonly latencyMs: number | undefined
  readonly counts: MemberCounts
  /** Retries and hedges that the budget of its pool has left, for all its members together. */
  readonly retriesLeft: number
}

/** What can be done to a member at run time. It holds until its `drain` is configured differently. */
export interface MemberControl {
  /** Nothing new goes there but what sticks to it; what is under way or waits is finished. */
  drain(): void
  /** It gets its share again, also where the configuration drains it. */
  enable(): void
}

/** A member became well or sick. */
export interface MemberChange {
  readonly pool: string
  readonly origin: string
  readonly condition: MemberCondition
  /** What it was judged by: the failure, the probe's finding, the response. */
  readonly reason: string
}
