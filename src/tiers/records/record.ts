import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { exactBuffer } from '../../http/body.ts'
import type { StoredResponse } from '../../rfc9111/stored-response.ts'
import { MalformedMetadata, Positions, responseFromArray, responseToArray, type StoredHead } from './record-metadata.ts'

/*
 * What a remote tier keeps under one name (docs/decisions/record.md):
 *
 *    0  'BWR'            3   magic
 *    3  version          1
 *    4  kind             1   1 response, 2 variants
 *    5  flags            1   1 signed, 2 body in chunks
 *    6  zero             2
 *    8  metadata length  4   all numbers big-endian
 *   12  body length      4
 *   16  body crc32       4
 *   20  head crc32       4   of everything before and behind it, up to the body
 *   24  signed only: SHA-256 of the body (32), HMAC-SHA256 of the head with it (32)
 *    …  metadata, then the body unless it is in chunks
 */

const recordVersion = 1
/** Of one body. */
export const chunksMax = 1024
const MAGIC = 0x42575200
const FIXED_BYTES = 24
const DIGEST_BYTES = 32
const KIND_RESPONSE = 1
const KIND_VARIANTS = 2
const FLAG_SIGNED = 1
const FLAG_CHUNKED = 2

export interface RecordFormat {
  /** Whose records these are: those of another space are foreign, whatever names they were found under. */
  readonly space: string
  /** Records are signed with it, and unsigned ones refused; undefined: neither. */
  readonly secret: string | undefined
}

/** Where the body is when it is not behind the head: `count` pieces, named by a word that no other record has. */
export interface Chunks {
  readonly id: string
  readonly count: number
}

export interface ResponseRecord {
  readonly kind: 'response'
  readonly key: string
  readonly head: StoredHead
  /** How far the storing box had followed the log of invalidations when it asked the origin. */
  readonly position: string
  readonly storedAtMs: number
}

/** Stands under the name of a key whose responses vary: where to look for the variant of a request. */
export interface VariantsRecord {
  readonly kind: 'variants'
  readonly key: string
  /** Part of the names of all variants: a new one makes those before it unreachable. */
  readonly generation: string
  /** Selecting field names, lower case, sorted. */
  readonly names: readonly string[]
}

/** Why a value is a miss. */
export type Unusable =
  /** Of a newer or older program: left alone. */
  | 'version'
  /** Not what was written. */
  | 'corrupt'
  /** Whole, but of another key or space. */
  | 'foreign'
  /** Not signed with our secret, or signed when we have none. */
  | 'unsigned'

export type Decoded =
  | { readonly kind: 'response'; readonly record: ResponseRecord; readonly body: BodyPlace }
  | VariantsRecord
  | { readonly kind: 'unusable'; readonly why: Unusable }

/** The body's proof, and its bytes where they came with the head. */
export interface BodyPlace {
  readonly bytes: number
  readonly inline: Buffer | undefined
  readonly chunks: Chunks | undefined
  readonly crc: number
  /** Signed records only. */
  readonly digest: Buffer | undefined
}

/** @returns the head; the body follows it unless `chunks` says where else it is. Undefined: it cannot be written */
export function encodeResponse(
  format: RecordFormat,
  record: Omit<ResponseRecord, 'kind' | 'head'> & { readonly stored: StoredResponse; readonly chunks?: Chunks },
): Buffer | undefined {
  const { stored, chunks } = record
  const response = responseToArray(stored)
  if (response === undefined || !Number.isFinite(record.storedAtMs)) return undefined
  const place = chunks === undefined ? null : [chunks.id, chunks.count]
  const metadata = [format.space, record.key, record.position, record.storedAtMs, place, response]
  return sealed(format, { kind: KIND_RESPONSE, metadata, body: stored.body, isChunked: chunks !== undefined })
}

export function encodeVariants(format: RecordFormat, record: Omit<VariantsRecord, 'kind'>): Buffer {
  const metadata = [format.space, record.key, record.generation, record.names]
  return sealed(format, { kind: KIND_VARIANTS, metadata, body: Buffer.alloc(0), isChunked: false })
}

interface Content {
  readonly kind: number
  readonly metadata: readonly unknown[]
  readonly body: Buffer
  readonly isChunked: boolean
}

function sealed({ secret }: RecordFormat, { kind, metadata, body, isChunked }: Content): Buffer {
  const text = Buffer.from(JSON.stringify(metadata))
  const textAt = headBytes(secret !== undefined)
  const record = Buffer.alloc(textAt + text.length)
  record.writeUInt32BE(MAGIC + recordVersion, 0)
  record.writeUInt8(kind, 4)
  record.writeUInt8((secret === undefined ? 0 : FLAG_SIGNED) | (isChunked ? FLAG_CHUNKED : 0), 5)
  record.writeUInt32BE(text.length, 8)
  record.writeUInt32BE(body.length, 12)
  record.writeUInt32BE(crc32(body), 16)
  text.copy(record, textAt)
  if (secret !== undefined) {
    hash('sha256', body, 'buffer').copy(record, FIXED_BYTES)
    signatureOf(secret, record, textAt).copy(record, FIXED_BYTES + DIGEST_BYTES)
  }
  record.writeUInt32BE(headCrc(record), 20)
  return record
}

function headBytes(isSigned: boolean): number {
  return FIXED_BYTES + (isSigned ? 2 * DIGEST_BYTES : 0)
}

function headCrc(head: Buffer): number {
  return crc32(head.subarray(FIXED_BYTES), crc32(head.subarray(0, 20)))
}

/** Over all of the head but the checksum and the signature itself. */
function signatureOf(secret: string, head: Buffer, textAt: number): Buffer {
  const hmac = createHmac('sha256', secret)
  hmac.update(head.subarray(0, 20)).update(head.subarray(FIXED_BYTES, FIXED_BYTES + DIGEST_BYTES))
  return hmac.update(head.subarray(textAt)).digest()
}

/** What a value found under a name of `key` is. Never throws, whatever the bytes. */
export function decodeRecord(format: RecordFormat, key: string, value: Buffer): Decoded {
  if (value.length < FIXED_BYTES || value.readUIntBE(0, 3) !== MAGIC >>> 8) return unusable('corrupt')
  if (value.readUInt8(3) !== recordVersion) return unusable('version')
  const flags = value.readUInt8(5)
  const isSigned = (flags & FLAG_SIGNED) !== 0
  const isChunked = (flags & FLAG_CHUNKED) !== 0
  const textAt = headBytes(isSigned)
  const bodyAt = textAt + value.readUInt32BE(8)
  const bodyBytes = value.readUInt32BE(12)
  if (value.length !== bodyAt + (isChunked ? 0 : bodyBytes)) return unusable('corrupt')
  const head = value.subarray(0, bodyAt)
  if (headCrc(head) !== value.readUInt32BE(20)) return unusable('corrupt')
  if (!isTrusted(format, head, { isSigned, textAt })) return unusable('unsigned')
  const body: Omit<BodyPlace, 'chunks'> = {
    bytes: bodyBytes,
    inline: isChunked ? undefined : value.subarray(bodyAt),
    crc: value.readUInt32BE(16),
    digest: isSigned ? value.subarray(FIXED_BYTES, FIXED_BYTES + DIGEST_BYTES) : undefined,
  }
  try {
    return interpreted(format, key, { kind: value.readUInt8(4), text: head.toString('utf8', textAt), body })
  } catch (error) {
    // SyntaxError: not JSON. Both mean that the writer was not this version of this program.
    if (error instanceof MalformedMetadata || error instanceof SyntaxError) return unusable('corrupt')
    throw error
  }
}

function isTrusted(
  { secret }: RecordFormat,
  head: Buffer,
  { isSigned, textAt }: { readonly isSigned: boolean; readonly textAt: number },
): boolean {
  if (secret === undefined || !isSigned) return secret === undefined && !isSigned
  const signature = head.subarray(FIXED_BYTES + DIGEST_BYTES, FIXED_BYTES + 2 * DIGEST_BYTES)
  return timingSafeEqual(signatureOf(secret, head, textAt), signature)
}

function interpreted(
  format: RecordFormat,
  key: string,
  { kind, text, body }: { kind: number; text: string; body: Omit<BodyPlace, 'chunks'> },
): Decoded {
  const part = new Positions(JSON.parse(text), kind === KIND_VARIANTS ? 4 : 6)
  if (part.text() !== format.space || part.text() !== key) return unusable('foreign')
  if (kind === KIND_VARIANTS) return { kind: 'variants', key, generation: part.text(), names: part.texts() }
  if (kind !== KIND_RESPONSE) return unusable('corrupt')
  const position = part.text()
  const storedAtMs = part.number()
  const chunks = chunksFrom(part.next())
  if ((chunks === undefined) !== (body.inline !== undefined)) return unusable('corrupt')
  const head = responseFromArray(part.next())
  return { kind: 'response', record: { kind: 'response', key, head, position, storedAtMs }, body: { ...body, chunks } }
}

function chunksFrom(value: unknown): Chunks | undefined {
  if (value === null) return undefined
  const part = new Positions(value, 2)
  const id = part.text()
  const count = part.number()
  // Both become part of names that are asked for.
  if (!/^[0-9a-f]{1,32}$/.test(id) || !Number.isInteger(count) || count < 1 || count > chunksMax) {
    throw new MalformedMetadata()
  }
  return { id, count }
}

function unusable(why: Unusable): Decoded {
  return { kind: 'unusable', why }
}

/**
 * The body in memory of its own, proven to be what was stored.
 *
 * @param pieces the chunks in order, or the bytes that came behind the head
 * @returns undefined when it is not
 */
export function provenBody({ bytes, crc, digest }: BodyPlace, pieces: readonly Buffer[]): Buffer | undefined {
  if (pieces.reduce((sum, piece) => sum + piece.length, 0) !== bytes) return undefined
  const body = exactBuffer(pieces, bytes)
  if (crc32(body) !== crc) return undefined
  if (digest !== undefined && !timingSafeEqual(hash('sha256', body, 'buffer'), digest)) return undefined
  return body
}
