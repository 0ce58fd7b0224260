export interface AdaptiveLimitSettings {
  readonly least: number
  readonly most: number
  /** How much slower than usual a response may be before fewer are asked for at a time: 1.5 is half as slow again. */
  readonly tolerance: number
}

/** Weight of a sample in the average of many, and in that of few. */
const LONG = 1 / 600
const SHORT = 1 / 20
/** How far one sample moves the limit towards what it says. */
const SMOOTHING = 0.2

/**
 * How many requests a member should have at a time, found from its latency (the gradient of Netflix's concurrency-limits). Where
 * responses take no longer than usual there is room for a few more: the square root of the limit, which is the queue allowed to
 * form. Where they take longer, requests wait inside the origin, and the limit shrinks with the ratio of usual to present.
 */
export class AdaptiveLimit {
  readonly #settings: AdaptiveLimitSettings
  #limit: number
  #longMs = 0
  #shortMs = 0

  constructor(settings: AdaptiveLimitSettings) {
    this.#settings = settings
    this.#limit = Math.min(settings.most, Math.max(settings.least, 20))
  }

  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** @param inFlight requests under way, this one included, when it ended */
  sample(latencyMs: number, inFlight: number): void {
    const ms = Math.max(0.1, latencyMs)
    this.#longMs = this.#longMs === 0 ? ms : this.#longMs + (ms - this.#longMs) * LONG
    this.#shortMs = this.#shortMs === 0 ? ms : this.#shortMs + (ms - this.#shortMs) * SHORT
    // After an overload the average of many is high: without this it would allow the next overload.
    if (this.#longMs / this.#shortMs > 2) this.#longMs *= 0.95
    // Too few under way to learn anything about the limit.
    if (inFlight < this.#limit / 2) return
    const { least, most, tolerance } = this.#settings
    const gradient = Math.max(0.5, Math.min(1, (tolerance * this.#longMs) / this.#shortMs))
    const wanted = this.#limit * gradient + Math.sqrt(this.#limit)
    this.#limit = Math.max(least, Math.min(most, this.#limit + (wanted - this.#limit) * SMOOTHING))
  }
}
