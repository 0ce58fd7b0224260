/** As many as the listener keeps. */
export const SECONDS_MAX = 599

/** @typedef {import('./outcomes.js').OutcomeCounts} OutcomeCounts */
/** @typedef {{ second: number, outcomes: OutcomeCounts, p50Ms: number | null, p90Ms: number | null, p99Ms: number | null }} Second */

/** What happened in each of the last seconds, as far as this page knows: also before the program was started anew. */
export class History {
  /** @type {Map<number, Second>} */
  #seconds = new Map()
  #latest = 0
  /** By the clock of this page, which need not agree with the listener's. */
  #addedMs = Number.NEGATIVE_INFINITY

  /** How many seconds to ask for, so that none is missing between those that are known and now. */
  get missing() {
    // The last ones may still have been incomplete, where one thread was a little later than another.
    return Math.min(SECONDS_MAX, Math.ceil((performance.now() - this.#addedMs) / 1000) + 3)
  }

  /**
   * @param {readonly Second[]} seconds
   * @param {number} startedMs when the program was started: it knows nothing of the seconds before
   */
  add(seconds, startedMs) {
    this.#addedMs = performance.now()
    for (const one of seconds) {
      if (one.second < Math.floor(startedMs / 1000)) continue
      this.#seconds.set(one.second, one)
      this.#latest = Math.max(this.#latest, one.second)
    }
    for (const second of this.#seconds.keys()) {
      if (second <= this.#latest - SECONDS_MAX) this.#seconds.delete(second)
    }
  }

  /**
   * The last so many seconds, one for each; undefined where nobody knows.
   *
   * @param {number} count
   */
  last(count) {
    const first = this.#latest - count + 1
    return Array.from({ length: count }, (_, i) => ({ second: first + i, counted: this.#seconds.get(first + i) }))
  }
}
