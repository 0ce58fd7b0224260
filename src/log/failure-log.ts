import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import type { EventLog } from './event-log.ts'

/** Failures of one kind are told once in this time, with the number of those that were not. */
const QUIET_MS = 10_000

interface Told {
  untilMs: number
  /** Not told since then. */
  count: number
}

/**
 * Failures of upstream requests for the event log. An origin that is down fails every request: what kind of failure, and how
 * often, is worth a line now and then, not a line for each.
 */
export class FailureLog {
  readonly #log: EventLog
  readonly #clock: Clock
  readonly #told = new Map<string, Told>()

  constructor(log: EventLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  report(error: ProxyError): void {
    // A client that leaves is no failure.
    if (error.source === 'client') return
    const told = this.#told.get(error.code)
    if (told !== undefined && this.#clock.now() < told.untilMs) {
      told.count++
      return
    }
    const suppressed = told?.count ?? 0
    this.#told.set(error.code, { untilMs: this.#clock.now() + QUIET_MS, count: 0 })
    const level = error.source === 'internal' ? 'error' : 'warn'
    this.#log[level]({ code: error.word, error, ...(suppressed > 0 ? { suppressed } : {}) }, error.message)
  }
}
