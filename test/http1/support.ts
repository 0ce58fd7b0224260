import assert from 'node:assert/strict'
import type { RawFields } from '../../src/http/fields.ts'
import { BodyDecoder, type BodyLimits } from '../../src/http1/body-decoder.ts'
import { type Framing, requestFraming, responseFraming } from '../../src/http1/framing.ts'
import {
  type HeadLimits,
  type HeadResult,
  type RequestHead,
  RequestHeadReader,
  type ResponseHead,
  ResponseHeadReader,
} from '../../src/http1/head.ts'

export const HEAD_LIMITS: HeadLimits = { headBytesMax: 65_536, fieldsMax: 100, targetBytesMax: 16_384 }
export const BODY_LIMITS: BodyLimits = { trailerBytesMax: 8_192, trailerFieldsMax: 20, extensionBytesMax: 16_384 }

/** One character a byte. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** The chunks of `bytes` cut at the given indices. */
export function cutAt(bytes: Buffer, indices: readonly number[]): Buffer[] {
  const cuts = [0, ...[...indices].sort((a, b) => a - b), bytes.length]
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end))
}

export function everyByte(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
}

/** A head's result with the number of bytes it took, whichever chunks it came in. */
export type ReadHead<Head> = HeadResult<Head> & { readonly bytesTaken?: number }

interface HeadReader<Head> {
  read(chunk: Buffer, start: number): HeadResult<Head>
}

export function readChunks<Head>(reader: HeadReader<Head>, chunks: readonly Buffer[]): ReadHead<Head> {
  let before = 0
  for (const chunk of chunks) {
    const result = reader.read(chunk, 0)
    if (result.kind === 'head') return { ...result, end: 0, bytesTaken: before + result.end }
    if (result.kind === 'refused') return result
    before += chunk.length
  }
  return { kind: 'incomplete' }
}

export function readRequest(text: string, limits: Partial<HeadLimits> = {}): ReadHead<RequestHead> {
  return readChunks(new RequestHeadReader({ ...HEAD_LIMITS, ...limits }), [latin1(text)])
}

export function readResponse(text: string, limits: Partial<HeadLimits> = {}): ReadHead<ResponseHead> {
  return readChunks(new ResponseHeadReader({ ...HEAD_LIMITS, ...limits }), [latin1(text)])
}

export function requestHead(text: string): RequestHead {
  const result = readRequest(text)
  assert.equal(result.kind, 'head', JSON.stringify(result))
  return (result as { head: RequestHead }).head
}

export function responseHead(text: string): ResponseHead {
  const result = readResponse(text)
  assert.equal(result.kind, 'head', JSON.stringify(result))
  return (result as { head: ResponseHead }).head
}

/** What became of a body: its bytes, and how it ended. */
export interface Decoded {
  readonly data: string
  readonly pieces: number
  readonly outcome: 'open' | 'end' | 'refused'
  readonly reason: string | undefined
  readonly trailers: RawFields
  /** 0 when it was refused: nothing is read on from there. */
  readonly bytesTaken: number
}

export function decode(
  framing: Framing,
  chunks: readonly Buffer[],
  { limits = {}, fin = false }: { readonly limits?: Partial<BodyLimits>; readonly fin?: boolean } = {},
): Decoded {
  const decoder = new BodyDecoder(framing, { ...BODY_LIMITS, ...limits })
  const pieces: Buffer[] = []
  let outcome: Decoded['outcome'] = 'open'
  let reason: string | undefined
  let trailers: RawFields = []
  const sink = {
    data(bytes: Buffer) {
      assert.equal(outcome, 'open')
      assert.ok(bytes.length > 0)
      pieces.push(bytes)
    },
    end(fields: RawFields) {
      assert.equal(outcome, 'open')
      outcome = 'end'
      trailers = fields
    },
    refused(word: string) {
      assert.equal(outcome, 'open')
      outcome = 'refused'
      reason = word
    },
  }
  let bytesTaken = 0
  for (const chunk of chunks.length === 0 ? [Buffer.alloc(0)] : chunks) {
    bytesTaken += decoder.decode(chunk, 0, sink)
  }
  if (fin) decoder.finish(sink)
  assert.equal(decoder.done, outcome !== 'open')
  return {
    data: Buffer.concat(pieces).toString('latin1'),
    pieces: pieces.length,
    outcome,
    reason,
    trailers,
    bytesTaken: reason === undefined ? bytesTaken : 0,
  }
}

/** A whole message as the codec reads it, comparable between splits and parsers. */
export type ReadMessage<Head> =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'message'
      readonly head: Head
      readonly framing: Framing['kind']
      readonly body: Decoded
      readonly bytesTaken: number
    }

export function readRequestMessage(chunks: readonly Buffer[]): ReadMessage<RequestHead> {
  return readMessage(new RequestHeadReader(HEAD_LIMITS), chunks, requestFraming)
}

export function readResponseMessage(chunks: readonly Buffer[], method = 'GET'): ReadMessage<ResponseHead> {
  return readMessage(new ResponseHeadReader(HEAD_LIMITS), chunks, (head) => responseFraming(head, method))
}

function readMessage<Head>(
  reader: HeadReader<Head>,
  chunks: readonly Buffer[],
  framingOf: (head: Head) => ReturnType<typeof requestFraming>,
): ReadMessage<Head> {
  for (let i = 0; i < chunks.length; i++) {
    const result = reader.read(chunks[i]!, 0)
    if (result.kind === 'incomplete') continue
    if (result.kind === 'refused') return { kind: 'refused', reason: result.reason }
    const framing = framingOf(result.head)
    if (framing.kind === 'refused') return { kind: 'refused', reason: framing.reason }
    const rest = [chunks[i]!.subarray(result.end), ...chunks.slice(i + 1)]
    const body = decode(framing, rest, { fin: framing.kind === 'until-close' })
    if (body.outcome === 'refused') return { kind: 'refused', reason: String(body.reason) }
    if (body.outcome === 'open') return { kind: 'incomplete' }
    const headBytes = chunks.slice(0, i).reduce((sum, chunk) => sum + chunk.length, result.end)
    const bytesTaken = headBytes + body.bytesTaken
    return {
      kind: 'message',
      head: result.head,
      framing: framing.kind,
      body: { ...body, pieces: 0, bytesTaken: 0 },
      bytesTaken,
    }
  }
  return { kind: 'incomplete' }
}

/** A request head with this line in its field section. */
export const withField = (line: string): string => `GET /p/a HTTP/1.1\r\nHost: h\r\n${line}\r\n\r\n`

/** Asserts that the bytes are refused with this reason and status. */
export function refusesRequest(text: string, reason: string, status = 400, limits = {}): void {
  const result = readRequest(text, limits)
  assert.equal(result.kind, 'refused', JSON.stringify(result))
  if (result.kind === 'refused') assert.deepEqual([result.reason, result.status], [reason, status])
}
