import type { Candidate, Choose } from './candidate.ts'

/**
 * Smooth weighted round robin (as in nginx): with weights 5, 1, 1 the turns are a a b a c a a, not five in a row. Each time
 * everybody gains its weight, and who has most is chosen and pays what all have gained. Members that are left out for a while
 * neither gain nor pay, so their return makes no burst.
 */
export function roundRobin<C extends Candidate>(): Choose<C> {
  const credits = new WeakMap<C, number>()
  return (candidates) => {
    let best = candidates[0]!
    let bestCredit = Number.NEGATIVE_INFINITY
    let gained = 0
    for (const candidate of candidates) {
      const credit = (credits.get(candidate) ?? 0) + candidate.weight
      credits.set(candidate, credit)
      gained += candidate.weight
      // More by a rounding error of fractional weights is not more: the earlier one goes first.
      if (credit > bestCredit + 1e-9) {
        best = candidate
        bestCredit = credit
      }
    }
    credits.set(best, bestCredit - gained)
    return best
  }
}
