import { hasField } from '../../http/fields.ts'
import { COPIED_BODY_BYTES_MAX, type PreparedResponse, type Wire } from '../../respond/prepared-response.ts'
import { type ConnectionOption, frameResponse } from '../response-framing.ts'
import { responseHead } from './response-head.ts'

/** The bytes of a response that is whole in memory, for a connection that is kept. */
export function wireOf({ response, isKept }: PreparedResponse, method: string, nowMs: number): Wire {
  const framed = frameResponse(response, { method, version: '1.1', closes: false })
  const hasDate = hasField(framed.fields, 'date')
  const head = responseHead(response, framed, nowMs)
  const body = Buffer.isBuffer(framed.body) ? framed.body : undefined
  const isCopied = body !== undefined && body.length <= COPIED_BODY_BYTES_MAX
  const length = head.length + (isCopied ? body.length : 0)
  // What is kept has memory of its own. To find and give back that of each response is a good part of a collection.
  const bytes = isKept ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length)
  bytes.write(head, 'latin1')
  if (isCopied) body.copy(bytes, head.length)
  return {
    bytes,
    headBytes: head.length,
    body: isCopied ? undefined : body,
    bodyBytes: body?.length ?? 0,
    untilMs: hasDate ? Number.POSITIVE_INFINITY : Math.floor(nowMs / 1000 + 1) * 1000,
  }
}

const CONNECTION_FIELDS = {
  close: Buffer.from('Connection: close\r\n'),
  'keep-alive': Buffer.from('Connection: keep-alive\r\n'),
}

/** The same, saying that of the connection. Most do not have to, so it is not kept. */
export function wireSaying(option: NonNullable<ConnectionOption>, wire: Wire): Wire {
  const field = CONNECTION_FIELDS[option]
  const at = wire.headBytes - LINE_END_BYTES
  const bytes = Buffer.allocUnsafe(wire.bytes.length + field.length)
  wire.bytes.copy(bytes, 0, 0, at)
  field.copy(bytes, at)
  wire.bytes.copy(bytes, at + field.length, at)
  return { ...wire, bytes, headBytes: wire.headBytes + field.length }
}

const LINE_END_BYTES = 2
