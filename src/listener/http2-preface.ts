import { type Refusal, refuse } from '../request/refusal.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n')
const SETTINGS = 0x4
const GOAWAY = 0x7
/** RFC 9113 §7. */
const HTTP_1_1_REQUIRED = 0xd

export const HTTP2_REFUSED: Refusal = refuse(
  505,
  'http2',
  'HTTP/2 without TLS is not spoken here: use HTTP/1.1. gRPC needs HTTP/2 from end to end: connect to its server directly, or use gRPC-Web.',
)

/** Whether a connection begins as one of HTTP/2 by prior knowledge (RFC 9113 §3.3, §3.4), as those of gRPC do. */
export function isHttp2Preface(bytes: Buffer): boolean {
  return bytes.length >= PREFACE.length && bytes.compare(PREFACE, 0, PREFACE.length, 0, PREFACE.length) === 0
}

/** The refusal in HTTP/2's own words, so that its client can say what is wrong: a connection that only goes away again. */
export function http2Refusal(): Buffer {
  const text = Buffer.from(HTTP2_REFUSED.message)
  const reason = Buffer.alloc(8)
  reason.writeUInt32BE(HTTP_1_1_REQUIRED, 4)
  return Buffer.concat([frame(SETTINGS, Buffer.alloc(0)), frame(GOAWAY, Buffer.concat([reason, text]))])
}

/** RFC 9113 §4.1; of stream 0, without flags. */
function frame(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  return Buffer.concat([head, payload])
}
