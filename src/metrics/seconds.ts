import { BUCKETS } from './durations.ts'
import { OUTCOMES } from './outcomes.ts'

/** Ten minutes. */
export const SECONDS_KEPT = 600

/** Some seconds in a row, plain data: for each second a row of `OUTCOMES`, of bytes, of duration buckets. */
export interface Seconds {
  /** Of the first one, in seconds since the epoch. */
  readonly first: number
  readonly count: number
  readonly outcomes: Uint32Array
  readonly bytes: Float64Array
  readonly durations: Uint32Array
}

/** Totals that go on counting, as arrays that stay the same. */
export interface Totals {
  readonly outcomes: Float64Array
  readonly durations: Float64Array
  readonly bytes: number
}

/** What happened in each of the last seconds, taken from totals: so counting a request knows nothing of it. */
export class SecondsRing {
  readonly #outcomes = new Uint32Array(SECONDS_KEPT * OUTCOMES.length)
  readonly #durations = new Uint32Array(SECONDS_KEPT * BUCKETS)
  readonly #bytes = new Float64Array(SECONDS_KEPT)
  readonly #lastOutcomes = new Float64Array(OUTCOMES.length)
  readonly #lastDurations = new Float64Array(BUCKETS)
  #lastBytes = 0
  #second: number

  constructor(nowMs: number) {
    this.#second = Math.floor(nowMs / 1000)
  }

  /** Takes what was counted since the last time for the second that it is. */
  take(totals: Totals, nowMs: number): void {
    const second = Math.floor(nowMs / 1000)
    // Seconds that nobody looked at, as the thread was busy or the machine asleep, were empty.
    const from = Math.max(this.#second + 1, second - SECONDS_KEPT + 1)
    for (let empty = from; empty <= second; empty++) this.#clear(empty % SECONDS_KEPT)
    this.#second = Math.max(this.#second, second)
    const row = this.#second % SECONDS_KEPT
    addSince(totals.outcomes, this.#lastOutcomes, this.#outcomes, row)
    addSince(totals.durations, this.#lastDurations, this.#durations, row)
    this.#bytes[row]! += totals.bytes - this.#lastBytes
    this.#lastBytes = totals.bytes
  }

  /** The last so many seconds that are over. */
  last(count: number): Seconds {
    const kept = Math.min(count, SECONDS_KEPT - 1)
    const first = this.#second - kept
    const rows = Array.from({ length: kept }, (_, i) => (first + i) % SECONDS_KEPT)
    return {
      first,
      count: kept,
      outcomes: rowsOf(this.#outcomes, OUTCOMES.length, rows),
      durations: rowsOf(this.#durations, BUCKETS, rows),
      bytes: Float64Array.from(rows, (row) => this.#bytes[row]!),
    }
  }

  #clear(row: number): void {
    this.#outcomes.fill(0, row * OUTCOMES.length, (row + 1) * OUTCOMES.length)
    this.#durations.fill(0, row * BUCKETS, (row + 1) * BUCKETS)
    this.#bytes[row] = 0
  }
}

function addSince(total: Float64Array, last: Float64Array, ring: Uint32Array, row: number): void {
  for (let i = 0; i < total.length; i++) ring[row * total.length + i]! += total[i]! - last[i]!
  last.set(total)
}

function rowsOf(ring: Uint32Array, width: number, rows: readonly number[]): Uint32Array {
  const out = new Uint32Array(rows.length * width)
  for (const [i, row] of rows.entries()) out.set(ring.subarray(row * width, (row + 1) * width), i * width)
  return out
}

/** The same seconds of several threads together; a thread that is a second behind has nothing for it. */
export function summedSeconds(all: readonly Seconds[]): Seconds {
  const first = Math.min(...all.map((one) => one.first))
  const last = Math.max(...all.map((one) => one.first + one.count))
  const count = all.length === 0 ? 0 : last - first
  const outcomes = new Uint32Array(count * OUTCOMES.length)
  const durations = new Uint32Array(count * BUCKETS)
  const bytes = new Float64Array(count)
  for (const one of all) {
    const shift = one.first - first
    for (const [i, n] of one.outcomes.entries()) outcomes[shift * OUTCOMES.length + i]! += n
    for (const [i, n] of one.durations.entries()) durations[shift * BUCKETS + i]! += n
    for (const [i, n] of one.bytes.entries()) bytes[shift + i]! += n
  }
  return { first: count === 0 ? 0 : first, count, outcomes, durations, bytes }
}
