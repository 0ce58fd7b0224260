import { randomBytes } from 'node:crypto'

/** Secret, as strangers choose the texts: whoever knew it could make very many fall into one place of a table. */
const secret = randomBytes(8)
const SECRET_0 = secret.readInt32LE(0)
const SECRET_1 = secret.readInt32LE(4)

/** Of a character that is one byte; a text with another is hashed by two bytes of each. */
const ONE_BYTE_MAX = 0xff

let lastText = ''
let lastHash = halfSipHash(lastText)

/**
 * HalfSipHash-1-3, made for tables whose keys are chosen by strangers (Aumasson, Bernstein: SipHash; Linux's `hsiphash`).
 *
 * @returns an integer of 32 bits, with its sign; the same as long as the process runs
 */
export function hashOf(text: string): number {
  // The steps of one request ask for the same.
  if (text === lastText) return lastHash
  lastHash = halfSipHash(text)
  lastText = text
  return lastHash
}

function halfSipHash(text: string): number {
  let a = SECRET_0
  let b = SECRET_1
  let c = 0x6c796765 ^ SECRET_0
  let d = 0x74656462 ^ SECRET_1
  const { length } = text
  const words = (length >> 2) + 1
  let seen = 0
  // The last word has what is left, and the length; behind it come the three rounds of the end.
  for (let word = 0; word < words + 3; word++) {
    const at = word * 4
    let message = 0
    if (word < words - 1) {
      const first = text.charCodeAt(at)
      const second = text.charCodeAt(at + 1)
      const third = text.charCodeAt(at + 2)
      const fourth = text.charCodeAt(at + 3)
      seen |= first | second | third | fourth
      message = first | (second << 8) | (third << 16) | (fourth << 24)
    } else if (word === words - 1) {
      message = length << 24
      for (let i = 0; i < (length & 3); i++) {
        const code = text.charCodeAt(at + i)
        seen |= code
        message |= code << (8 * i)
      }
    } else if (word === words) {
      c ^= 0xff
    }
    d ^= message
    a = (a + b) | 0
    b = ((b << 5) | (b >>> 27)) ^ a
    a = (a << 16) | (a >>> 16)
    c = (c + d) | 0
    d = ((d << 8) | (d >>> 24)) ^ c
    a = (a + d) | 0
    d = ((d << 7) | (d >>> 25)) ^ a
    c = (c + b) | 0
    b = ((b << 13) | (b >>> 19)) ^ c
    c = (c << 16) | (c >>> 16)
    a ^= message
  }
  return seen > ONE_BYTE_MAX ? halfSipHash(Buffer.from(text, 'utf16le').toString('latin1')) : b ^ d
}
