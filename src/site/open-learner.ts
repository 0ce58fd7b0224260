import { Learner, type LearnerParts } from '../advise/learner.ts'
import type { Clock } from '../clock.ts'
import { OUTCOMES } from '../metrics/outcomes.ts'
import type { Traffic } from '../metrics/traffic.ts'
import type { SitePools } from '../origin/site-pools.ts'
import type { MemoryTier } from '../tiers/memory/memory-tier.ts'

interface Counting {
  readonly clock: Clock
  readonly memory: MemoryTier
  readonly pools: SitePools
  readonly traffic: Traffic
}

/** What remembers live traffic for advice; it learns once it is told to. */
export function openLearner({ clock, memory, pools, traffic }: Counting): Learner {
  const totals: LearnerParts['totals'] = () => {
    const requestsBy = traffic.outcomes()
    const hits = OUTCOMES.reduce((sum, outcome, i) => sum + (isHit(outcome) ? (requestsBy[i] ?? 0) : 0), 0)
    return {
      requests: requestsBy.reduce((sum, requests) => sum + requests, 0),
      hits,
      originRequests: pools.states().reduce((sum, { counts }) => sum + counts.requests, 0),
    }
  }
  return new Learner({ clock, totals, lifetimeSeconds: (key) => memory.peek(key)?.[0]?.lifetime.seconds })
}

/** Answered without waiting for the origin. */
function isHit(outcome: (typeof OUTCOMES)[number]): boolean {
  return outcome === 'hit' || outcome === 'stale'
}
