import { ownText } from '../../tables/own-text.ts'
import { hashOf } from '../../tables/text-hash.ts'
import { TextTable } from '../../tables/text-table.ts'

/** Shorter ones are as well written out, longer ones seldom the same. */
const LENGTH_MIN = 3
const LENGTH_MAX = 256
const WORDS_MAX = 16_384
/** Strings that are watched at a time, and how often one must come meanwhile. */
const CANDIDATES_MAX = 1024
const TIMES_MIN = 4

/**
 * Strings that come again and again, by number: of a site's field values most are the same for very many responses. They are never
 * forgotten, as what is stored refers to them, so there is an end to them; all further ones are written out.
 */
export class FrequentWords {
  readonly #numbers = new TextTable<number>()
  readonly #words: string[] = []
  /** Hashes of strings, each at its place until another comes there: a table of strings that come once would be garbage of the dear kind. */
  readonly #candidates = new Int32Array(CANDIDATES_MAX)
  readonly #times = new Uint8Array(CANDIDATES_MAX)

  /** undefined: it is none. */
  numberOf(text: string): number | undefined {
    if (text.length < LENGTH_MIN || text.length > LENGTH_MAX) return undefined
    const number = this.#numbers.get(text)
    if (number !== undefined || this.#words.length === WORDS_MAX) return number
    return this.#comesAgain(text) ? this.#add(text) : undefined
  }

  word(number: number): string {
    const word = this.#words[number]
    if (word === undefined) throw new RangeError(`Cannot find word ${number} of ${this.#words.length}`)
    return word
  }

  /** Two strings of one hash may be counted as one: then a word is found a little early, and costs its place. */
  #comesAgain(text: string): boolean {
    const hash = hashOf(text)
    const place = hash & (CANDIDATES_MAX - 1)
    const times = this.#candidates[place] === hash ? this.#times[place]! + 1 : 1
    this.#candidates[place] = hash
    this.#times[place] = times
    return times >= TIMES_MIN
  }

  #add(text: string): number {
    const word = ownText(text)
    this.#numbers.set(word, this.#words.length)
    return this.#words.push(word) - 1
  }
}
