import { STATUS_CODES } from 'node:http'
import { formatHttpDate } from '../../http/date.ts'
import { hasField } from '../../http/fields.ts'
import { writeResponseHead } from '../../http1/writer.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import type { FramedResponse } from '../response-framing.ts'

/**
 * The head of a framed response, as latin1 text of exactly the bytes that node:http makes of it on the full lane: `Date` added where
 * there is none (RFC 9110 §6.6.1).
 *
 * @throws ProxyError INTERNAL for what cannot be written as a head
 */
export function responseHead(answer: ProxyResponse, framed: FramedResponse, nowMs: number): string {
  const { fields } = framed
  if (!hasField(fields, 'date')) fields.push('Date', formatHttpDate(nowMs))
  const reason = answer.reason === '' ? (STATUS_CODES[answer.status] ?? 'unknown') : answer.reason
  return writeResponseHead({ status: answer.status, reason, fields })
}
