import { NONE } from './hash-chains.ts'
import { TextTable } from './text-table.ts'
import { UseOrder } from './use-order.ts'

/** Values by text, up to a weight in all: those used longest ago go first. */
export class TextLru<V> {
  readonly #table = new TextTable<V>()
  readonly #order = new UseOrder()
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
    return this.#table.size
  }

  get weight(): number {
    return this.#weight
  }

  /** Makes it the one used last. */
  get(text: string): V | undefined {
    const place = this.#table.find(text)
    if (place === NONE) return undefined
    this.#order.use(place)
    return this.#table.at(place)
  }

  peek(text: string): V | undefined {
    return this.#table.get(text)
  }

  has(text: string): boolean {
    return this.#table.has(text)
  }

  /** What weighs more than all may is not kept, and nothing else under its text. */
  set(text: string, value: V): void {
    this.delete(text)
    const weight = this.#weightOf(value)
    if (weight > this.#weightMax) return
    while (this.#weight + weight > this.#weightMax) this.#remove(this.#order.oldest)
    const place = this.#table.add(text, value)
    this.#order.add(place)
    this.#weights[place] = weight
    this.#weight += weight
  }

  delete(text: string): void {
    const place = this.#table.find(text)
    if (place !== NONE) this.#remove(place)
  }

  clear(): void {
    this.#table.clear()
    this.#order.clear()
    this.#weights.length = 0
    this.#weight = 0
  }

  #remove(place: number): void {
    this.#weight -= this.#weights[place]!
    this.#order.delete(place)
    this.#table.remove(place)
  }
}
