import type { Load } from '../support/load.ts'

/** What one benchmark wants to know about requests, and how it is asked. */
export interface Question {
  /** What `--questions` takes. */
  readonly name: string
  readonly title: string
  readonly load: Load
  /** What is right, for each of the load's URLs. */
  readonly answer: RightAnswer
  /** URLs asked for once before, where that is more than the load itself would warm up in seconds. */
  readonly fill?: { readonly prefix: string; readonly count: number }
  /** Which servers are compared. Breakwater is always there and comes first. */
  readonly compared: Compared
  /** A goal is on a ratio of CPU time per request. */
  readonly goals?: readonly Goal[]
  /** What has to be known to read the figures. */
  readonly remark?: string
}

export interface RightAnswer {
  readonly status: 200 | 304
  /** The page's size before it is packed; a 304 has no body. */
  readonly pageBytes: number
  /** Whether every request is to reach the origin, or none. */
  readonly reachesOrigin: boolean
  /** Whether the body is to come as gzip. */
  readonly packed?: boolean
}

export interface Compared {
  readonly peers: boolean
  /** What a server in Node costs that does nothing but write one prepared response (two of these), or pass bytes on. */
  readonly floor: 'hit' | 'pass' | 'none'
  /** Whether all write an access log. Breakwater without one is measured beside them. */
  readonly accessLog?: boolean
  /** Whether it is about Breakwater with two workers and with one. */
  readonly workers?: boolean
}

export interface Goal {
  /** The server it is measured against. */
  readonly against: string
  readonly ratioMax: number
}

/** The size of a quick look: enough to see that all works. */
export const scaled = (count: number, isQuick: boolean): number => (isQuick ? Math.ceil(count / 10) : count)

/** What is to be said of questions whose answers come from the origin. */
export const PACE_OF_THE_ORIGIN =
  'The origin shares the core of the load and sets the pace: requests/s and latencies are mostly its own.'
