import {
  BACKSLASH,
  CR,
  DOUBLE_QUOTE,
  EQUALS,
  FIELD_VALUE,
  HEX_VALUE,
  LF,
  QUOTED_TEXT,
  SEMICOLON,
  TOKEN,
} from './characters.ts'
import type { RefusalReason } from './refused.ts'

/** Where in the line the next byte stands. A `…_BEGIN` must be followed by one byte of its kind. */
const SIZE_BEGIN = 0
const SIZE = 1
const NAME_BEGIN = 2
const NAME = 3
const VALUE_BEGIN = 4
const VALUE = 5
const QUOTED = 6
const QUOTED_PAIR = 7
const AFTER_QUOTED = 8
const LINE_FEED = 9

/** 2^53 - 1 has 14 digits; a few leading zeros do no harm, an endless row of them is an attack. */
const DIGITS_MAX = 16

/**
 * The line before a chunk: `chunk-size [ chunk-ext ] CRLF` (RFC 9112 §7.1). Extensions are checked to the letter, so
 * that nothing hides in them, without the white space that recipients are asked to bear around `;` and `=`; then they are
 * dropped (§7.1.1). All of a message together may not exceed their limit: each costs work and brings no data.
 */
export class ChunkLine {
  readonly #extensionBytesMax: number
  #state = SIZE_BEGIN
  #digits = 0
  #extensionBytes = 0
  #size = 0
  #complete = false
  #problem: RefusalReason | undefined

  constructor(extensionBytesMax: number) {
    this.#extensionBytesMax = extensionBytesMax
  }

  get complete(): boolean {
    return this.#complete
  }

  get problem(): RefusalReason | undefined {
    return this.#problem
  }

  /** Bytes of data that follow, once complete; 0 for the last chunk. */
  get size(): number {
    return this.#size
  }

  /** Makes ready for the next line of the same message. */
  reset(): void {
    this.#state = SIZE_BEGIN
    this.#digits = 0
    this.#size = 0
    this.#complete = false
  }

  /** Reads bytes from `from` to `to`. @returns the index of the next byte to read */
  scan(bytes: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && !this.#complete) {
      const byte = bytes[at]!
      const problem = this.#state <= SIZE ? this.#sizeByte(byte) : this.#otherByte(byte)
      if (problem !== undefined) {
        this.#problem = problem
        return at
      }
      at++
    }
    return at
  }

  #sizeByte(byte: number): RefusalReason | undefined {
    const digit = HEX_VALUE[byte]!
    if (digit < 0) return this.#state === SIZE ? this.#afterPart(byte, 'bad-chunk-size') : 'bad-chunk-size'
    // Compared before it is multiplied: nothing is ever rounded or wraps around.
    if (++this.#digits > DIGITS_MAX || this.#size > (Number.MAX_SAFE_INTEGER - digit) / 16) return 'chunk-too-large'
    this.#size = this.#size * 16 + digit
    this.#state = SIZE
    return undefined
  }

  #otherByte(byte: number): RefusalReason | undefined {
    if (this.#state !== LINE_FEED) return this.#extensionByte(byte)
    if (byte !== LF) return 'bare-cr'
    this.#complete = true
    return undefined
  }

  #extensionByte(byte: number): RefusalReason | undefined {
    // The carriage return that may end the extension counts as well, which changes nothing.
    if (++this.#extensionBytes > this.#extensionBytesMax) return 'chunk-extensions-too-large'
    switch (this.#state) {
      case NAME_BEGIN:
        return this.#expect(TOKEN[byte] === 1, NAME)
      case NAME:
        if (TOKEN[byte] === 1) return undefined
        return byte === EQUALS ? this.#goOn(VALUE_BEGIN) : this.#afterPart(byte, 'bad-chunk-extension')
      case VALUE_BEGIN:
        return byte === DOUBLE_QUOTE ? this.#goOn(QUOTED) : this.#expect(TOKEN[byte] === 1, VALUE)
      case VALUE:
        return TOKEN[byte] === 1 ? undefined : this.#afterPart(byte, 'bad-chunk-extension')
      case QUOTED:
        if (byte === DOUBLE_QUOTE) return this.#goOn(AFTER_QUOTED)
        return byte === BACKSLASH ? this.#goOn(QUOTED_PAIR) : this.#expect(QUOTED_TEXT[byte] === 1, QUOTED)
      case QUOTED_PAIR:
        return this.#expect(FIELD_VALUE[byte] === 1, QUOTED)
      default:
        return this.#afterPart(byte, 'bad-chunk-extension')
    }
  }

  /** After a size, a name or a value: another extension, or the end of the line. */
  #afterPart(byte: number, otherwise: RefusalReason): RefusalReason | undefined {
    if (byte === CR) return this.#goOn(LINE_FEED)
    if (byte === SEMICOLON) return this.#goOn(NAME_BEGIN)
    return byte === LF ? 'bare-lf' : otherwise
  }

  #expect(isRight: boolean, next: number): RefusalReason | undefined {
    return isRight ? this.#goOn(next) : 'bad-chunk-extension'
  }

  #goOn(next: number): undefined {
    this.#state = next
    return undefined
  }
}
