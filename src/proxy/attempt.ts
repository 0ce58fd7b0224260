import type { StoredResponse } from '../rfc9111/stored-response.ts'

/**
 * How far a request has come. A request that was released from a flight looks again; so that this always ends, each
 * attempt is stricter than the one before: the second sends no conditions of the client, the third asks alone.
 */
export interface Attempt {
  readonly number: number
  /** false: asking together has proved useless for this request. */
  readonly coalesce: boolean
  /** The origin's answer to a condition was of no use: the whole representation is asked for. */
  readonly unconditional: boolean
  /** The tier behind memory that had it: the word in `Cache-Status`. */
  readonly tier?: string
  /** What was just found elsewhere for this very request: memory, which it was put into, need not be asked for it. */
  readonly found?: StoredResponse
}

export const FIRST_ATTEMPT: Attempt = { number: 0, coalesce: true, unconditional: false }

export function nextAttempt(
  attempt: Attempt,
  next: { readonly coalesce: boolean; readonly refetch?: boolean },
): Attempt {
  return {
    number: attempt.number + 1,
    coalesce: next.coalesce && attempt.number < 1,
    unconditional: attempt.unconditional || next.refetch === true,
  }
}
