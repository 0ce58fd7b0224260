import { z } from 'zod'
import type { Gathered } from '../../control/threads.ts'
import { OUTCOMES } from '../../metrics/outcomes.ts'
import type { Outcome } from '../../request/proxy-response.ts'

/** No parameters; one that is not known is an error, as it is everywhere. */
export const noQuery = z.strictObject({})

/** Threads that gave no answer, and why: what they know is missing from what is said. */
export const unanswered = z
  .array(z.strictObject({ thread: z.int(), why: z.string() }))
  .describe('Threads that gave no answer, and why: what they know is missing here')

/** A parameter that is a whole number within bounds. */
export function wholeNumber(bounds: { readonly min: number; readonly max: number; readonly default: number }) {
  return z.coerce.number().int().min(bounds.min).max(bounds.max).default(bounds.default)
}

/** How many requests had which outcome. */
export const outcomeCounts = z.strictObject({
  hit: z.number(),
  stale: z.number(),
  revalidated: z.number(),
  miss: z.number(),
  pass: z.number(),
  local: z.number(),
  error: z.number(),
})

/** @param counts in the order of `OUTCOMES` */
export function perOutcome(counts: ArrayLike<number>): Record<Outcome, number> {
  const named = { hit: 0, stale: 0, revalidated: 0, miss: 0, pass: 0, local: 0, error: 0 }
  for (const [i, outcome] of OUTCOMES.entries()) named[outcome] = counts[i] ?? 0
  return named
}

/** A stored response for people. */
export const storedView = z.strictObject({
  status: z.int(),
  ageSeconds: z.number(),
  lifetimeSeconds: z.number().describe('Its freshness lifetime'),
  lifetimeSource: z.string().describe('Where the lifetime is from: rule, s-maxage, max-age, expires, heuristic, …'),
  invalidated: z.boolean().describe('To be validated before it is used again'),
})

export function answersOf<T>({ answers }: Gathered<T>): T[] {
  return answers.map(({ answer }) => answer)
}
