import { CR, HEX_VALUE, LF, ZERO } from './characters.ts'

/** A chunk of more is none that is here as a whole. */
const SIZE_DIGITS_MAX = 8

/**
 * Reads a chunked body that ends where the bytes end, and is written as it would be here: sizes in lower case without leading zeros,
 * no extensions, no trailers (RFC 9112 §7.1).
 *
 * @returns the bytes of its data; NaN for everything else
 */
export function canonicalChunksLength(bytes: Buffer, begin: number): number {
  let length = 0
  let at = begin
  for (;;) {
    const end = sizeEnd(bytes, at)
    const size = sizeOf(bytes, at, end)
    if (Number.isNaN(size) || !isLineEnd(bytes, end)) return Number.NaN
    const next = end + LINE_END + size
    if (!isLineEnd(bytes, next)) return Number.NaN
    at = next + LINE_END
    if (size === 0) return at === bytes.length ? length : Number.NaN
    length += size
  }
}

const LINE_END = 2
const UPPER_A = 0x41
const UPPER_F = 0x46

function sizeEnd(bytes: Buffer, begin: number): number {
  let at = begin
  while (at < bytes.length && HEX_VALUE[bytes[at]!]! >= 0) at++
  return at
}

function sizeOf(bytes: Buffer, begin: number, end: number): number {
  const digits = end - begin
  if (digits === 0 || digits > SIZE_DIGITS_MAX || (digits > 1 && bytes[begin] === ZERO)) return Number.NaN
  let size = 0
  for (let i = begin; i < end; i++) {
    const byte = bytes[i]!
    if (byte >= UPPER_A && byte <= UPPER_F) return Number.NaN
    size = size * 16 + HEX_VALUE[byte]!
  }
  return size
}

function isLineEnd(bytes: Buffer, at: number): boolean {
  return bytes[at] === CR && bytes[at + 1] === LF
}
