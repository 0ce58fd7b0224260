/**
 * Finds a word of a fixed set in bytes without making a string.
 *
 * Field names repeat endlessly. A call into the runtime that makes a new string costs about 100 ns, and every table
 * that is asked for the new string has to hash it again; a known word comes back as the one string that exists already.
 */
class KnownWords {
  readonly #words: readonly string[]
  /** The bytes of all words, one behind the other, and where each begins: comparing numbers is quicker than characters. */
  readonly #bytes: Uint8Array
  readonly #begins: Uint16Array
  /** Asked of strings of several kinds, as these are, `length` is a call of the runtime's. */
  readonly #lengths: Uint8Array
  /** The first word of each slot; the others follow in `#next`. */
  readonly #first = new Int16Array(SLOTS).fill(NONE)
  readonly #next: Int16Array

  constructor(words: Iterable<string>) {
    this.#words = [...new Set(words)]
    this.#bytes = Buffer.from(this.#words.join(''), 'latin1')
    this.#begins = new Uint16Array(this.#words.length)
    this.#lengths = Uint8Array.from(this.#words, ({ length }) => length)
    this.#next = new Int16Array(this.#words.length).fill(NONE)
    let begin = 0
    for (const [index, word] of this.#words.entries()) {
      this.#begins[index] = begin
      begin += word.length
      const slot = slotOf(word.length, word.charCodeAt(0), word.charCodeAt(word.length - 1))
      this.#next[index] = this.#first[slot]!
      this.#first[slot] = index
    }
  }

  /** @returns the word that the bytes from `start` to `end` spell exactly, or undefined */
  find(bytes: Buffer, start: number, end: number): string | undefined {
    if (end <= start) return undefined
    let index = this.#first[slotOf(end - start, bytes[start]!, bytes[end - 1]!)]!
    while (index !== NONE && !this.#spells(index, bytes, start, end)) index = this.#next[index]!
    return index === NONE ? undefined : this.#words[index]
  }

  #spells(index: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.#lengths[index] !== end - start) return false
    const words = this.#bytes
    let at = this.#begins[index]!
    for (let i = start; i < end; i++) if (words[at++] !== bytes[i]) return false
    return true
  }
}

const SLOTS = 1024
const NONE = -1

function slotOf(length: number, first: number, last: number): number {
  return (length * 31 + first * 7 + last * 37) & (SLOTS - 1)
}

/** Methods as they are registered, and the two of purge requests: case matters (RFC 9110 §9.1). */
export const KNOWN_METHODS = new KnownWords(
  'GET HEAD POST PUT DELETE OPTIONS PATCH QUERY TRACE CONNECT PURGE BAN'.split(' '),
)

const NAMES = [
  'Host Connection User-Agent Accept Accept-Encoding Accept-Language Cookie Referer Origin Cache-Control Pragma DNT',
  'Priority Upgrade-Insecure-Requests Sec-Fetch-Site Sec-Fetch-Mode Sec-Fetch-User Sec-Fetch-Dest Sec-GPC Sec-CH-UA',
  'Sec-CH-UA-Mobile Sec-CH-UA-Platform If-None-Match If-Modified-Since If-Match If-Unmodified-Since If-Range Range',
  'Authorization Content-Type Content-Length Transfer-Encoding TE Trailer Upgrade Expect Via Forwarded Keep-Alive',
  'X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Real-IP X-Requested-With X-Request-ID Proxy-Connection',
  'Date Server Last-Modified ETag Expires Age Vary Location Set-Cookie Link Content-Encoding Content-Language',
  'Content-Disposition Content-Range Accept-Ranges Alt-Svc Retry-After Strict-Transport-Security',
  'Content-Security-Policy X-Content-Type-Options X-Frame-Options X-XSS-Protection Referrer-Policy',
  'Permissions-Policy Access-Control-Allow-Origin Server-Timing X-Powered-By X-Cache Surrogate-Control',
  'Surrogate-Key Cache-Tag CDN-Cache-Control Cache-Status',
].flatMap((names) => names.split(' '))

/** In lower case. */
export const KNOWN_FIELD_NAMES: readonly string[] = NAMES.map((name) => name.toLowerCase())

/** Field names in the two spellings that are common on the wire: `Accept-Encoding` and `accept-encoding`. */
export const KNOWN_NAMES = new KnownWords(NAMES.flatMap((name) => [name, name.toLowerCase()]))
