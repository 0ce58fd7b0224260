import { hasField } from '../../http/fields.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import { COPIED_BODY_BYTES_MAX, type Wire } from '../../respond/prepared-response.ts'
import { frameResponse } from '../response-framing.ts'
import { responseHead } from './response-head.ts'

/** The bytes of a response that is whole in memory, for a connection that is kept. */
export function wireOf(response: ProxyResponse, method: string, nowMs: number): Wire {
  const framed = frameResponse(response, { method, version: '1.1', closes: false })
  const hasDate = hasField(framed.fields, 'date')
  const head = responseHead(response, framed, nowMs)
  const body = Buffer.isBuffer(framed.body) ? framed.body : undefined
  const isCopied = body !== undefined && body.length <= COPIED_BODY_BYTES_MAX
  // Exactly its own memory: it is kept for a while.
  const bytes = Buffer.allocUnsafeSlow(head.length + (isCopied ? body.length : 0))
  bytes.write(head, 'latin1')
  if (isCopied) body.copy(bytes, head.length)
  return {
    bytes,
    body: isCopied ? undefined : body,
    bodyBytes: body?.length ?? 0,
    untilMs: hasDate ? Number.POSITIVE_INFINITY : Math.floor(nowMs / 1000 + 1) * 1000,
  }
}
