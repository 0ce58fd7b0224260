import type { Clock } from '../../clock.ts'

export interface CatchUpParts {
  readonly clock: Clock
  /** Resolves when all that has been said is in force here, or after that time. */
  readonly follow: (withinMs: number) => Promise<unknown>
}

/**
 * Who stood still for longer than that has to ask before it serves from memory. Less than what a purge waits for a box to
 * acknowledge it: so a box that goes on without asking is one that was waited for.
 */
const STILL_MS = 500
const TICK_MS = 200
/** Most that a request waits then; after it, memory is served as it is. */
const HOLD_MS = 1_000

/**
 * Notices that this process stood still (SIGSTOP, a frozen container, a machine without a moment for it), and holds memory back
 * until it has heard what was invalidated meanwhile. That a Redis cannot be reached is nothing it would wait for: then memory is
 * all there is.
 */
export class CatchUp {
  readonly #parts: CatchUpParts
  /** Renewed by a timer, so that it is in the past when none ran. */
  #trustedUntilMs: number
  #running: Promise<void> | undefined
  #count = 0
  #cancelTick: () => void = () => {}
  #closed = false

  constructor(parts: CatchUpParts) {
    this.#parts = parts
    this.#trustedUntilMs = parts.clock.now() + STILL_MS
    this.#tick()
  }

  /** How often it was needed. */
  get count(): number {
    return this.#count
  }

  /** Whether memory may not be served before `done`. For each hit, so it is one comparison. */
  isDue(nowMs: number): boolean {
    return nowMs > this.#trustedUntilMs
  }

  /** Resolves when memory may be served. */
  done(): Promise<void> {
    if (this.#closed || !this.isDue(this.#parts.clock.now())) return Promise.resolve()
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  close(): void {
    this.#closed = true
    this.#trustedUntilMs = Number.POSITIVE_INFINITY
    this.#cancelTick()
  }

  async #run(): Promise<void> {
    const { clock, follow } = this.#parts
    this.#count++
    let beganAtMs: number
    do {
      beganAtMs = clock.now()
      await follow(HOLD_MS)
      // Stopped in the middle of it: what was heard may be old again.
    } while (!this.#closed && clock.now() - beganAtMs > HOLD_MS + STILL_MS)
    if (!this.#closed) this.#trustedUntilMs = clock.now() + STILL_MS
  }

  #tick(): void {
    const { clock } = this.#parts
    if (this.isDue(clock.now())) void this.done()
    else if (!this.#closed) this.#trustedUntilMs = clock.now() + STILL_MS
    this.#cancelTick = clock.after(TICK_MS, () => this.#tick())
  }
}
