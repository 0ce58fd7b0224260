import type { Clock } from '../clock.ts'

/** The time that one request has for tiers: one deadline for all that it asks of them, and not one for each. */
export class Patience {
  readonly #clock: Clock
  readonly #ms: number
  readonly #untilMs: number

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
    this.#untilMs = clock.now() + ms
  }

  /** 0 when it is over: no timer is as short as what may be left then. */
  get leftMs(): number {
    const leftMs = this.#untilMs - this.#clock.now()
    return leftMs < 1 ? 0 : leftMs
  }

  /** As much again from now on, for a look that is made after a wait for something else. */
  anew(): Patience {
    return new Patience(this.#clock, this.#ms)
  }
}
