/** Lower case of ASCII letters, every other byte itself. */
const LOWER = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) LOWER[byte] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte

const SLOTS = 1024
const NONE = -1

/** Finds field names of a fixed set in bytes, in any case, without making a string. */
export class NameIndex {
  // As bytes: to take a character out of a string costs a call of the runtime's.
  readonly #names: readonly Uint8Array[]
  /** The first name of each slot; the others follow in `#next`. */
  readonly #first = new Int16Array(SLOTS).fill(NONE)
  readonly #next: Int16Array

  /** @param names in lower case */
  constructor(names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name, 'latin1'))
    this.#next = new Int16Array(names.length).fill(NONE)
    for (const [index, name] of names.entries()) {
      const slot = slotOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1))
      this.#next[index] = this.#first[slot]!
      this.#first[slot] = index
    }
  }

  /** @returns the index of the name that the bytes from `begin` to `end` spell, or -1 */
  find(bytes: Buffer, begin: number, end: number): number {
    let index = this.#first[slotOf(end - begin, LOWER[bytes[begin]!]!, LOWER[bytes[end - 1]!]!)]!
    while (index !== NONE && !spells(this.#names[index]!, bytes, begin, end)) index = this.#next[index]!
    return index
  }
}

function slotOf(length: number, first: number, last: number): number {
  return (length * 31 + first * 7 + last * 37) & (SLOTS - 1)
}

function spells(name: Uint8Array, bytes: Buffer, begin: number, end: number): boolean {
  if (name.length !== end - begin) return false
  for (let i = 0; i < name.length; i++) if (LOWER[bytes[begin + i]!] !== name[i]) return false
  return true
}
