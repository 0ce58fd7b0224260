import type { RawFields } from '../http/fields.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { LatencyCounts } from './latency-histogram.ts'
import type { Patience } from './patience.ts'

/**
 * A tier that other boxes share: slower than memory, faster than the origin, and never in the way. No method throws or rejects,
 * and trouble of any kind is a miss: whoever calls goes on to the origin.
 */
export interface Tier {
  /** For logs, metrics and `Cache-Status`. */
  readonly name: string
  readonly state: TierState
  /** Each of its servers. */
  servers(): readonly ServerState[]
  /**
   * The stored response for a request, of what is stored under its key (RFC 9111 §4.1). Whether it may be reused is not asked
   * here: it may be stale.
   *
   * @param patience what the request still has, where it has asked before
   * @returns after at most the deadline, and at once while the server is down
   */
  find(key: string, requestFields: RawFields, patience?: Patience): Promise<StoredResponse | undefined>
  /**
   * Stores it for that long, at some time after this returns. Parts of a representation and large bodies are not stored.
   *
   * @param position of the log of invalidations, as of which it is good; without it that of the time when it was requested here
   */
  put(key: string, stored: StoredResponse, ttlSeconds: number, position?: string): void
  /** Removes all variants of a key, behind what was put before. What must be gone everywhere goes through the log as well. */
  remove(key: string): void
  /**
   * The right to fetch what is stored under a key, so that one box does it for all: until it is released, and for that long
   * after this box has died.
   *
   * @param patience as for `find`
   */
  lease(key: string, leaseMs: number, patience?: Patience): Promise<Lease>
  counts(): TierCounts
  /** Resolves when all that was put and removed before has been done or given up. */
  settled(): Promise<void>
  close(): Promise<void>
}

export type TierState =
  /** Not known yet: nothing is asked until the first answer has come. */
  | 'connecting'
  | 'up'
  /** Some of several servers are down; their keys are misses. */
  | 'partly'
  /** It answers and stores nothing: out of memory, or a replica. */
  | 'read-only'
  | 'down'

export type Lease =
  /** Ours, until `release`, which has to be called. */
  | { readonly kind: 'won'; readonly release: () => void }
  /** Another box is fetching it. */
  | { readonly kind: 'held' }
  /** Nobody can tell: everyone for himself. */
  | { readonly kind: 'none' }

export interface ServerState {
  readonly server: string
  /** `connecting`: it was not tried yet. */
  readonly state: 'connecting' | StateChange['state']
}

/** A change of one server's state: one line in the log. */
export interface StateChange {
  readonly tier: string
  readonly server: string
  readonly state: 'up' | 'read-only' | 'down'
  /** Why it is not up, in the server's words where it has some. */
  readonly why: string | undefined
}

/** All since the start. Every `find` is one of hits, misses, failed, late, skipped. */
export interface TierCounts {
  readonly hits: number
  readonly misses: number
  /** Answers that were no answers: connection lost, an error reply. */
  readonly failed: number
  /** No answer within the deadline, or within what the request had left of it. */
  readonly late: number
  /** Not asked: the server is down, too much is under way, invalidations cannot be followed, or the request has no time left. */
  readonly skipped: number
  /** Misses because what was found was damaged, signed by nobody we know, or under a wrong name. */
  readonly corrupt: number
  /** Misses because it was written by another version. */
  readonly otherVersion: number
  /** Misses because it was purged after it had been fetched. */
  readonly purged: number
  readonly stored: number
  /** Not stored: the body is above the largest size. */
  readonly tooLarge: number
  /** Not stored: the queue was full or the server down. */
  readonly dropped: number
  /** Not stored: the server would not, or failed. */
  readonly refused: number
  readonly removed: number
  readonly queuedWrites: number
  readonly queuedBytes: number
  readonly stateChanges: number
  /** Of bodies found, and of bodies stored. */
  readonly bytesRead: number
  readonly bytesWritten: number
  /** Of finds and leases that were asked, answered or not. */
  readonly latency: LatencyCounts
}

/** What a tier asks of the log of invalidations, about what it found. */
export interface Invalidations {
  /** Whether all invalidations up to a moment ago are known here. */
  readonly isCurrent: boolean
  /** How far the log was followed here at a moment of this box's clock; kept with what was asked of an origin then. */
  positionAt(timeMs: number): string
  /** What has been said since that position. */
  verdict(about: Invalidatable, position: string): InvalidationVerdict
}

export interface Invalidatable {
  readonly key: string
  readonly tags: readonly string[]
  /** Its `Content-Type`. */
  readonly contentType?: string | undefined
}

export type InvalidationVerdict = 'valid' | 'expired' | 'purged'

/** Without a log: nothing is ever invalidated but by `remove`. */
export const noInvalidations: Invalidations = {
  isCurrent: true,
  positionAt: () => '',
  verdict: () => 'valid',
}
