import type { Arrivals } from './arrivals.ts'
import type { Endpoint } from './endpoint.ts'
import type { HistogramData } from './histogram.ts'
import type { VisitorGroup } from './visitors.ts'

/** What the load process is told. */
export interface LoadPlan {
  readonly endpoint: Endpoint
  readonly arrivals: Arrivals
  readonly groups: readonly VisitorGroup[]
  /** A visitor leaves so long after the moment they were due. */
  readonly patienceMs: number
  /** Visitors who find no idle connection and this many open wait for one. */
  readonly connectionsMax: number
  /** Bodies are kept and searched for names and comments; costs the client as much again. */
  readonly readsBodies: boolean
  /** Readers that take their time, beside the visitors. */
  readonly slowReaders?: SlowReadersPlan
  /** A closed loop beside the visitors, with autocannon. */
  readonly closedLoop?: ClosedLoopPlan
}

export interface SlowReadersPlan {
  readonly count: number
  /** They come evenly in so many seconds. */
  readonly overSeconds: number
  readonly path: string
  readonly bytesPerSecond: number
}

export interface ClosedLoopPlan {
  readonly connections: number
  /** At most, for all connections together; without it as many as there are answers. */
  readonly perSecond?: number
  readonly seconds: number
  readonly paths: readonly string[]
  readonly agent: string
}

/** Counts of one kind of visitors. */
export interface KindResult {
  readonly offered: number
  /** Answered whole with a status below 500, in time. */
  readonly served: number
  /** By status, 500 and above. */
  readonly refused: Readonly<Record<string, number>>
  /** By what broke. */
  readonly broken: Readonly<Record<string, number>>
  /** Left when their patience was over. */
  readonly left: number
  /** From the moment they were due, of those served and, with their patience, of those who left. */
  readonly latency: HistogramData
}

/** What became of those due in one second after the start, and what was served in it. */
export interface SecondResult {
  readonly offered: number
  /** Of those due in this second. */
  readonly servedOfOffered: number
  /** Answers that arrived in this second, whenever they were asked for. */
  readonly answered: number
  readonly failed: number
  /** Answers that a cache said to have had already. */
  readonly saidHit: number
  /** How late the sender itself was, at worst. */
  readonly senderLateMs: number
  readonly latency: HistogramData
}

export interface LoadResult {
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number
  readonly kinds: Readonly<Record<string, KindResult>>
  readonly seconds: readonly SecondResult[]
  /** From being sent, as a sender that waits for nobody but the server would see it: for comparison. */
  readonly fromSent: HistogramData
  readonly client: ClientState
  /** Pages that showed the name of somebody else: `OWNER saw NAME at PATH`; the first of them, and how many. */
  readonly strangers: { readonly count: number; readonly examples: readonly string[] }
  /** Pages with the asker's own name. */
  readonly ownPages: number
  /** For each page with comments made by the benchmark: when it was asked for (epoch), and the highest number. */
  readonly comments: readonly (readonly [sentAtMs: number, comment: number])[]
  readonly slowReaders?: SlowReadersResult
  readonly closedLoop?: ClosedLoopResult
}

/** How the sender itself was doing. */
export interface ClientState {
  /** How late requests were sent, which is the sender's fault alone. */
  readonly lateP99Ms: number
  /** Of one core, over the whole load. */
  readonly cpuShare: number
}

export interface SlowReadersResult {
  readonly begun: number
  readonly cutOff: number
  readonly bytesRead: number
}

export interface ClosedLoopResult {
  readonly requests: number
  readonly perSecond: number
  readonly errors: number
  readonly latency: HistogramData
}

/** A few times a second, for the display. */
export interface LoadProgress {
  readonly elapsedMs: number
  readonly offeredPerSecond: number
  readonly answeredPerSecond: number
  readonly p99Ms: number
  readonly underWay: number
  readonly failed: number
  readonly saidHitShare: number
}

export type FromLoad =
  | { readonly type: 'ready' }
  | { readonly type: 'begun'; readonly atMs: number }
  | { readonly type: 'progress'; readonly progress: LoadProgress }
  | { readonly type: 'result'; readonly result: LoadResult }
  | { readonly type: 'failed'; readonly message: string }
