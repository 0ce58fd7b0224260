/** How many took at most so long, for each bound and cumulatively, as Prometheus counts; `count` has those above all bounds too. */
export interface LatencyCounts {
  readonly buckets: readonly { readonly atMostMs: number; readonly count: number }[]
  readonly count: number
  readonly sumMs: number
}

const BOUNDS_MS = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250]

export class LatencyHistogram {
  /** One more than bounds: those above. */
  readonly #counts = new Array<number>(BOUNDS_MS.length + 1).fill(0)
  #sumMs = 0

  observe(ms: number): void {
    const bound = BOUNDS_MS.findIndex((atMostMs) => ms <= atMostMs)
    const at = bound === -1 ? BOUNDS_MS.length : bound
    this.#counts[at] = this.#counts[at]! + 1
    this.#sumMs += ms
  }

  counts(): LatencyCounts {
    let count = 0
    const cumulative = this.#counts.map((each) => {
      count += each
      return count
    })
    return {
      buckets: BOUNDS_MS.map((atMostMs, i) => ({ atMostMs, count: cumulative[i]! })),
      count,
      sumMs: this.#sumMs,
    }
  }
}
