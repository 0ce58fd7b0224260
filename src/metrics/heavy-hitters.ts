import { TextTable } from '../tables/text-table.ts'
import { Door } from './door.ts'

/** One of many, and how often it was met. */
export interface Hitter<Extra> {
  readonly id: string
  /** Never too low. */
  weight: number
  /** How much of `weight` may be too much, because it was forgotten before. */
  readonly excess: number
  readonly extra: Extra
  /** Number of the sketch that it is in; 0 when it was left out. */
  sketch: number
}

let sketches = 0

/**
 * The heaviest of any number of names in bounded room: a space-saving sketch (Metwally et al. 2005) that makes room for many at
 * a time. Whoever has more than `floor` is in it; what comes in new starts at what may have been forgotten of it.
 *
 * Once it is full, a name waits at a door until it may weigh more than the lightest inside. Most never do, as those of pages that
 * are asked for once, and are no more there than a number.
 */
export class HeavyHitters<Extra> {
  /** Not itself: a hitter that somebody keeps would keep all others. */
  readonly #number = ++sketches
  readonly #max: number
  readonly #makeExtra: () => Extra
  readonly #hitters = new TextTable<Hitter<Extra>>()
  #door: Door | undefined
  #floor = 0

  /** @param max how many are sure to be kept; twice as many are at times */
  constructor(max: number, makeExtra: () => Extra) {
    this.#max = max
    this.#makeExtra = makeExtra
  }

  /** The most that something not in it can weigh. */
  get floor(): number {
    return this.#floor
  }

  /**
   * @param last what was returned for this name the last time, by this sketch or another: where it still is in, it need not be looked for
   * @returns with what is kept beside the weight, to be updated; undefined where nothing is
   */
  add(id: string, weight: number, last?: Hitter<Extra>): Hitter<Extra> | undefined {
    const known = last?.sketch === this.#number ? last : this.#hitters.get(id)
    if (known !== undefined) {
      known.weight += weight
      return known
    }
    if (this.#door === undefined) return this.#enter(id, weight, 0)
    const atDoor = this.#door.add(id, weight, this.#floor)
    return atDoor && this.#enter(id, atDoor.weight, atDoor.excess)
  }

  get(id: string): Hitter<Extra> | undefined {
    return this.#hitters.get(id)
  }

  /** In no order. */
  all(): Iterable<Hitter<Extra>> {
    return this.#hitters.values()
  }

  #enter(id: string, weight: number, excess: number): Hitter<Extra> {
    if (this.#hitters.size >= this.#max * 2) this.#makeRoom()
    const hitter = { id, weight, excess, extra: this.#makeExtra(), sketch: this.#number }
    this.#hitters.set(id, hitter)
    return hitter
  }

  #makeRoom(): void {
    const sorted = this.#hitters.values().sort((one, other) => other.weight - one.weight)
    this.#floor = sorted[this.#max - 1]?.weight ?? 0
    this.#door ??= new Door()
    for (const hitter of sorted.slice(this.#max)) {
      this.#hitters.delete(hitter.id)
      hitter.sketch = 0
      this.#door.put(hitter)
    }
  }
}
