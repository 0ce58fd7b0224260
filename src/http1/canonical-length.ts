import { DIGIT, ZERO } from './characters.ts'

/** A number keeps as many exactly. */
const DIGITS_MAX = 15

/** The length that the value of a `Content-Length` says in the one form in which it is written here; NaN for everything else. */
export function canonicalContentLength(bytes: Buffer, begin: number, end: number): number {
  const digits = end - begin
  if (digits === 0 || digits > DIGITS_MAX || (digits > 1 && bytes[begin] === ZERO)) return Number.NaN
  let length = 0
  for (let i = begin; i < end; i++) {
    if (DIGIT[bytes[i]!] !== 1) return Number.NaN
    length = length * 10 + bytes[i]! - ZERO
  }
  return length
}
