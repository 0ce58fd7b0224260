import { ProxyError } from '../errors.ts'
import type { RawFields } from '../http/fields.ts'

export { reasonPhrase } from './reason-phrases.ts'

export interface RequestHeadParts {
  readonly method: string
  readonly target: string
  readonly fields: RawFields
}

export interface ResponseHeadParts {
  /** 100 to 599. */
  readonly status: number
  readonly reason: string
  readonly fields: RawFields
}

/** What follows the data of a chunk. */
export const CHUNK_END = Buffer.from('\r\n', 'latin1')

const LAST_CHUNK = Buffer.from('0\r\n\r\n', 'latin1')

/**
 * The head of a request in wire form, with the empty line: latin1 text, one character a byte.
 *
 * @throws ProxyError INTERNAL for anything that another parser could take for more or less than it is: a byte that does not
 *   belong where it stands, never only CR, LF and NUL
 */
export function writeRequestHead({ method, target, fields }: RequestHeadParts): string {
  return requestHeadWith(method, target, fieldLines(fields))
}

/** The same of field lines that are written already. @param lines of `fieldLines`, and those that a reader accepted */
export function requestHeadWith(method: string, target: string, lines: string): string {
  if (method === '' || target === '') throw unwritable('request', 'an empty method or target')
  check(method, NOT_TOKEN, 'method')
  check(target, NOT_TARGET, 'target')
  return `${method} ${target} HTTP/1.1${lines}\r\n\r\n`
}

/**
 * The head of a response in wire form, with the empty line: latin1 text, one character a byte.
 *
 * @throws ProxyError INTERNAL as `writeRequestHead` does
 */
export function writeResponseHead({ status, reason, fields }: ResponseHeadParts): string {
  if (!Number.isInteger(status) || status < 100 || status > 599) throw unwritable('response', `status ${status}`)
  check(reason, NOT_FIELD_VALUE, 'reason phrase')
  return `HTTP/1.1 ${status} ${reason}${fieldLines(fields)}\r\n\r\n`
}

/** The line before a chunk of `size` bytes. A chunk of none would end the body, so it is refused. */
export function chunkPrefix(size: number): Buffer {
  if (!Number.isSafeInteger(size) || size <= 0) throw unwritable('chunk', `size ${size}`)
  return Buffer.from(`${size.toString(16)}\r\n`, 'latin1')
}

/** The end of a chunked body: last chunk, trailer section and empty line. */
export function lastChunk(trailers: RawFields): Buffer {
  if (trailers.length === 0) return LAST_CHUNK
  return Buffer.from(`0${fieldLines(trailers)}\r\n\r\n`, 'latin1')
}

// Expressions, not the tables that read heads: most texts here are slices and joins of others, which the engine reads many
// times faster as a whole than character by character.
const NOT_TOKEN = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/
const NOT_TARGET = /[^!"$-~]/
const NOT_FIELD_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** Begins of lines by their names, which were found to be tokens: they repeat endlessly. */
const knownBegins = new Map<string, string>()
const KNOWN_BEGINS_MAX = 1_000

/**
 * Each line with the line end before it: two texts joined for a field, and not four.
 *
 * @throws ProxyError INTERNAL as `writeRequestHead` does
 */
export function fieldLines(fields: RawFields): string {
  if (fields.length % 2 !== 0) throw unwritable('fields', 'a name without a value')
  let lines = ''
  for (let i = 0; i < fields.length; i += 2) {
    const value = fields[i + 1]!
    check(value, NOT_FIELD_VALUE, 'field value')
    lines += knownBegins.get(fields[i]!) ?? beginOf(fields[i]!)
    lines += value
  }
  return lines
}

function beginOf(name: string): string {
  if (name === '') throw unwritable('field', 'an empty name')
  check(name, NOT_TOKEN, 'field name')
  const begin = `\r\n${name}: `
  if (knownBegins.size < KNOWN_BEGINS_MAX && name.length <= 64) knownBegins.set(name, begin)
  return begin
}

function check(text: string, forbidden: RegExp, what: string): void {
  if (!forbidden.test(text)) return
  const at = text.search(forbidden)
  throw unwritable(what, `character ${text.charCodeAt(at)} at ${at}`)
}

/** The value itself stays out of the message: it may be a secret. */
function unwritable(what: string, found: string): ProxyError {
  return new ProxyError('INTERNAL', `Cannot write ${what}: ${found}`, { source: 'internal', status: 500 })
}
