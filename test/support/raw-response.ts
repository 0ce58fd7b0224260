import type { RawFields } from '../../src/http/fields.ts'
import type { ByteReader } from './byte-reader.ts'

/** A response head exactly as it was on the wire. */
export interface RawHead {
  readonly version: string
  readonly status: number
  readonly reason: string
  readonly fields: RawFields
}

/** A whole response as it was on the wire, framing taken off the body. */
export interface RawResponse extends RawHead {
  /** What arrived of the body; all of it unless `cut`. */
  readonly body: Buffer
  /** The body as UTF-8. */
  readonly text: string
  readonly trailers: RawFields
  /** The 1xx responses before it. */
  readonly interim: readonly RawHead[]
  /** The connection ended before the framing said that the body is complete, or was reset. */
  readonly cut: boolean
}

type RawBody = Pick<RawResponse, 'body' | 'trailers' | 'cut'>

/**
 * Reads one response with its body. Written apart from the program's codec on purpose: it is what judges it.
 *
 * @param method of the request: HEAD and CONNECT decide whether a body follows
 * @throws when the connection ends before the head is complete
 */
export async function readResponse(reader: ByteReader, method: string): Promise<RawResponse> {
  const interim: RawHead[] = []
  let head = await readHead(reader)
  while (head.status >= 100 && head.status < 200 && head.status !== 101) {
    interim.push(head)
    head = await readHead(reader)
  }
  const { body, trailers, cut } = await readBody(reader, head, method)
  return { ...head, body, text: body.toString('utf8'), trailers, interim, cut }
}

export async function readHead(reader: ByteReader): Promise<RawHead> {
  const statusLine = await reader.line()
  const match = /^HTTP\/(\d\.\d) (\d{3}) (.*)$/.exec(statusLine)
  if (match === null) throw new Error(`Not a status line: ${JSON.stringify(statusLine)}`)
  return { version: match[1]!, status: Number(match[2]), reason: match[3]!, fields: await readFields(reader) }
}

async function readFields(reader: ByteReader): Promise<string[]> {
  const fields: string[] = []
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`Not a field line: ${JSON.stringify(line)}`)
    fields.push(line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ''))
  }
  return fields
}

/** RFC 9112 §6.3: how long the body is. */
async function readBody(reader: ByteReader, head: RawHead, method: string): Promise<RawBody> {
  const bodiless = method === 'HEAD' || head.status === 101 || head.status === 204 || head.status === 304
  if (bodiless || (method === 'CONNECT' && head.status < 300))
    return { body: Buffer.alloc(0), trailers: [], cut: false }
  if (/chunked\s*$/i.test(value(head.fields, 'transfer-encoding') ?? '')) return readChunked(reader)
  const length = value(head.fields, 'content-length')
  if (length === undefined) {
    const { bytes } = await reader.upTo(Number.POSITIVE_INFINITY)
    return { body: bytes, trailers: [], cut: reader.wasReset }
  }
  const { bytes, complete } = await reader.upTo(Number(length))
  return { body: bytes, trailers: [], cut: !complete }
}

async function readChunked(reader: ByteReader): Promise<RawBody> {
  const chunks: Buffer[] = []
  const cut = (): RawBody => ({ body: Buffer.concat(chunks), trailers: [], cut: true })
  for (;;) {
    const sizeLine = await reader.lineOrEnd()
    if (sizeLine === undefined) return cut()
    const size = /^([0-9a-f]+)\s*(;.*)?$/i.exec(sizeLine)
    if (size === null) throw new Error(`Not a chunk size: ${JSON.stringify(sizeLine)}`)
    const length = Number.parseInt(size[1]!, 16)
    if (length === 0) break
    const { bytes, complete } = await reader.upTo(length)
    chunks.push(bytes)
    if (!complete) return cut()
    const end = await reader.lineOrEnd()
    if (end === undefined) return cut()
    if (end !== '') throw new Error(`Not the end of a chunk: ${JSON.stringify(end)}`)
  }
  try {
    return { body: Buffer.concat(chunks), trailers: await readFields(reader), cut: false }
  } catch (error) {
    if (reader.ended) return cut()
    throw error
  }
}

function value(fields: RawFields, lowerCaseName: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]!.toLowerCase() === lowerCaseName) return fields[i + 1]
  }
  return undefined
}
