/** One exchange that was no hit, as it is remembered: no values of parameters and cookies, no address. Plain data. */
export interface LearnedExchange {
  /** Milliseconds since the epoch. */
  readonly timeMs: number
  readonly method: string
  readonly authority: string
  /** Path and query, with hashes in the place of values. */
  readonly target: string
  readonly status: number
  /** Of the body; 0 when it was cut. */
  readonly bytes: number
  /** Names of the request's cookies. */
  readonly cookies: readonly string[]
  /** Why it was no hit: the word of `Cache-Status`. */
  readonly reason: string
  /** The response was stored, and is fresh for as long; undefined when it was not. */
  readonly lifetimeSeconds: number | undefined
}

/** Everything that was answered in one minute, hits too. */
export interface MinuteCounts {
  /** Since the epoch. */
  readonly minute: number
  readonly requests: number
  readonly hits: number
  /** Requests that the origins got: retries and refreshes too. */
  readonly originRequests: number
}

/** What one thread, or all threads together, have learned. Plain data. */
export interface Learned {
  /** Since when all is there: the start, or the oldest that was not forgotten. Milliseconds since the epoch. */
  readonly sinceMs: number
  /** Exchanges are those of one page in so many. */
  readonly sample: number
  /** About, of all exchanges; and how much there may be. */
  readonly bytes: number
  readonly bytesMax: number
  /** Oldest first. */
  readonly exchanges: readonly LearnedExchange[]
  /** The minute under way comes last. */
  readonly minutes: readonly MinuteCounts[]
}

export const MINUTE_MS = 60_000

/** What several threads learned as one; undefined when none has learned. It begins when the last one begins to know all. */
export function mergedLearned(parts: readonly Learned[]): Learned | undefined {
  const [first] = parts
  if (first === undefined) return undefined
  const sinceMs = Math.max(...parts.map((part) => part.sinceMs))
  const sum = (of: (part: Learned) => number): number => parts.reduce((total, part) => total + of(part), 0)
  return {
    sinceMs,
    sample: first.sample,
    bytes: sum(({ bytes }) => bytes),
    bytesMax: sum(({ bytesMax }) => bytesMax),
    exchanges: parts
      .flatMap(({ exchanges }) => exchanges)
      .filter(({ timeMs }) => timeMs >= sinceMs)
      .sort((one, other) => one.timeMs - other.timeMs),
    minutes: summedMinutes(parts.flatMap(({ minutes }) => minutes)).filter(
      ({ minute }) => (minute + 1) * MINUTE_MS > sinceMs,
    ),
  }
}

function summedMinutes(all: readonly MinuteCounts[]): MinuteCounts[] {
  const merged = new Map<number, MinuteCounts>()
  for (const one of all) {
    const { requests = 0, hits = 0, originRequests = 0 } = merged.get(one.minute) ?? {}
    merged.set(one.minute, {
      minute: one.minute,
      requests: requests + one.requests,
      hits: hits + one.hits,
      originRequests: originRequests + one.originRequests,
    })
  }
  return [...merged.values()].sort((one, other) => one.minute - other.minute)
}
