import { deltaSeconds } from './directive-syntax.ts'
import type { StoredResponse } from './stored-response.ts'

/**
 * The current age of a stored response (RFC 9111 §4.2.3).
 *
 * @param nowMs milliseconds since the epoch
 * @returns whole seconds, never negative
 */
export function currentAgeSeconds(
  stored: Pick<StoredResponse, 'requestTimeMs' | 'responseTimeMs' | 'dateMs' | 'ageFieldSeconds'>,
  nowMs: number,
): number {
  const apparentAgeMs = Math.max(0, stored.responseTimeMs - stored.dateMs)
  const responseDelayMs = stored.responseTimeMs - stored.requestTimeMs
  const correctedAgeValueMs = stored.ageFieldSeconds * 1000 + responseDelayMs
  // A clock set back meanwhile must not make a response younger than it was when it came.
  const residentTimeMs = Math.max(0, nowMs - stored.responseTimeMs)
  return Math.max(0, Math.floor((Math.max(apparentAgeMs, correctedAgeValueMs) + residentTimeMs) / 1000))
}

/**
 * The Age of a received response (RFC 9111 §5.1): the first member of all lines counts; one that is not a number of seconds
 * is ignored, and one too large counts as the largest.
 *
 * @returns seconds, 0 without a usable value
 */
export function parseAge(values: readonly string[]): number {
  const first = values[0]?.split(',', 1)[0]?.trim()
  return deltaSeconds(first) ?? 0
}
