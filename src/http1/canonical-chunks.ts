import { CR, HEX_VALUE, LF, ZERO } from './characters.ts'

/** A chunk of more is none that is here as a whole. */
const SIZE_DIGITS_MAX = 8

/**
 * Reads a chunked body from index `begin` to `end`, all of it and no more, that is written as it would be here: sizes in lower case without leading zeros,
 * no extensions, no trailers (RFC 9112 §7.1).
 *
 * @returns the bytes of its data; NaN for everything else
 */
export function canonicalChunksLength(bytes: Buffer, begin: number, end: number): number {
  let length = 0
  let at = begin
  for (;;) {
    const digitsEnd = sizeEnd(bytes, at, end)
    const size = sizeOf(bytes, at, digitsEnd)
    const dataEnd = digitsEnd + LINE_END + size
    if (Number.isNaN(size) || dataEnd + LINE_END > end) return Number.NaN
    if (!isLineEnd(bytes, digitsEnd) || !isLineEnd(bytes, dataEnd)) return Number.NaN
    at = dataEnd + LINE_END
    if (size === 0) return at === end ? length : Number.NaN
    length += size
  }
}

const LINE_END = 2
const UPPER_A = 0x41
const UPPER_F = 0x46

function sizeEnd(bytes: Buffer, begin: number, end: number): number {
  let at = begin
  while (at < end && HEX_VALUE[bytes[at]!]! >= 0) at++
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
