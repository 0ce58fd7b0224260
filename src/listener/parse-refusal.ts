import { type Refusal, refuse } from '../request/refusal.ts'

/** What llhttp found, in our words; the status where it is not 400. */
const FOUND: ReadonlyMap<string, readonly [reason: string, message: string, status?: number]> = new Map([
  ['HPE_HEADER_OVERFLOW', ['head-too-large', 'The header section is too large', 431]],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', ['chunk-extensions-too-large', 'The chunk extensions are too large', 413]],
  ['HPE_INVALID_VERSION', ['unsupported-version', 'This HTTP version is not supported', 505]],
  ['HPE_INVALID_URL', ['bad-target', 'The request target has a byte that is not allowed']],
  ['HPE_INVALID_HEADER_TOKEN', ['bad-field', 'A header field is malformed']],
  ['HPE_LF_EXPECTED', ['bad-line-end', 'A line does not end in CRLF']],
  ['HPE_CR_EXPECTED', ['bad-line-end', 'A line does not end in CRLF']],
  ['HPE_INVALID_CONTENT_LENGTH', ['bad-length', 'Content-Length is not a number']],
  ['HPE_UNEXPECTED_CONTENT_LENGTH', ['unexpected-length', 'Content-Length is repeated or beside Transfer-Encoding']],
  ['HPE_INVALID_TRANSFER_ENCODING', ['bad-coding', 'Transfer-Encoding is not one single "chunked"']],
  ['HPE_INVALID_CHUNK_SIZE', ['bad-chunk-size', 'A chunk size is malformed']],
])

/** A token and a space: a request line whose method node:http does not know (RFC 9110 §15.6.2), not mere rubbish. */
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ /

/**
 * The answer to an error of node:http's parser.
 *
 * @returns undefined when there is nobody to answer: the connection broke, or ended in the middle of a message
 */
export function parseRefusal(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): Refusal | undefined {
  const code = error.code ?? ''
  if (!code.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return undefined
  if (code === 'HPE_INVALID_METHOD' && METHOD.test(error.rawPacket?.toString('latin1', 0, 64) ?? '')) {
    return refuse(501, 'unknown-method', 'This method is not implemented')
  }
  const [reason, message, status = 400] = FOUND.get(code) ?? ['bad-request', 'The request is malformed']
  return refuse(status, reason, message)
}
