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
  readonly #numbers = new Map<string, number>()
  readonly #words: string[] = []
  readonly #candidates = new Map<string, number>()

  /** undefined: it is none. */
  numberOf(text: string): number | undefined {
    if (text.length < LENGTH_MIN || text.length > LENGTH_MAX) return undefined
    const number = this.#numbers.get(text)
    if (number !== undefined || this.#words.length === WORDS_MAX) return number
    const times = (this.#candidates.get(text) ?? 0) + 1
    if (times >= TIMES_MIN) return this.#add(text)
    // Those that come again are soon there again.
    if (this.#candidates.size >= CANDIDATES_MAX) this.#candidates.clear()
    this.#candidates.set(text, times)
    return undefined
  }

  word(number: number): string {
    const word = this.#words[number]
    if (word === undefined) throw new RangeError(`Cannot find word ${number} of ${this.#words.length}`)
    return word
  }

  #add(text: string): number {
    // A piece of a longer string would hold all of that.
    const word = Buffer.from(text, 'utf16le').toString('utf16le')
    this.#candidates.delete(text)
    this.#numbers.set(word, this.#words.length)
    return this.#words.push(word) - 1
  }
}
