/** As the API names them, in the order in which they are shown. */
export const OUTCOMES = /** @type {const} */ (['hit', 'stale', 'revalidated', 'miss', 'pass', 'local', 'error'])

/** @typedef {Record<typeof OUTCOMES[number], number>} OutcomeCounts */

/** @param {OutcomeCounts} outcomes */
export function requestsOf(outcomes) {
  return OUTCOMES.reduce((total, outcome) => total + outcomes[outcome], 0)
}

/**
 * The part that got a stored response; null when nothing was asked for.
 *
 * @param {OutcomeCounts} outcomes
 */
export function hitRatioOf(outcomes) {
  const requests = requestsOf(outcomes)
  return requests === 0 ? null : (outcomes.hit + outcomes.stale + outcomes.revalidated) / requests
}
