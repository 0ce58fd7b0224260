import { randomUUID } from 'node:crypto'
import { filterFields, firstValue, type RawFields, withField, withoutField } from '../http/fields.ts'
import { type ByteRange, formatContentRange, formatUnsatisfiedRange } from '../http/range.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { answerRange, bytesOf } from '../rfc9111/partial.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'

export interface RangeResponse {
  readonly status: number
  readonly reason: string
  readonly fields: RawFields
  readonly body: Buffer
  readonly announcedLength: number
}

/**
 * The 206 or 416 that a stored response gives to a request with `Range` (RFC 9110 §14), undefined when it is answered whole.
 *
 * @param fields of the whole response, as they would be sent
 */
export function rangeResponse(
  request: ProxyRequest,
  stored: StoredResponse,
  fields: RawFields,
): RangeResponse | undefined {
  const answer = answerRange(stored, request)
  switch (answer.kind) {
    case 'whole':
    case 'not-held':
      return undefined
    case 'unsatisfiable':
      return unsatisfied(fields, answer.completeLength)
    case 'parts': {
      const { ranges, completeLength } = answer
      const only = ranges.length === 1 ? ranges[0] : undefined
      if (only === undefined) return multipart(stored, fields, ranges, completeLength)
      const contentRange = formatContentRange({ ...only, completeLength })
      return response(206, withField(fields, 'Content-Range', contentRange), bytesOf(stored, only))
    }
  }
}

/** Several parts as `multipart/byteranges` (RFC 9110 §14.6): each with its own Content-Type and Content-Range. */
function multipart(
  stored: StoredResponse,
  fields: RawFields,
  ranges: readonly ByteRange[],
  completeLength: number | undefined,
): RangeResponse {
  const boundary = randomUUID()
  const type = firstValue(stored.fields, 'content-type')
  const pieces: Buffer[] = []
  for (const range of ranges) {
    const typeLine = type === undefined ? '' : `Content-Type: ${type}\r\n`
    const rangeLine = `Content-Range: ${formatContentRange({ ...range, completeLength })}\r\n`
    pieces.push(Buffer.from(`\r\n--${boundary}\r\n${typeLine}${rangeLine}\r\n`, 'latin1'), bytesOf(stored, range))
  }
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'))
  const whole = withField(
    withoutField(fields, 'content-range'),
    'Content-Type',
    `multipart/byteranges; boundary=${boundary}`,
  )
  return response(206, whole, Buffer.concat(pieces))
}

/** What describes and dates the representation does not describe its absence; caches further on must not keep this. */
const OF_THE_REPRESENTATION = new Set([
  'cache-control',
  'cdn-cache-control',
  'content-encoding',
  'content-type',
  'etag',
  'expires',
  'last-modified',
])

function unsatisfied(fields: RawFields, completeLength: number): RangeResponse {
  const kept = filterFields(fields, (name) => !OF_THE_REPRESENTATION.has(name))
  kept.push('Cache-Control', 'no-store')
  return response(416, withField(kept, 'Content-Range', formatUnsatisfiedRange(completeLength)), Buffer.alloc(0))
}

function response(status: number, fields: RawFields, body: Buffer): RangeResponse {
  return { status, reason: '', fields: withoutField(fields, 'content-length'), body, announcedLength: body.length }
}
