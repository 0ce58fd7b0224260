import type { Clock } from '../../clock.ts'

/** Somebody who wants to know all that was said until a moment. */
interface Waiter {
  readonly sinceMs: number
  /** Of the last entry at that moment, once it is known. */
  position: string | undefined
  readonly settle: (isKnown: boolean) => void
}

/** Those who wait until a box has followed the log as far as it went when they asked. */
export class LogWaiters {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#waiters.size
  }

  /**
   * @param last finds out the position of the last entry; where it fails, it depends on what the reader hears
   * @param onLast called when that is known
   */
  wait(withinMs: number, last: () => Promise<string | undefined>, onLast: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(withinMs, () => waiter.settle(false))
      const waiter: Waiter = {
        sinceMs: this.#clock.now(),
        position: undefined,
        settle: (isKnown) => {
          cancel()
          this.#waiters.delete(waiter)
          resolve(isKnown)
        },
      }
      this.#waiters.add(waiter)
      last().then(
        (position) => {
          waiter.position = position
          onLast()
        },
        () => {},
      )
    })
  }

  /** @returns the latest moment until which all is known by having come that far; undefined: that of nobody who waits */
  followedTo(position: string): number | undefined {
    let knownUntilMs: number | undefined
    for (const waiter of [...this.#waiters]) {
      if (waiter.position === undefined || waiter.position > position) continue
      knownUntilMs = Math.max(knownUntilMs ?? waiter.sinceMs, waiter.sinceMs)
      waiter.settle(true)
    }
    return knownUntilMs
  }

  /** The reader has heard, or could not hear, what was said until this moment. */
  settle(isKnown: boolean, untilMs: number): void {
    for (const { sinceMs, settle } of [...this.#waiters]) if (sinceMs <= untilMs) settle(isKnown)
  }
}
