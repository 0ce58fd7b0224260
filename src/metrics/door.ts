import { hashOf } from '../tables/text-hash.ts'

/** So many names are known at a time, in a table that is half empty. */
const NAMES_MAX = 4096
const PLACES = NAMES_MAX * 2

/** What a name may weigh at most, and how much of that nobody counted. */
export interface AtDoor {
  readonly weight: number
  readonly excess: number
}

/** Names that are too light for a list, as numbers: a table of strings that come once would be garbage of the dear kind. */
export class Door {
  /** Of names; 0 where there is none. */
  readonly #hashes = new Int32Array(PLACES)
  readonly #weights = new Float64Array(PLACES)
  readonly #excesses = new Float64Array(PLACES)
  #count = 0
  #heaviest = 0
  /** The most that a name can weigh of which nothing is known. */
  #forgotten = 0

  /** One that was inside. */
  put({ id, weight, excess }: AtDoor & { readonly id: string }): void {
    const place = this.#placeOf(id)
    this.#weights[place] = weight
    this.#excesses[place] = excess
    this.#heaviest = Math.max(this.#heaviest, weight)
  }

  /** @returns undefined while it weighs no more than `floor`; what comes in is not known here any more */
  add(name: string, weight: number, floor: number): AtDoor | undefined {
    const place = this.#placeOf(name)
    const whole = this.#weights[place]! + weight
    if (whole <= floor) {
      this.#weights[place] = whole
      this.#heaviest = Math.max(this.#heaviest, whole)
      return undefined
    }
    this.#weights[place] = UNKNOWN
    return { weight: whole, excess: this.#excesses[place]! }
  }

  #placeOf(name: string): number {
    // Two names of one hash are taken for one.
    const hash = hashOf(name) || 1
    let place = hash & (PLACES - 1)
    while (this.#hashes[place] !== hash && this.#hashes[place] !== 0) place = (place + 1) & (PLACES - 1)
    const isKnown = this.#hashes[place] === hash
    if (isKnown && this.#weights[place] !== UNKNOWN) return place
    if (!isKnown && ++this.#count > NAMES_MAX) return this.#startAnew(hash)
    return this.#begin(place, hash)
  }

  #startAnew(hash: number): number {
    this.#forgotten = Math.max(this.#forgotten, this.#heaviest)
    this.#heaviest = 0
    this.#hashes.fill(0)
    this.#count = 1
    return this.#begin(hash & (PLACES - 1), hash)
  }

  #begin(place: number, hash: number): number {
    this.#hashes[place] = hash
    this.#weights[place] = this.#forgotten
    this.#excesses[place] = this.#forgotten
    return place
  }
}

/** In the place of a weight. */
const UNKNOWN = -1
