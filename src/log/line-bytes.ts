import { PLAIN } from './escape.ts'

const ZERO = 0x30

/** Lines as bytes, one behind the other, in memory that is used again: so a line of a hit leaves no garbage. */
export class LineBytes {
  #bytes: Buffer
  #length = 0

  /** @param capacity what there is room for before it grows */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
  }

  get length(): number {
    return this.#length
  }

  get capacity(): number {
    return this.#bytes.length
  }

  /** All of it, until it is changed. */
  filled(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Takes back what was appended behind its first `length` bytes. */
  cut(length: number): void {
    this.#length = length
  }

  /** Sees to it that there is room for so many bytes more. */
  reserve(bytes: number): void {
    const wanted = this.#length + bytes
    if (wanted <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }

  /** In UTF-8. */
  text(text: string): void {
    const byteLength = Buffer.byteLength(text)
    this.reserve(byteLength)
    // What has one byte for each character need not be encoded.
    this.#bytes.write(text, this.#length, byteLength === text.length ? 'latin1' : 'utf8')
    this.#length += byteLength
  }

  // What follows goes byte by byte, as pieces of a line are too short for the price of a call of the runtime's. Room has to be
  // reserved: a byte without it is lost.

  bytes(from: Uint8Array): void {
    const to = this.#bytes
    const at = this.#length
    const { length } = from
    for (let i = 0; i < length; i++) to[at + i] = from[i]!
    this.#length = at + length
  }

  /** A whole number, not negative. */
  digits(number: number): void {
    let count = 1
    for (let bound = 10; number >= bound; bound *= 10) count++
    let rest = number
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const shorter = Math.floor(rest / 10)
      this.#bytes[at] = ZERO + rest - shorter * 10
      rest = shorter
    }
    this.#length += count
  }

  /** Bytes `begin` to `end`. @returns false, and nothing is appended, when one of them would have to be escaped */
  plain(from: Uint8Array, begin: number, end: number): boolean {
    const to = this.#bytes
    const shift = this.#length - begin
    for (let i = begin; i < end; i++) {
      const byte = from[i]!
      if (PLAIN[byte] !== 1) return false
      to[shift + i] = byte
    }
    this.#length = shift + end
    return true
  }

  /** As `plain`, of a short text. */
  plainText(text: string): boolean {
    const to = this.#bytes
    const at = this.#length
    const { length } = text
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (PLAIN[code] !== 1) return false
      to[at + i] = code
    }
    this.#length = at + length
    return true
  }
}
