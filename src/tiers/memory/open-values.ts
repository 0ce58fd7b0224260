import { TextLru } from '../../tables/text-lru.ts'

/** How many keys are known to have been asked for lately. */
const LATELY = 16_384

/**
 * What was unpacked, for those who ask for it again and again. Only what was asked for a second time within some thousand others
 * is kept: garbage that is held for a while is the dearest.
 */
export class OpenValues<V extends object> {
  readonly #values: TextLru<V>
  /** Hashes of keys, each at its place. */
  readonly #lately = new Int32Array(LATELY)
  #lastKey: string | undefined
  #last: V | undefined
  #lastTimes = 0

  constructor(bytesMax: number, bytesOf: (value: V) => number) {
    this.#values = new TextLru(bytesMax, bytesOf)
  }

  get bytes(): number {
    return this.#values.weight
  }

  get(key: string): V | undefined {
    // The steps of one request ask for the same.
    if (key !== this.#lastKey) return this.#values.get(key)
    this.#lastTimes++
    return this.#last
  }

  /** Whether the value of a key is kept, or is the one that was opened last, and was asked for since. */
  has(key: string): boolean {
    return this.#values.has(key) || (key === this.#lastKey && this.#lastTimes > 0)
  }

  /** Whether this key is asked for again, so that its value is kept. */
  isAgain(hash: number): boolean {
    const place = hash & (LATELY - 1)
    if (this.#lately[place] === hash) return true
    this.#lately[place] = hash
    return false
  }

  /** @returns `value` */
  opened(key: string, value: V, isAgain: boolean): V {
    this.#lastKey = key
    this.#last = value
    this.#lastTimes = 0
    if (isAgain) this.#values.set(key, value)
    return value
  }

  delete(key: string): void {
    this.#values.delete(key)
    if (key === this.#lastKey) this.#forgetLast()
  }

  clear(): void {
    this.#values.clear()
    this.#forgetLast()
  }

  #forgetLast(): void {
    this.#lastKey = undefined
    this.#last = undefined
  }
}
