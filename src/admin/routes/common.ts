import { z } from 'zod'
import type { Gathered } from '../../control/threads.ts'

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

export function answersOf<T>({ answers }: Gathered<T>): T[] {
  return answers.map(({ answer }) => answer)
}
