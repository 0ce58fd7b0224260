import type { MemberState } from '../origin/member-state.ts'
import type { InvalidatorCounts } from '../proxy/invalidator.ts'
import type { InvalidationLogCounts } from '../tiers/invalidation-log/invalidation-log.ts'
import type { MemoryCounts } from '../tiers/memory/memory-tier.ts'
import type { TierSnapshot } from '../tiers/remote-tiers.ts'
import type { ThreadHealth } from './thread-health.ts'
import type { TrafficCounts } from './traffic-counts.ts'

/** All that one thread counted since its start, and its state now: plain data. */
export interface ThreadSnapshot {
  readonly traffic: TrafficCounts
  readonly connections: number
  /** Connections that were refused because there were too many. */
  readonly connectionsRefused: number
  /** Connections that the plain lane gave to the full lane. */
  readonly handedOver: number
  readonly memory: MemoryCounts
  readonly tiers: readonly TierSnapshot[]
  readonly invalidator: InvalidatorCounts
  /** Of invalidations; undefined where nothing is shared with other boxes. */
  readonly log: InvalidationLogCounts | undefined
  readonly origins: readonly MemberState[]
  /** No origin may be asked. */
  readonly isSick: boolean
  /** Upstream requests under way on behalf of the cache. */
  readonly flights: number
  readonly health: ThreadHealth
}
