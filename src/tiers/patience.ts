import type { Clock } from '../clock.ts'

/** As long as a question has that is asked at all. */
const QUESTION_MS_MIN = 5

/**
 * The time that one request has for tiers: one deadline for all that it asks of them, and not one for each. It is over when an
 * answer was late. What only this process was busy with takes no question away: then others would fetch what one is to fetch.
 */
export class Patience {
  readonly #clock: Clock
  readonly #ms: number
  readonly #untilMs: number
  #isOver = false

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
    this.#untilMs = clock.now() + ms
  }

  /** For the next question; 0 when it is over. */
  get leftMs(): number {
    if (this.#isOver) return 0
    return Math.max(this.#untilMs - this.#clock.now(), Math.min(QUESTION_MS_MIN, this.#ms))
  }

  /** A tier did not answer in time: nothing more is asked. */
  end(): void {
    this.#isOver = true
  }

  /** As much again from now on, for a look that is made after a wait for something else. */
  anew(): Patience {
    return new Patience(this.#clock, this.#ms)
  }
}
