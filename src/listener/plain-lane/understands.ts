import { METHODS } from 'node:http'
import { SLASH } from '../../http1/characters.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import { bitsOf, FIELD, type RequestFields } from './request-fields.ts'

/**
 * What the plain lane makes of a request: it answers it; or does so if that takes memory alone; or leaves it, and the connection, to the full lane.
 */
export type Understanding = 'plain' | 'hit-only' | 'with-body' | 'other'

/** Methods that node:http reads; it refuses every other, which RFC 9110 §9.1 wants forwarded. */
const READ_BY_NODE: ReadonlySet<string> = new Set(METHODS)

const CHUNKED = Buffer.from('chunked', 'latin1')
const LENGTH = /^[0-9]{1,15}$/

const NOT_PLAIN = bitsOf([FIELD.upgrade, FIELD.expect])
const FRAMING = bitsOf([FIELD.contentLength, FIELD.transferEncoding])

export function understand(request: ScannedRequest, fields: RequestFields): Understanding {
  const { line, bytes } = request
  if (bytes[line.targetBegin] !== SLASH) return 'other'
  if (!fields.has(FIELD.host) || fields.isRepeated(FIELD.host) || fields.hasAny(NOT_PLAIN)) return 'other'
  const { method } = request
  const hasFraming = fields.hasAny(FRAMING)
  // A response that is not in memory can be of unknown length, and is another thing in HTTP/1.0.
  if (line.minorVersion === 0) return (method === 'GET' || method === 'HEAD') && !hasFraming ? 'hit-only' : 'other'
  if (method === 'GET' || method === 'HEAD') return hasFraming ? 'other' : 'plain'
  if (READ_BY_NODE.has(method)) return 'other'
  if (!hasFraming) return 'plain'
  return isPlainlyFramed(request, fields) ? 'with-body' : 'other'
}

/** By one length, or in chunks and nothing else. What is in doubt is for two parsers to judge. */
function isPlainlyFramed(request: ScannedRequest, fields: RequestFields): boolean {
  if (!fields.has(FIELD.transferEncoding)) return LENGTH.test(fields.value(FIELD.contentLength, request) ?? '')
  if (fields.has(FIELD.contentLength) || fields.isRepeated(FIELD.transferEncoding)) return false
  return request.valueIs(fields.place(FIELD.transferEncoding), CHUNKED)
}
