/** A histogram as it travels between processes and stands in files: bucket index and count, in turn. */
export type HistogramData = readonly number[]

/** Values below it have a bucket each; above it every power of two is divided into so many, so a bucket is under 0.8 % wide. */
const FINE = 128
const FINE_BITS = 7

/** Latencies in whole microseconds, from 0 to some hours, with less than one per cent of error. */
export class Histogram {
  readonly #counts: number[] = []
  #total = 0
  #maxMicros = 0

  record(ms: number): void {
    const micros = Math.max(0, Math.round(ms * 1000))
    const index = bucketOf(micros)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#total += 1
    if (micros > this.#maxMicros) this.#maxMicros = micros
  }

  get total(): number {
    return this.#total
  }

  /** The largest value in milliseconds, exact unless it came through `data`; 0 when there is none. */
  get maxMs(): number {
    return this.#maxMicros / 1000
  }

  /** @param percentile 0 to 100. @returns milliseconds; 0 when nothing was recorded */
  percentileMs(percentile: number): number {
    const rank = Math.max(1, Math.ceil((percentile / 100) * this.#total))
    let seen = 0
    for (const key in this.#counts) {
      seen += this.#counts[key]!
      if (seen >= rank) return Math.min(upperMicros(Number(key)), this.#maxMicros) / 1000
    }
    return 0
  }

  /** How many values were above so many milliseconds, to the width of a bucket. */
  countAbove(ms: number): number {
    const limit = bucketOf(Math.round(ms * 1000))
    let count = 0
    for (const key in this.#counts) if (Number(key) > limit) count += this.#counts[key]!
    return count
  }

  add(data: HistogramData): void {
    for (let i = 0; i < data.length; i += 2) {
      const [index, count] = [data[i]!, data[i + 1]!]
      this.#counts[index] = (this.#counts[index] ?? 0) + count
      this.#total += count
      this.#maxMicros = Math.max(this.#maxMicros, upperMicros(index))
    }
  }

  get data(): HistogramData {
    return Object.entries(this.#counts).flatMap(([index, count]) => [Number(index), count])
  }
}

export function histogramOf(data: HistogramData): Histogram {
  const histogram = new Histogram()
  histogram.add(data)
  return histogram
}

function bucketOf(micros: number): number {
  if (micros < FINE) return micros
  const shift = Math.floor(Math.log2(micros)) - FINE_BITS
  return FINE * (shift + 1) + Math.floor(micros / 2 ** shift) - FINE
}

/** The largest value of a bucket. */
function upperMicros(index: number): number {
  if (index < FINE) return index
  const shift = Math.floor(index / FINE) - 1
  return ((index % FINE) + FINE + 1) * 2 ** shift - 1
}
