/** One of many, and how often it was met. */
export interface Hitter<Extra> {
  readonly id: string
  /** Never too low. */
  weight: number
  /** How much of `weight` may be too much, because it was forgotten before. */
  readonly excess: number
  readonly extra: Extra
}

/**
 * The heaviest of any number of names in bounded room: a space-saving sketch (Metwally et al. 2005) that makes room for many at
 * a time. Whoever has more than `floor` is in it; what comes in new starts there, as nobody knows how much of it was forgotten.
 */
export class HeavyHitters<Extra> {
  readonly #max: number
  readonly #makeExtra: () => Extra
  #hitters = new Map<string, Hitter<Extra>>()
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

  /** @returns what is kept beside the weight, to be updated */
  add(id: string, weight: number): Extra {
    const known = this.#hitters.get(id)
    if (known !== undefined) {
      known.weight += weight
      return known.extra
    }
    if (this.#hitters.size >= this.#max * 2) this.#makeRoom()
    const hitter = { id, weight: this.#floor + weight, excess: this.#floor, extra: this.#makeExtra() }
    this.#hitters.set(id, hitter)
    return hitter.extra
  }

  get(id: string): Hitter<Extra> | undefined {
    return this.#hitters.get(id)
  }

  /** In no order. */
  all(): Iterable<Hitter<Extra>> {
    return this.#hitters.values()
  }

  #makeRoom(): void {
    const sorted = [...this.#hitters.values()].sort((one, other) => other.weight - one.weight)
    this.#floor = sorted[this.#max]?.weight ?? this.#floor
    this.#hitters = new Map(sorted.slice(0, this.#max).map((hitter) => [hitter.id, hitter]))
  }
}
