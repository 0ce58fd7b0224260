import { ProxyError } from '../errors.ts'
import type { RawFields } from '../http/fields.ts'
import { type CharacterClass, COLON, CR, FIELD_VALUE, LF, SP, TARGET, TOKEN } from './characters.ts'

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
const HTTP_1_1 = 'HTTP/1.1'
const CRLF_BYTES = 2
/** Colon, space and CRLF. */
const FIELD_LINE_EXTRA_BYTES = 4

/**
 * The head of a request in wire form, with the empty line.
 *
 * @throws ProxyError INTERNAL for anything that another parser could take for more or less than it is: a byte that does not
 *   belong where it stands, never only CR, LF and NUL
 */
export function writeRequestHead({ method, target, fields }: RequestHeadParts): Buffer {
  if (method === '' || target === '') throw unwritable('request', 'an empty method or target')
  const startLine = method.length + 1 + target.length + 1 + HTTP_1_1.length + CRLF_BYTES
  const head = new HeadBytes(startLine + fieldsLength(fields) + CRLF_BYTES)
  head.text(method, TOKEN, 'method')
  head.byte(SP)
  head.text(target, TARGET, 'target')
  head.byte(SP)
  head.text(HTTP_1_1, TARGET, 'version')
  head.lineEnd()
  head.fields(fields)
  return head.bytes
}

/**
 * The head of a response in wire form, with the empty line.
 *
 * @throws ProxyError INTERNAL as `writeRequestHead` does
 */
export function writeResponseHead({ status, reason, fields }: ResponseHeadParts): Buffer {
  if (!Number.isInteger(status) || status < 100 || status > 599) throw unwritable('response', `status ${status}`)
  const startLine = HTTP_1_1.length + 1 + 3 + 1 + reason.length + CRLF_BYTES
  const head = new HeadBytes(startLine + fieldsLength(fields) + CRLF_BYTES)
  head.text(HTTP_1_1, TARGET, 'version')
  head.byte(SP)
  head.text(String(status), TOKEN, 'status')
  head.byte(SP)
  head.text(reason, FIELD_VALUE, 'reason phrase')
  head.lineEnd()
  head.fields(fields)
  return head.bytes
}

/** The line before a chunk of `size` bytes. A chunk of none would end the body, so it is refused. */
export function chunkPrefix(size: number): Buffer {
  if (!Number.isSafeInteger(size) || size <= 0) throw unwritable('chunk', `size ${size}`)
  return Buffer.from(`${size.toString(16)}\r\n`, 'latin1')
}

/** The end of a chunked body: last chunk, trailer section and empty line. */
export function lastChunk(trailers: RawFields): Buffer {
  if (trailers.length === 0) return LAST_CHUNK
  const head = new HeadBytes(1 + CRLF_BYTES + fieldsLength(trailers) + CRLF_BYTES)
  head.text('0', TOKEN, 'chunk size')
  head.lineEnd()
  head.fields(trailers)
  return head.bytes
}

function fieldsLength(fields: RawFields): number {
  if (fields.length % 2 !== 0) throw unwritable('fields', 'a name without a value')
  let length = (fields.length / 2) * FIELD_LINE_EXTRA_BYTES
  for (let i = 0; i < fields.length; i++) length += fields[i]!.length
  return length
}

/**
 * A buffer of exactly the length needed, filled from the front. Each character is checked while it is written, as one pass
 * over the text is cheaper than a check and then a conversion.
 */
class HeadBytes {
  /** Mostly of a slab shared with others, as most heads are sent and forgotten: who stores one copies it. */
  readonly bytes: Buffer
  #at = 0

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafe(length)
  }

  byte(byte: number): void {
    this.bytes[this.#at++] = byte
  }

  lineEnd(): void {
    this.byte(CR)
    this.byte(LF)
  }

  text(text: string, allowed: CharacterClass, what: string): void {
    const bytes = this.bytes
    let at = this.#at
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      // Beyond latin1 the table has no entry, so such a character is refused as well.
      if (allowed[code] !== 1) throw unwritable(what, `character ${code} at ${i}`)
      bytes[at++] = code
    }
    this.#at = at
  }

  /** The field lines and the empty line. */
  fields(fields: RawFields): void {
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i]!
      if (name === '') throw unwritable('field', 'an empty name')
      this.text(name, TOKEN, 'field name')
      this.byte(COLON)
      this.byte(SP)
      this.text(fields[i + 1]!, FIELD_VALUE, 'field value')
      this.lineEnd()
    }
    this.lineEnd()
  }
}

/** The value itself stays out of the message: it may be a secret. */
function unwritable(what: string, found: string): ProxyError {
  return new ProxyError('INTERNAL', `Cannot write ${what}: ${found}`, { source: 'internal', status: 500 })
}
