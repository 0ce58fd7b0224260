import type { Candidate, Choose, Random } from './candidate.ts'
import { draw } from './random.ts'

/**
 * Power of two choices: of two members drawn by weight the one with fewer requests under way for its weight. Nearly as even
 * as comparing all, and several proxies in front of the same members do not all run to the one that looked idle.
 */
export function leastRequests<C extends Candidate>(random: Random): Choose<C> {
  return (candidates) => {
    if (candidates.length === 1) return candidates[0]!
    const first = draw(candidates, random)
    const second = draw(candidates, random, first)
    // When both are idle the draw decides, so the weights hold at low load too.
    return second.load / second.weight < first.load / first.weight ? second : first
  }
}
