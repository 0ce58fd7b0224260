/**
 * How far a request has come. A request that was released from a flight looks again; so that this always ends, each
 * attempt is stricter than the one before: the second sends no conditions of the client, the third asks alone.
 */
export interface Attempt {
  readonly number: number
  /** false: asking together has proved useless for this request. */
  readonly coalesce: boolean
}

export const FIRST_ATTEMPT: Attempt = { number: 0, coalesce: true }

export function nextAttempt(attempt: Attempt, coalesce: boolean): Attempt {
  return { number: attempt.number + 1, coalesce: coalesce && attempt.number < 1 }
}
