import type { Clock } from '../clock.ts'
import { TextLru } from '../tables/text-lru.ts'

/** By so much the end of what is remembered may be early, when it was found out again. */
const RENEWED_MS = 100

/**
 * Keys to which something was found out a short while ago, each until its own moment.
 * Bounded: under a flood of keys the oldest knowledge goes, which only costs a request to the origin.
 */
export class RememberedKeys<Value> {
  readonly #entries: TextLru<{ readonly value: Value; readonly untilMs: number }>
  readonly #clock: Clock

  constructor(clock: Clock, keysMax = 20_000) {
    this.#clock = clock
    this.#entries = new TextLru(keysMax)
  }

  remember(key: string, value: Value, forMs: number, nowMs = this.#clock.now()): void {
    if (forMs <= 0) return
    const untilMs = nowMs + forMs
    const before = this.#entries.peek(key)
    // What is found out with every response is noted once in a while.
    if (before !== undefined && before.value === value && untilMs - before.untilMs < RENEWED_MS) return
    this.#entries.set(key, { value, untilMs })
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.untilMs > this.#clock.now()) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  forget(key: string): void {
    this.#entries.delete(key)
  }
}
