/** Samples that are looked at, and how many come between two looks: sorting is done once for all of them. */
const KEPT = 256
const LOOK_EVERY = 32

/** Times to the response's head, for the quantile above which a request counts as slow. */
export class Latencies {
  readonly #quantile: number
  readonly #samples: number[] = []
  #next = 0
  #sinceLook = 0
  #value: number | undefined

  /** @param quantile 0.95 for the time that one of twenty takes longer than */
  constructor(quantile: number) {
    this.#quantile = quantile
  }

  /** Undefined until there were enough to say. */
  get value(): number | undefined {
    return this.#value
  }

  add(ms: number): void {
    this.#samples[this.#next] = ms
    this.#next = (this.#next + 1) % KEPT
    if (++this.#sinceLook < LOOK_EVERY) return
    this.#sinceLook = 0
    const sorted = this.#samples.toSorted((a, b) => a - b)
    this.#value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * this.#quantile))]
  }
}
