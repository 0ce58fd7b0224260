import type { Candidate, Choose, Random } from './candidate.ts'

/** By chance, in proportion to the weights. */
export function weightedRandom<C extends Candidate>(random: Random): Choose<C> {
  return (candidates) => draw(candidates, random)
}

/** @param except is not drawn, unless it is the only one */
export function draw<C extends Candidate>(candidates: readonly C[], random: Random, except?: C): C {
  let whole = 0
  for (const candidate of candidates) if (candidate !== except) whole += candidate.weight
  let left = random() * whole
  let last = candidates[0]!
  for (const candidate of candidates) {
    if (candidate === except) continue
    last = candidate
    left -= candidate.weight
    if (left < 0) return candidate
  }
  return last
}
