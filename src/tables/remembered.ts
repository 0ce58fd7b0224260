import { ownText } from './own-text.ts'
import { TextTable } from './text-table.ts'

export interface RememberedLimits {
  /** So many texts are remembered at a time. */
  readonly textsMax: number
  /** Longer ones are read each time. */
  readonly lengthMax: number
}

/** What texts mean, for the few that come again and again; long ones, floods, and what means nothing are read each time. */
export class Remembered<Meaning> {
  readonly #read: (text: string) => Meaning
  readonly #limits: RememberedLimits
  readonly #known = new TextTable<Meaning>()

  /** @param read always says the same about the same text; undefined where it means nothing */
  constructor(read: (text: string) => Meaning, limits: RememberedLimits) {
    this.#read = read
    this.#limits = limits
  }

  /** What `read` says. It may be shared, and is not to be changed. */
  of(text: string): Meaning {
    if (text.length > this.#limits.lengthMax) return this.#read(text)
    return this.#known.get(text) ?? this.#find(text)
  }

  #find(text: string): Meaning {
    const meaning = this.#read(text)
    if (meaning === undefined) return meaning
    if (this.#known.size >= this.#limits.textsMax) this.#known.clear()
    this.#known.set(ownText(text), meaning)
    return meaning
  }
}
