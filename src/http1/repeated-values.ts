import { spells } from './characters.ts'

/** Of so many fields of a section. */
const PLACES_MAX = 32
/** Longer values are hardly said twice, and would be kept by every connection. */
const LENGTH_MAX = 128

/**
 * The values of field sections as strings of their own, each the one of the section before where it is the same: an origin says much the same with every
 * response. Comparing costs less than another string, and less memory where they are kept.
 */
export class RepeatedValues {
  readonly #before: string[] = []
  readonly #lengths = new Uint8Array(PLACES_MAX)

  /** The value that the bytes from `begin` to `end` are. @param place of its field in the section, counted from 0 */
  at(place: number, bytes: Buffer, begin: number, end: number): string {
    const before = this.#before[place]
    const length = end - begin
    if (before !== undefined && this.#lengths[place] === length && spells(before, length, bytes, begin)) return before
    const value = bytes.toString('latin1', begin, end)
    if (place <= this.#before.length && place < PLACES_MAX && length <= LENGTH_MAX) {
      this.#before[place] = value
      this.#lengths[place] = length
    }
    return value
  }
}
