import { mixed, sharedHash } from '../../tables/shared-hash.ts'
import type { Candidate, Choose } from './candidate.ts'

export interface RendezvousOptions {
  /** A member gets at most this many times its share of the requests under way; above 1. */
  readonly overload: number
}

/**
 * Consistent hashing by weighted rendezvous: every member has a score for a key, the highest is chosen. When a member leaves,
 * only its own keys move; when one comes, it takes its share from all and nothing else moves. Scores depend on names, so the
 * order in the configuration does not matter.
 *
 * Loads are bounded (Mirrokni, Thorup, Zadimoghaddam 2016): who already has more than `overload` times its share under way
 * is passed over, so one hot key cannot drown its member.
 *
 * @param otherwise chooses for requests without a key
 */
export function rendezvous<C extends Candidate>({ overload }: RendezvousOptions, otherwise: Choose<C>): Choose<C> {
  const seeds = new Map<string, number>()
  const seedOf = (name: string): number => {
    let seed = seeds.get(name)
    if (seed === undefined) {
      seed = sharedHash(name)
      seeds.set(name, seed)
    }
    return seed
  }
  return (candidates, key) => {
    if (key === undefined) return otherwise(candidates, key)
    let load = 1
    let weight = 0
    for (const candidate of candidates) {
      load += candidate.load
      weight += candidate.weight
    }
    const keyHash = sharedHash(key)
    let best: C | undefined
    let bestScore = Number.NEGATIVE_INFINITY
    const shareEach = (overload * load) / weight
    for (const candidate of candidates) {
      // The least loaded for its weight is always below: there is a best one.
      if (candidate.load >= Math.max(1, Math.ceil(shareEach * candidate.weight))) continue
      const score = candidate.weight / -Math.log((mixed(keyHash ^ seedOf(candidate.name)) + 0.5) / 2 ** 32)
      if (score > bestScore) {
        best = candidate
        bestScore = score
      }
    }
    return best ?? otherwise(candidates, key)
  }
}
