import type { Clock } from '../clock.ts'

export interface RetryBudgetSettings {
  /** Retries and hedges for each request: 0.2 is a fifth on top. */
  readonly ratio: number
  /** Retries that are possible from the start, and come back one a second, so that a quiet site has some too. */
  readonly reserve: number
}

/** Requests of which the savings count: what was saved in a quiet night must not become a storm in the morning. */
const SAVED_FOR_REQUESTS = 1_000

/**
 * Bounds what repeats put on top of the requests of a pool. Retries are for members that fail one by one; where all of them
 * fail, each retry makes matters worse, and the bucket is empty soon.
 */
export class RetryBudget {
  readonly #settings: RetryBudgetSettings
  readonly #clock: Clock
  readonly #most: number
  #tokens: number
  #refilledMs: number

  constructor(settings: RetryBudgetSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#most = Math.max(settings.reserve, settings.ratio * SAVED_FOR_REQUESTS)
    this.#tokens = settings.reserve
    this.#refilledMs = clock.now()
  }

  /** How many may be sent on top at this moment. */
  get left(): number {
    this.#refill()
    return Math.floor(this.#tokens)
  }

  /** A request came in. */
  deposit(): void {
    this.#tokens = Math.min(this.#most, this.#tokens + this.#settings.ratio)
  }

  /** @returns whether one may be sent on top; if so it is paid for */
  withdraw(): boolean {
    this.#refill()
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  #refill(): void {
    const nowMs = this.#clock.now()
    const { reserve } = this.#settings
    if (this.#tokens < reserve) this.#tokens = Math.min(reserve, this.#tokens + (nowMs - this.#refilledMs) / 1000)
    this.#refilledMs = nowMs
  }
}
