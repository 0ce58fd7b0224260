/** When visitors come. */
export type Arrivals =
  | { readonly kind: 'steady'; readonly perSecond: number; readonly seconds: number }
  /** From one rate to another, the same factor in every second: each rate on the way gets its share of the time. */
  | { readonly kind: 'ramp'; readonly from: number; readonly to: number; readonly seconds: number }
  /** All in one moment. */
  | { readonly kind: 'herd'; readonly count: number }

/** A growth too small to be divided by. */
const FLAT = 1e-6

/** How many come in all. */
export function arrivalsTotal(arrivals: Arrivals): number {
  switch (arrivals.kind) {
    case 'herd':
      return arrivals.count
    case 'steady':
      return Math.floor(arrivals.perSecond * arrivals.seconds)
    case 'ramp': {
      const growth = Math.log(arrivals.to / arrivals.from)
      const { from, to, seconds } = arrivals
      return Math.floor(growth < FLAT ? from * seconds : ((to - from) * seconds) / growth)
    }
  }
}

/** When the n-th comes (from 0), in milliseconds after the start: a function of n alone, whatever became of the others. */
export function dueMs(arrivals: Arrivals, n: number): number {
  switch (arrivals.kind) {
    case 'herd':
      return 0
    case 'steady':
      return (n / arrivals.perSecond) * 1000
    case 'ramp': {
      const { from, to, seconds } = arrivals
      const growth = Math.log(to / from)
      // The inverse of the integral of the rate `from · (to/from)^(t/seconds)`.
      return growth < FLAT ? (n / from) * 1000 : (seconds / growth) * Math.log1p((n * growth) / (from * seconds)) * 1000
    }
  }
}

/** Visitors a second at a moment; of a herd, all of them. */
export function rateAt(arrivals: Arrivals, ms: number): number {
  switch (arrivals.kind) {
    case 'herd':
      return arrivals.count
    case 'steady':
      return arrivals.perSecond
    case 'ramp':
      return arrivals.from * (arrivals.to / arrivals.from) ** (ms / 1000 / arrivals.seconds)
  }
}

export function arrivalsSeconds(arrivals: Arrivals): number {
  return arrivals.kind === 'herd' ? 1 : arrivals.seconds
}
