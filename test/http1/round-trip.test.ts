import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { RawFields } from '../../src/http/fields.ts'
import { RequestHeadReader, ResponseHeadReader } from '../../src/http1/head.ts'
import { CHUNK_END, chunkPrefix, lastChunk, writeRequestHead, writeResponseHead } from '../../src/http1/writer.ts'
import { cutAt, decode, HEAD_LIMITS, readChunks } from './support.ts'

const RUNS = { numRuns: 300, seed: 20_260_101 }

const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789']
const characters = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i))
const stringOf = (units: readonly string[], minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...units), minLength, maxLength })

const token = stringOf([...LETTERS, ..."!#$%&'*+-.^_`|~"], 1, 30)
const target = stringOf(
  characters(0x21, 0x7e).filter((character) => character !== '#'),
  0,
  200,
).map((rest) => `/${rest}`)
const phrase = stringOf(['\t', ...characters(0x20, 0x7e), ...characters(0x80, 0xff)], 0, 100)
/** As a reader gives it: without white space around. */
const value = phrase.map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''))
const rawFields: fc.Arbitrary<RawFields> = fc
  .array(fc.tuple(token, value), { maxLength: 30 })
  .map((fields) => fields.flat())
const cuts = fc.array(fc.nat(5000), { maxLength: 8 })

function cut(bytes: Buffer, indices: readonly number[]): Buffer[] {
  return cutAt(
    bytes,
    indices.map((index) => index % (bytes.length + 1)),
  )
}

describe('what is written is read back', () => {
  it('as the same request head', () => {
    fc.assert(
      fc.property(
        token.filter((method) => method !== 'CONNECT'),
        target,
        rawFields,
        cuts,
        (method, path, fields, indices) => {
          const bytes = Buffer.from(writeRequestHead({ method, target: path, fields }), 'latin1')
          const result = readChunks(new RequestHeadReader(HEAD_LIMITS), cut(bytes, indices))
          assert.ok(result.kind === 'head')
          assert.deepEqual(result.head, { method, target: path, minorVersion: 1, fields })
          assert.equal(result.bytesTaken, bytes.length)
        },
      ),
      RUNS,
    )
  })

  it('as the same response head', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), phrase, rawFields, cuts, (status, reason, fields, indices) => {
        const bytes = Buffer.from(writeResponseHead({ status, reason, fields }), 'latin1')
        const result = readChunks(new ResponseHeadReader(HEAD_LIMITS), cut(bytes, indices))
        assert.ok(result.kind === 'head')
        assert.deepEqual(result.head, { status, reason, minorVersion: 1, fields })
        assert.equal(result.bytesTaken, bytes.length)
      }),
      RUNS,
    )
  })

  it('as the same chunked body and trailers', () => {
    const data = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 20 })
    const trailers = fc
      .array(
        fc.tuple(
          token.map((name) => `X-${name}`),
          value,
        ),
        { maxLength: 5 },
      )
      .map((fields) => fields.flat())
    fc.assert(
      fc.property(data, trailers, cuts, (pieces, fields, indices) => {
        const bytes = Buffer.concat([
          ...pieces.flatMap((piece) => [chunkPrefix(piece.length), piece, CHUNK_END]),
          lastChunk(fields),
        ])
        const body = decode({ kind: 'chunked' }, cut(bytes, indices))
        assert.deepEqual([body.outcome, body.trailers, body.bytesTaken], ['end', fields, bytes.length])
        assert.equal(body.data, Buffer.concat(pieces).toString('latin1'))
      }),
      RUNS,
    )
  })
})
