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

export const INVALIDATED = 1
export const RANGE = 2
export const COMPLETE_LENGTH = 4

/** Directives that are there or not. */
export const FLAGS = {
  noStore: 1,
  noCache: 2,
  isPrivate: 4,
  isPublic: 8,
  mustRevalidate: 16,
  proxyRevalidate: 32,
  mustUnderstand: 64,
  noTransform: 128,
  immutable: 256,
} as const

/** Directives with seconds, which follow in this order, of those that are there. */
export const SECONDS = {
  maxAgeSeconds: 512,
  sMaxageSeconds: 1024,
  staleWhileRevalidateSeconds: 2048,
  staleIfErrorSeconds: 4096,
} as const
