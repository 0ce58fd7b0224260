import type { Clock } from '../clock.ts'
import type { HealthSettings } from './settings.ts'

/**
 * `connect`: no connection came about. `exchange`: a connection broke or stayed silent before the response's head.
 * `status`: a response whose status says that the member fails.
 */
export type FailureKind = 'connect' | 'exchange' | 'status'

/** Part of a hold-down that chance takes away, so that several boxes do not ask a returning origin in one moment. */
const JITTER = 0.2

/**
 * Passive health of one member: what its own requests experience.
 *
 * Up → held down by failures → after the hold-down one request is let through as a trial (another each `holdDownMs` while
 * it is undecided) → up again, or held down twice as long. Every request carries the generation it was admitted in: the
 * hundred requests that die with an origin are one failure, not a hundred, and a late response of an earlier life proves nothing.
 */
export class Health {
  readonly #settings: HealthSettings
  readonly #clock: Clock
  readonly #random: () => number
  #generation = 0
  /** Failures in a row while up. */
  #failures = 0
  /** Hold-downs in a row; 0 is up. */
  #level = 0
  #cause: FailureKind = 'connect'
  #trialAtMs = 0
  #lastResortAtMs = 0

  /** @param random from 0 (inclusive) to 1, as `Math.random` */
  constructor(settings: HealthSettings, clock: Clock, random: () => number) {
    this.#settings = settings
    this.#clock = clock
    this.#random = random
  }

  get isUp(): boolean {
    return this.#level === 0
  }

  /** Whether a request may go there: it is up, or its hold-down is over and the next request is the trial. */
  get admits(): boolean {
    return this.#level === 0 || this.#clock.now() >= this.#trialAtMs
  }

  /**
   * The moment from which it may be tried when no other member can be asked: never more than the first hold-down after
   * the last failure. Long hold-downs spare requests a detour; with nowhere else to go they would only hide a recovery.
   */
  get lastResortAtMs(): number {
    return this.#lastResortAtMs
  }

  /** A request goes there. @returns the generation to report its outcome with */
  admit(): number {
    if (this.#level > 0) this.#holdUntil(this.#clock.now() + this.#settings.holdDownMs)
    return this.#generation
  }

  /** A new connection came about. */
  connected(generation: number): void {
    // For an origin that takes connections and breaks them it proves nothing.
    if (this.#level > 0 && this.#cause === 'connect') this.#recover(generation)
  }

  /** A final response's head arrived. */
  responded(generation: number): void {
    this.#recover(generation)
  }

  /** @returns whether this failure held the member down */
  failed(generation: number, kind: FailureKind): boolean {
    if (generation !== this.#generation) return false
    this.#failures++
    // One page that crashes or is slow does not make an origin sick; an origin that cannot be connected to is.
    if (this.#level === 0 && kind !== 'connect' && this.#failures < this.#settings.failuresMax) return false
    const wholeMs = Math.min(this.#settings.holdDownMsMax, this.#settings.holdDownMs * 2 ** this.#level)
    const heldMs = wholeMs * (1 - JITTER * this.#random())
    const nowMs = this.#clock.now()
    this.#holdUntil(nowMs + heldMs)
    this.#lastResortAtMs = nowMs + Math.min(heldMs, this.#settings.holdDownMs)
    // Past the longest hold-down the level would only grow towards an infinite power of two.
    if (wholeMs < this.#settings.holdDownMsMax || this.#level === 0) this.#level++
    this.#cause = kind
    this.#generation++
    return true
  }

  #recover(generation: number): void {
    if (generation !== this.#generation) return
    this.#level = 0
    this.#failures = 0
  }

  #holdUntil(atMs: number): void {
    this.#trialAtMs = atMs
    this.#lastResortAtMs = atMs
  }
}
