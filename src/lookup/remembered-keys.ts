import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

/**
 * Keys to which something was found out a short while ago, each until its own moment.
 * Bounded: under a flood of keys the oldest knowledge goes, which only costs a request to the origin.
 */
export class RememberedKeys<Value> {
  readonly #entries: LRUCache<string, { readonly value: Value; readonly untilMs: number }>
  readonly #clock: Clock

  constructor(clock: Clock, keysMax = 20_000) {
    this.#clock = clock
    this.#entries = new LRUCache({ max: keysMax })
  }

  remember(key: string, value: Value, forMs: number): void {
    if (forMs > 0) this.#entries.set(key, { value, untilMs: this.#clock.now() + forMs })
  }

  get(key: string): Value | undefined {
    // Of most sites nothing is known; then no key has to be hashed.
    if (this.#entries.size === 0) return undefined
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.untilMs > this.#clock.now()) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  forget(key: string): void {
    if (this.#entries.size > 0) this.#entries.delete(key)
  }
}
