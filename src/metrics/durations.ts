/**
 * Durations in log-linear buckets: four for each power of two of microseconds, from 64 µs to 67 s, one below and one above. A
 * quantile is off by an eighth at most, and counting is two additions.
 */

const FIRST_EXPONENT = 6
const LAST_EXPONENT = 26

export const BUCKETS = (LAST_EXPONENT - FIRST_EXPONENT) * 4 + 2

/** The bucket that a duration is counted in. */
export function bucketOf(ms: number): number {
  const us = ms * 1000
  if (!(us >= 1 << FIRST_EXPONENT)) return 0
  if (us >= 1 << LAST_EXPONENT) return BUCKETS - 1
  const whole = us | 0
  const exponent = 31 - Math.clz32(whole)
  return (exponent - FIRST_EXPONENT) * 4 + ((whole >> (exponent - 2)) & 3) + 1
}

/** Milliseconds at which a bucket ends, itself not included; infinite for the last. */
export function bucketEndMs(bucket: number): number {
  if (bucket >= BUCKETS - 1) return Number.POSITIVE_INFINITY
  const exponent = FIRST_EXPONENT + (bucket >> 2)
  return ((1 << exponent) * (1 + (bucket & 3) / 4)) / 1000
}

/** Plain data: what was counted so far. */
export interface DurationCounts {
  readonly buckets: Float64Array
  readonly sumMs: number
}

export class Durations {
  readonly #buckets = new Float64Array(BUCKETS)
  #sumMs = 0

  add(ms: number, times = 1): void {
    this.#buckets[bucketOf(ms)]! += times
    this.#sumMs += ms * times
  }

  /** Not to be kept: it goes on counting. */
  get buckets(): Float64Array {
    return this.#buckets
  }

  counts(): DurationCounts {
    return { buckets: this.#buckets.slice(), sumMs: this.#sumMs }
  }
}

export function noDurations(): DurationCounts {
  return { buckets: new Float64Array(BUCKETS), sumMs: 0 }
}

export function summedDurations(one: DurationCounts, other: DurationCounts): DurationCounts {
  return { buckets: one.buckets.map((count, i) => count + (other.buckets[i] ?? 0)), sumMs: one.sumMs + other.sumMs }
}

/**
 * The duration that a part `q` of all stayed below, in milliseconds, by the end of the bucket it fell into; the last one
 * counts as 67 s. Undefined when nothing was counted.
 */
export function quantileMs(buckets: ArrayLike<number>, q: number): number | undefined {
  let total = 0
  for (let i = 0; i < buckets.length; i++) total += buckets[i]!
  if (total === 0) return undefined
  let below = 0
  for (let i = 0; i < buckets.length - 1; i++) {
    below += buckets[i]!
    if (below >= total * q) return bucketEndMs(i)
  }
  return 2 ** LAST_EXPONENT / 1000
}
