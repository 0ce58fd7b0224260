/*
 * How variants are packed, for this process only:
 *
 *   number of variants
 *   of each: the head, then its body
 *
 * A count is 7 bits a byte, the lowest first, the highest bit set when more follow. A text is a count that says what
 * it is (TEXT_…) and 4 times its length, and its characters; a list is a count and that many.
 */

export const TEXT_WORD = 0
export const TEXT_LATIN1 = 1
export const TEXT_UTF16 = 2
/** An IMF-fixdate; seconds since the epoch instead of a length. */
export const TEXT_DATE = 3
export const DATE_LENGTH = 29

export const INVALIDATED = 1
export const RANGE = 2
export const COMPLETE_LENGTH = 4

/** Directives that are there or not, by bit; behind them a bit for each that has seconds. */
export const FLAGS = [
  'noStore',
  'noCache',
  'isPrivate',
  'isPublic',
  'mustRevalidate',
  'proxyRevalidate',
  'mustUnderstand',
  'noTransform',
  'immutable',
] as const

export const SECONDS = [
  'maxAgeSeconds',
  'sMaxageSeconds',
  'staleWhileRevalidateSeconds',
  'staleIfErrorSeconds',
] as const
