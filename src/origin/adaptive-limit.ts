export interface AdaptiveLimitSettings {
  readonly least: number
  readonly most: number
  /** How much slower than usual a response may be before fewer are asked for at a time: 1.5 is half as slow again. */
  readonly tolerance: number
}

const FIRST_LIMIT = 20
/** Weight of a sample in the average of the present. */
const SHARE = 1 / 20
/** How far one sample moves the limit towards what it says. */
const SMOOTHING = 0.2
/** Samples between two quiet times, and those of a quiet time that count. */
const QUIET_EVERY = 1_000
const QUIET_SAMPLES = 32

/**
 * How many requests a member should have at a time, found from its latency: a gradient, as in Netflix's concurrency-limits. Where
 * responses take no longer than usual there is room for a few more: the square root of the limit, which is the queue allowed to
 * form. Where they take longer, requests wait inside the origin, and the limit shrinks with the ratio of usual to present.
 *
 * What is usual is measured in quiet times: now and then only half as many are asked for, for a moment. If responses come
 * quicker then, they had been waiting. (A long average would follow a queue that grows slowly; a minimum would be that of the
 * cheapest page.)
 */
export class AdaptiveLimit {
  readonly #settings: AdaptiveLimitSettings
  #limit: number
  #presentMs = 0
  #usualMs: number | undefined
  #untilQuiet = 0
  /** In a quiet time: samples still to come, of which the first are of requests from before. */
  #quietLeft = 0
  #quietSumMs = 0

  constructor(settings: AdaptiveLimitSettings) {
    this.#settings = settings
    this.#limit = Math.min(settings.most, Math.max(settings.least, FIRST_LIMIT))
  }

  get limit(): number {
    return Math.max(this.#settings.least, Math.floor(this.#quietLeft > 0 ? this.#limit / 2 : this.#limit))
  }

  /** @param inFlight requests under way when it was answered, this one included */
  sample(latencyMs: number, inFlight: number): void {
    // Too few under way to learn anything about the limit.
    if (inFlight < this.limit / 2) return
    const ms = Math.max(0.1, latencyMs)
    if (this.#quietLeft > 0) {
      this.#quiet(ms)
      return
    }
    this.#presentMs = this.#presentMs === 0 ? ms : this.#presentMs + (ms - this.#presentMs) * SHARE
    if (this.#usualMs !== undefined) this.#adjust(this.#usualMs)
    if (--this.#untilQuiet > 0) return
    this.#quietLeft = Math.ceil(this.#limit) + QUIET_SAMPLES
    this.#quietSumMs = 0
  }

  #quiet(ms: number): void {
    if (this.#quietLeft-- <= QUIET_SAMPLES) this.#quietSumMs += ms
    if (this.#quietLeft > 0) return
    this.#usualMs = this.#quietSumMs / QUIET_SAMPLES
    this.#untilQuiet = QUIET_EVERY
  }

  #adjust(usualMs: number): void {
    const { least, most, tolerance } = this.#settings
    const gradient = Math.max(0.5, Math.min(1, (tolerance * usualMs) / this.#presentMs))
    const wanted = this.#limit * gradient + Math.sqrt(this.#limit)
    this.#limit = Math.max(least, Math.min(most, this.#limit + (wanted - this.#limit) * SMOOTHING))
  }
}
