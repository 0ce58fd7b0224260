/** What a cache key was made of. */
export interface ReadKey {
  /** `any`: http and https share the key. */
  readonly scheme: 'http' | 'https' | 'any'
  readonly authority: string
  /** Path and query, as far as the query is part of the key. */
  readonly target: string
  /** Values of cookies and fields that are part of the key, as they stand in it; empty without any. */
  readonly extras: string
}

const START = /^(https?|any):(\d{1,5}):/
const LONG_TARGET = /^\+(\d{1,7}):/

/** Reads a key of `compileKey`. @returns undefined for what is none */
export function readKey(key: string): ReadKey | undefined {
  const start = START.exec(key)
  if (start === null) return undefined
  const [prefix, scheme, length] = start
  const authorityEnd = prefix.length + Number(length)
  if (key[authorityEnd] !== ':') return undefined
  const authority = key.slice(prefix.length, authorityEnd)
  const rest = key.slice(authorityEnd + 1)
  const long = LONG_TARGET.exec(rest)
  const targetEnd = long === null ? rest.length : long[0].length + Number(long[1])
  return {
    // The expression allows nothing else.
    scheme: scheme as ReadKey['scheme'],
    authority,
    target: rest.slice(long === null ? 0 : long[0].length, targetEnd),
    extras: rest.slice(targetEnd),
  }
}

/** The URL for people; a key of both schemes is written as http. */
export function urlOfKey({ scheme, authority, target }: ReadKey): string {
  return `${scheme === 'https' ? 'https' : 'http'}://${authority}${target}`
}
