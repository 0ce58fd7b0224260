/** Bytes that have a meaning of their own in HTTP/1.1. */
export const TAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
export const DOUBLE_QUOTE = 0x22
export const ASTERISK = 0x2a
export const DOT = 0x2e
export const SLASH = 0x2f
export const ZERO = 0x30
export const COLON = 0x3a
export const SEMICOLON = 0x3b
export const EQUALS = 0x3d
export const QUESTION_MARK = 0x3f
export const BACKSLASH = 0x5c

/** One entry for each byte: 1 where the byte belongs to the class. */
export type CharacterClass = Uint8Array

const DIGITS = '0123456789'
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** `token` of RFC 9110 §5.6.2: methods, field names, names of chunk extensions. */
export const TOKEN = classOf(`${DIGITS}${LETTERS}!#$%&'*+-.^_\`|~`)

/** `field-content` and what may stand in it (RFC 9110 §5.5): HTAB, SP, visible ASCII, obs-text. The same holds for a reason phrase. */
export const FIELD_VALUE = classOf('\t', [0x20, 0x7e], [0x80, 0xff])

/**
 * A request target: visible ASCII without `#`, which begins what a client must not send (RFC 9112 §3.2).
 * Bytes from 0x80 are refused: no form of target has them (RFC 3986 §2), llhttp refuses them too, and origins
 * differ in how they decode them, so a key made of them could stand for two resources.
 */
export const TARGET = classOf([0x21, 0x22], [0x24, 0x7e])

/** Scheme of an absolute-form target: letters alone, as llhttp has it; `http` and `https` are all that is served. */
export const SCHEME = classOf(LETTERS)

/** Host and port: unreserved, sub-delims, percent, colon, brackets (RFC 3986 §3.2). No `@`: see RFC 9110 §4.2.4. */
export const AUTHORITY = classOf(`${DIGITS}${LETTERS}-._~!$&'()*+,;=%:[]`)

export const DIGIT = classOf(DIGITS)

/** `qdtext` of a quoted string (RFC 9110 §5.6.4). */
export const QUOTED_TEXT = classOf('\t !', [0x23, 0x5b], [0x5d, 0x7e], [0x80, 0xff])

/** Value of a hexadecimal digit, -1 for every other byte. */
export const HEX_VALUE = hexValues()

/** @returns the first index from `at` whose byte is not in the class, or `to` */
export function skip(characters: CharacterClass, bytes: Buffer, at: number, to: number): number {
  let next = at
  while (next < to && characters[bytes[next]!] === 1) next++
  return next
}

function classOf(...parts: readonly (string | readonly [first: number, last: number])[]): CharacterClass {
  const characters = new Uint8Array(256)
  for (const part of parts) {
    if (typeof part === 'string') for (let i = 0; i < part.length; i++) characters[part.charCodeAt(i)] = 1
    else characters.fill(1, part[0], part[1] + 1)
  }
  return characters
}

function hexValues(): Int8Array {
  const values = new Int8Array(256).fill(-1)
  for (let digit = 0; digit < 16; digit++) {
    const hex = digit.toString(16)
    values[hex.charCodeAt(0)] = digit
    values[hex.toUpperCase().charCodeAt(0)] = digit
  }
  return values
}

/** From about so many on, comparing them by a call of the runtime's is quicker than here. */
const COMPARED_HERE_MAX = 64

/** Whether these bytes stand in others from `begin` on, the last of them before `to`. */
export function isAt(piece: Buffer, bytes: Buffer, begin: number, to: number): boolean {
  const end = begin + piece.length
  if (end > to) return false
  if (piece.length > COMPARED_HERE_MAX) return bytes.compare(piece, 0, piece.length, begin, end) === 0
  for (let i = 0; i < piece.length; i++) if (piece[i] !== bytes[begin + i]) return false
  return true
}

/** As a function: of a string's method V8 finds out anew for each character what kind of string it is of. */
const { charCodeAt } = String.prototype

/** Whether the bytes from `begin` are this latin1 text of `length` characters: strings are of many kinds, and slow to say their own. */
export function spells(text: string, length: number, bytes: Buffer, begin: number): boolean {
  // From the end: what differs, as the seconds of `Date`, mostly does so late.
  for (let i = length - 1; i >= 0; i--) if (charCodeAt.call(text, i) !== bytes[begin + i]) return false
  return true
}
