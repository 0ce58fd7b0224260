/** What is known of one origin, as the admin API says it. */
export interface OriginLoad {
  readonly condition: string
  readonly active: number
  readonly waiting: number
  readonly limit: number
}

export interface Answered {
  readonly failed: boolean
  /** Whether the origin was asked for it. */
  readonly asked: boolean
  readonly ms: number
}

/** First pause; each one that follows without a good answer between is twice as long. */
const PAUSE_MS = 2_000
const PAUSE_MS_MAX = 60_000
const FAILURES_MAX = 3
/** Answers of the origin until it is known how fast it is. */
const SAMPLES_MIN = 5
/** So many times slower than at its best it has too much to do; not below so many milliseconds. */
const SLOWER = 4
const SLOW_MS_MIN = 200
/** Weight of one answer in the average. */
const SHARE = 0.3

/** Says when the warmer has to leave the origin alone, by what the origins' states and its own answers show. */
export class LoadGate {
  #failures = 0
  #samples = 0
  #averageMs = 0
  #bestMs = Number.POSITIVE_INFINITY
  #pauseMs = PAUSE_MS
  #until: { readonly ms: number; readonly why: string } | undefined

  answered({ failed, asked, ms }: Answered, nowMs: number): void {
    this.#failures = failed ? this.#failures + 1 : 0
    if (this.#failures >= FAILURES_MAX) return this.#pause('the origin fails', nowMs)
    if (failed || !asked) return
    this.#samples++
    this.#averageMs = this.#samples === 1 ? ms : this.#averageMs + (ms - this.#averageMs) * SHARE
    if (this.#samples < SAMPLES_MIN) return
    this.#bestMs = Math.min(this.#bestMs, this.#averageMs)
    if (this.#averageMs > Math.max(SLOW_MS_MIN, SLOWER * this.#bestMs)) {
      this.#samples = 0
      this.#pause('the origin has become slow', nowMs)
    } else this.#pauseMs = PAUSE_MS
  }

  /** Why nothing may be asked for now, and how long that is known to last; undefined: go on. */
  closed(
    nowMs: number,
    origins: readonly OriginLoad[] | undefined,
  ): { readonly why: string; readonly ms: number } | undefined {
    const why = origins === undefined ? undefined : busy(origins)
    if (why !== undefined) return { why, ms: PAUSE_MS }
    if (this.#until === undefined || this.#until.ms <= nowMs) return undefined
    return { why: this.#until.why, ms: this.#until.ms - nowMs }
  }

  #pause(why: string, nowMs: number): void {
    // What was under way when the pause began says nothing new.
    if (this.#until !== undefined && this.#until.ms > nowMs) return
    this.#until = { ms: nowMs + this.#pauseMs, why }
    this.#pauseMs = Math.min(PAUSE_MS_MAX, this.#pauseMs * 2)
  }
}

function busy(origins: readonly OriginLoad[]): string | undefined {
  if (origins.some(({ waiting }) => waiting > 0)) return 'requests wait for the origin'
  const well = origins.filter(({ condition }) => condition === 'up' || condition === 'slow-start')
  if (origins.length > 0 && well.length === 0) return 'no origin is well'
  if (well.some(({ active, limit }) => active * 2 > limit)) return 'the origin is busy'
  return undefined
}
