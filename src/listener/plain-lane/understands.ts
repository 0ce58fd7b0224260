import { METHODS } from 'node:http'
import { SLASH } from '../../http1/characters.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import { bitsOf, FIELD, type RequestFields } from './request-fields.ts'

/**
 * What the plain lane makes of a request: it answers it, it answers it when it has the body of this length, or it leaves
 * it, and the connection, to the full lane.
 */
export type Understanding =
  | { readonly kind: 'plain' }
  | { readonly kind: 'with-body'; readonly length: number }
  | { readonly kind: 'other' }

const PLAIN: Understanding = { kind: 'plain' }
const OTHER: Understanding = { kind: 'other' }

/** Methods that node:http reads; it refuses every other, which RFC 9110 §9.1 wants forwarded. */
const READ_BY_NODE: ReadonlySet<string> = new Set(METHODS)

const LENGTH = /^[0-9]{1,9}$/

const NOT_PLAIN = bitsOf([FIELD.transferEncoding, FIELD.upgrade, FIELD.expect])

export function understand(request: ScannedRequest, fields: RequestFields): Understanding {
  const { line, bytes } = request
  if (line.minorVersion !== 1 || bytes[line.targetBegin] !== SLASH) return OTHER
  if (!fields.has(FIELD.host) || fields.isRepeated(FIELD.host) || fields.hasAny(NOT_PLAIN)) return OTHER
  const { method } = request
  if (method === 'GET' || method === 'HEAD') return fields.has(FIELD.contentLength) ? OTHER : PLAIN
  if (READ_BY_NODE.has(method)) return OTHER
  if (!fields.has(FIELD.contentLength)) return PLAIN
  const length = fields.value(FIELD.contentLength)
  return length !== undefined && LENGTH.test(length) ? { kind: 'with-body', length: Number(length) } : OTHER
}
