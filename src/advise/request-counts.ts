/** How many requests there were, and what the origin got of them. */
export interface Prediction {
  readonly requests: number
  readonly hits: number
  /** Requests that the origin gets, refreshes behind a hit included. */
  readonly originRequests: number
  /** Requests in the busiest minute, and what the origin gets of those in its own busiest. */
  readonly peakRequestsPerMinute: number
  readonly peakOriginPerMinute: number
}

const MINUTE_MS = 60_000

/** Counts requests, and finds the busiest minute. */
export class RequestCounts {
  readonly #perMinute = new Map<number, { requests: number; origin: number }>()
  #requests = 0
  #hits = 0
  #originRequests = 0

  request(timeMs: number): void {
    this.#requests++
    this.#minute(timeMs).requests++
  }

  hit(): void {
    this.#hits++
  }

  origin(timeMs: number): void {
    this.#originRequests++
    this.#minute(timeMs).origin++
  }

  prediction(): Prediction {
    let peakRequestsPerMinute = 0
    let peakOriginPerMinute = 0
    for (const { requests, origin } of this.#perMinute.values()) {
      peakRequestsPerMinute = Math.max(peakRequestsPerMinute, requests)
      peakOriginPerMinute = Math.max(peakOriginPerMinute, origin)
    }
    return {
      requests: this.#requests,
      hits: this.#hits,
      originRequests: this.#originRequests,
      peakRequestsPerMinute,
      peakOriginPerMinute,
    }
  }

  #minute(timeMs: number): { requests: number; origin: number } {
    const minute = Math.floor(timeMs / MINUTE_MS)
    let counts = this.#perMinute.get(minute)
    if (counts === undefined) {
      counts = { requests: 0, origin: 0 }
      this.#perMinute.set(minute, counts)
    }
    return counts
  }
}
