import { NONE } from './hash-chains.ts'
import { TextPlaces } from './text-places.ts'

/** Values by text, for texts that come and go or are chosen by others; a `Map` is for those that stay. */
export class TextTable<V> {
  readonly #places = new TextPlaces()
  readonly #values: (V | undefined)[] = []

  get size(): number {
    return this.#places.size
  }

  get(text: string): V | undefined {
    const place = this.#places.find(text)
    return place === NONE ? undefined : this.#values[place]
  }

  has(text: string): boolean {
    return this.#places.find(text) !== NONE
  }

  set(text: string, value: V): void {
    const known = this.#places.find(text)
    this.#values[known === NONE ? this.#places.add(text) : known] = value
  }

  delete(text: string): void {
    const place = this.#places.find(text)
    if (place === NONE) return
    this.#places.remove(place)
    this.#values[place] = undefined
  }

  /** In no order. */
  values(): V[] {
    return this.#values.filter((value) => value !== undefined)
  }

  clear(): void {
    this.#places.clear()
    this.#values.length = 0
  }
}
