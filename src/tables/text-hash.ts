import { randomBytes } from 'node:crypto'

/** Secret, as strangers choose the texts: whoever knew it could make very many fall into one place of a table. */
const secret = randomBytes(8)
const SECRET_0 = secret.readInt32LE(0)
const SECRET_1 = secret.readInt32LE(4)

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT

/** Where a text is written to be hashed word by word: twice as fast as character by character. */
let words = new Int32Array(1024)
let bytes = Buffer.from(words.buffer)

/** Texts that were hashed last, each at the place of its length: the steps of one request ask for few, and those of the next often for the same. */
const PLACES = 64
const lastTexts: string[] = new Array(PLACES).fill('')
const lastHashes = new Int32Array(PLACES).fill(halfSipHash(''))

/**
 * HalfSipHash-1-3, made for tables whose keys are chosen by strangers (Aumasson, Bernstein: SipHash; Linux's `hsiphash`).
 * Of characters beyond latin1, which no message of HTTP has, only the lower byte counts.
 *
 * @returns an integer of 32 bits, with its sign; the same as long as the process runs
 */
export function hashOf(text: string): number {
  const place = text.length & (PLACES - 1)
  if (text === lastTexts[place]) return lastHashes[place]!
  const hash = halfSipHash(text)
  // Long ones would be held for long.
  if (text.length < PLACES * 4) {
    lastTexts[place] = text
    lastHashes[place] = hash
  }
  return hash
}

function halfSipHash(text: string): number {
  const length = write(text)
  const message = words
  const last = length >> 2
  let a = SECRET_0
  let b = SECRET_1
  let c = 0x6c796765 ^ SECRET_0
  let d = 0x74656462 ^ SECRET_1
  // The last word has what is left, and the length; behind it come the three rounds of the end.
  for (let i = 0; i <= last + 3; i++) {
    let word = 0
    if (i < last) word = message[i]!
    else if (i === last) word = (message[i]! & ~(-1 << ((length & 3) * 8))) | (length << 24)
    else if (i === last + 1) c ^= 0xff
    d ^= word
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
    a ^= word
  }
  return b ^ d
}

/** @returns how many bytes; there is at least one more */
function write(text: string): number {
  const length = bytes.write(text, 'latin1')
  if (length < bytes.length - WORD_BYTES) return length
  words = new Int32Array(Math.ceil(text.length / WORD_BYTES) + 2)
  bytes = Buffer.from(words.buffer)
  return bytes.write(text, 'latin1')
}
