import { NONE } from './hash-chains.ts'
import { TextPlaces } from './text-places.ts'
import { UseOrder } from './use-order.ts'

/** Values by text, up to a weight in all: those used longest ago go first. */
export class TextLru<V> {
  readonly #places = new TextPlaces()
  readonly #order = new UseOrder()
  readonly #values: (V | undefined)[] = []
  readonly #weights: number[] = []
  readonly #weightMax: number
  readonly #weightOf: (value: V) => number
  #weight = 0

  /** @param weightOf of a value, as it is set; without it each weighs 1 */
  constructor(weightMax: number, weightOf: (value: V) => number = () => 1) {
    this.#weightMax = weightMax
    this.#weightOf = weightOf
  }

  get size(): number {
    return this.#places.size
  }

  get weight(): number {
    return this.#weight
  }

  /** Makes it the one used last. */
  get(text: string): V | undefined {
    const place = this.#places.find(text)
    if (place === NONE) return undefined
    this.#order.use(place)
    return this.#values[place]
  }

  peek(text: string): V | undefined {
    const place = this.#places.find(text)
    return place === NONE ? undefined : this.#values[place]
  }

  has(text: string): boolean {
    return this.#places.find(text) !== NONE
  }

  /** What weighs more than all may is not kept, and nothing else under its text. */
  set(text: string, value: V): void {
    this.delete(text)
    const weight = this.#weightOf(value)
    if (weight > this.#weightMax) return
    while (this.#weight + weight > this.#weightMax) this.#remove(this.#order.oldest)
    const place = this.#places.add(text)
    this.#order.add(place)
    this.#values[place] = value
    this.#weights[place] = weight
    this.#weight += weight
  }

  delete(text: string): void {
    const place = this.#places.find(text)
    if (place !== NONE) this.#remove(place)
  }

  clear(): void {
    this.#places.clear()
    this.#order.clear()
    this.#values.length = 0
    this.#weights.length = 0
    this.#weight = 0
  }

  #remove(place: number): void {
    this.#weight -= this.#weights[place]!
    this.#order.delete(place)
    this.#places.remove(place)
    this.#values[place] = undefined
  }
}
