import type { Clock } from '../../src/clock.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** 2026-01-01T00:00:00Z: a whole second, so that dates in fields are exact. */
export const heldClockStartMs = Date.UTC(2026, 0, 1)

/** A clock that moves only when a test says so. */
export class HeldClock implements Clock {
  #nowMs: number
  readonly #timers = new Set<Timer>()

  constructor(startMs: number = heldClockStartMs) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many timers are still to come: what a part has left running. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Moves on by `ms` and runs what falls due, in the order of its time; `now()` is that time meanwhile. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#timers.delete(timer)
      this.#nowMs = Math.max(this.#nowMs, timer.atMs)
      timer.callback()
    }
    this.#nowMs = untilMs
  }

  /** The earliest timer due; among equals the one set first, because a Set keeps their order. */
  #next(untilMs: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = timer
    }
    return next
  }
}
