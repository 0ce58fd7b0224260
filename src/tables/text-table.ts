import { HashChains, NONE } from './hash-chains.ts'
import { hashOf } from './text-hash.ts'

/**
 * Values by text, for texts that come and go or are chosen by others; a `Map` is for those that stay. Each text is at a small number
 * of its own until it goes, its place.
 *
 * Not in a `Map`: V8 takes whatever string is looked for in a `Map` or `Set` into its table of all strings, found or not, and
 * copies it to the old generation for that (docs/decisions/garbage.md).
 */
export class TextTable<V> {
  readonly #chains = new HashChains()
  readonly #texts: (string | undefined)[] = []
  readonly #values: (V | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#chains.size
  }

  get(text: string): V | undefined {
    const place = this.find(text)
    return place === NONE ? undefined : this.#values[place]
  }

  has(text: string): boolean {
    return this.find(text) !== NONE
  }

  /** @param text is kept as it is: a part of a longer one keeps that, too */
  set(text: string, value: V): void {
    const place = this.find(text)
    if (place === NONE) this.add(text, value)
    else this.#values[place] = value
  }

  delete(text: string): void {
    const place = this.find(text)
    if (place !== NONE) this.remove(place)
  }

  /** In no order. */
  values(): V[] {
    return this.#values.filter((value) => value !== undefined)
  }

  clear(): void {
    this.#chains.clear()
    this.#texts.length = 0
    this.#values.length = 0
    this.#free.length = 0
  }

  /** Where a text is, or NONE. */
  find(text: string): number {
    // Many tables are empty at most times; then nothing has to be hashed.
    if (this.#chains.size === 0) return NONE
    let place = this.#chains.first(hashOf(text))
    while (place !== NONE && this.#texts[place] !== text) place = this.#chains.after(place)
    return place
  }

  at(place: number): V | undefined {
    return this.#values[place]
  }

  /** As `set`, of a text that is not in yet. @returns its place */
  add(text: string, value: V): number {
    const place = this.#free.pop() ?? this.#texts.length
    this.#texts[place] = text
    this.#values[place] = value
    this.#chains.add(place, hashOf(text))
    return place
  }

  /** Takes out what is at this place. */
  remove(place: number): void {
    this.#chains.delete(place)
    this.#texts[place] = undefined
    this.#values[place] = undefined
    this.#free.push(place)
  }
}
