import { HashChains, NONE } from './hash-chains.ts'
import { hashOf } from './text-hash.ts'

/**
 * Texts, each at a small number of its own until it goes.
 *
 * Not in a `Map`: V8 takes whatever string is looked for in a `Map` or `Set` into its table of all strings, found or not, and
 * copies it to the old generation for that (docs/decisions/garbage.md).
 */
export class TextPlaces {
  readonly #chains = new HashChains()
  readonly #texts: (string | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#chains.size
  }

  /** Where a text is, or NONE. */
  find(text: string): number {
    // Many tables are empty at most times; then nothing has to be hashed.
    if (this.#chains.size === 0) return NONE
    let place = this.#chains.first(hashOf(text))
    while (place !== NONE && this.#texts[place] !== text) place = this.#chains.after(place)
    return place
  }

  /** @param text is not in yet, and is kept as it is: a part of a longer one keeps that, too */
  add(text: string): number {
    const place = this.#free.pop() ?? this.#texts.length
    this.#texts[place] = text
    this.#chains.add(place, hashOf(text))
    return place
  }

  remove(place: number): void {
    this.#chains.delete(place)
    this.#texts[place] = undefined
    this.#free.push(place)
  }

  clear(): void {
    this.#chains.clear()
    this.#texts.length = 0
    this.#free.length = 0
  }
}
