import type { Clock } from '../clock.ts'

/** Scans of the deadlines are at least this far apart, so that many deadlines close together cost one. */
const SCAN_GAP_MS = 5

/**
 * Many deadlines on one timer. Setting and moving a deadline writes a number; the timer is only touched when a deadline
 * comes before every other. So a connection can move its deadline on every read, which a timer each would make dear.
 */
export class Deadlines {
  readonly clock: Clock
  readonly #all = new Set<Deadline>()
  #cancelTimer: (() => void) | undefined
  #timerDueMs = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** A deadline that is not set yet; `onDue` runs once each time it passes. It must be removed in the end. */
  create(onDue: () => void): Deadline {
    const deadline = new Deadline(this, onDue)
    this.#all.add(deadline)
    return deadline
  }

  /** For `Deadline`. */
  moved(dueMs: number): void {
    if (dueMs < this.#timerDueMs) this.#arm(dueMs)
  }

  /** For `Deadline`. */
  removed(deadline: Deadline): void {
    this.#all.delete(deadline)
    if (this.#all.size === 0) this.#disarm()
  }

  #arm(dueMs: number): void {
    this.#disarm()
    this.#timerDueMs = dueMs
    this.#cancelTimer = this.clock.after(Math.max(0, dueMs - this.clock.now()), () => this.#scan())
  }

  #disarm(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#timerDueMs = Number.POSITIVE_INFINITY
  }

  #scan(): void {
    this.#disarm()
    const nowMs = this.clock.now()
    for (const deadline of this.#all) deadline.fireIfDue(nowMs)
    let earliestMs = Number.POSITIVE_INFINITY
    for (const deadline of this.#all) earliestMs = Math.min(earliestMs, deadline.dueMs)
    if (earliestMs < this.#timerDueMs) this.#arm(Math.max(earliestMs, nowMs + SCAN_GAP_MS))
  }
}

/** One moment of `Deadlines`. */
export class Deadline {
  /** Milliseconds since the epoch; infinity while not set. */
  dueMs = Number.POSITIVE_INFINITY
  readonly #owner: Deadlines
  readonly #onDue: () => void

  constructor(owner: Deadlines, onDue: () => void) {
    this.#owner = owner
    this.#onDue = onDue
  }

  /** Sets or moves it to `delayMs` from now. */
  in(delayMs: number): void {
    this.at(this.#owner.clock.now() + delayMs)
  }

  at(dueMs: number): void {
    this.dueMs = dueMs
    this.#owner.moved(dueMs)
  }

  clear(): void {
    this.dueMs = Number.POSITIVE_INFINITY
  }

  remove(): void {
    this.clear()
    this.#owner.removed(this)
  }

  /** For `Deadlines`. */
  fireIfDue(nowMs: number): void {
    if (this.dueMs > nowMs) return
    this.clear()
    this.#onDue()
  }
}
