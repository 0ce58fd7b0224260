import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isSameStored, type StoredResponse } from '../../../src/rfc9111/stored-response.ts'
import { PackedResponses } from '../../../src/tiers/memory/packed-responses.ts'
import { arbitraryStoredResponse } from '../arbitrary-stored-response.ts'

const usual = fc.constantFrom(
  ...['Date', 'Mon, 23 Nov 2026 03:10:00 GMT', 'Mon, 23 Nov 2026 03:10:60 GMT', 'Tue, 23 Nov 2026 03:10:00 GMT'],
  ...['no-cache', '', 'a', 'ab', 'é'.repeat(29), `Mon, 01 Jan 1500 00:00:00 GMT`, 'x'.repeat(300), 'Ā'.repeat(40)],
)

const variants = fc.array(
  fc.tuple(arbitraryStoredResponse, fc.array(usual, { maxLength: 12 })).map(
    ([stored, texts]): StoredResponse => ({
      ...stored,
      fields: [...stored.fields, ...texts, ...texts.slice(0, texts.length % 2)],
      selecting: [...stored.selecting, ...texts.slice(0, 2).map((name) => ({ name, value: undefined }))],
    }),
  ),
  { minLength: 1, maxLength: 4 },
)

const KEY = Buffer.from('what they are stored under')

/** A copy of them without the key that they are packed behind. */
function packed(packing: PackedResponses, stored: readonly StoredResponse[]): Buffer | undefined {
  const content = packing.pack(stored, { bytes: Buffer.concat([KEY, Buffer.alloc(10)]), length: KEY.length })
  if (content === undefined) return undefined
  assert.ok(content.bytes.subarray(0, KEY.length).equals(KEY))
  return Buffer.from(content.bytes.subarray(KEY.length, content.length))
}

describe('packed stored responses', () => {
  it('say the same when they are unpacked, however many words were learned before', () => {
    const packing = new PackedResponses(64 * 1024)
    fc.assert(
      fc.property(variants, (stored) => {
        const bytes = packed(packing, stored)!
        const unpacked = packing.unpack(bytes, true)
        // Nobody who holds one notices that its place is used again.
        bytes.fill(0xff)
        assert.deepEqual(unpacked, stored)
        assert.ok(unpacked.every((one, i) => isSameStored(one, stored[i]!)))
        for (const { body } of unpacked) assert.equal(body.buffer.byteLength, body.length)
      }),
      { numRuns: 300 },
    )
  })

  it('have room for all of the largest numbers', () => {
    const packing = new PackedResponses(64 * 1024)
    const largest = fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, 2 ** 51, 2 ** 51 - 1, -1, -0, 0.5, 0)
    fc.assert(
      fc.property(arbitraryStoredResponse, largest, largest, (stored, some, other) => {
        const one: StoredResponse = {
          ...stored,
          ...{ status: some, requestTimeMs: other, responseTimeMs: some, dateMs: other, ageFieldSeconds: some },
          lifetime: { ...stored.lifetime, seconds: other },
          range: { first: some, last: other, completeLength: some },
          directives: {
            ...stored.directives,
            ...{ maxAgeSeconds: some, sMaxageSeconds: other },
            ...{ staleWhileRevalidateSeconds: some, staleIfErrorSeconds: other },
          },
        }
        const twelve = Array.from({ length: 12 }, () => one)
        assert.deepEqual(packing.unpack(packed(packing, twelve)!, false), twelve)
      }),
    )
  })

  it('are left as they are above the largest size, and never take more', () => {
    fc.assert(
      fc.property(variants, fc.integer({ min: 100, max: 4000 }), (stored, bytesMax) => {
        const bytes = packed(new PackedResponses(bytesMax), stored)
        if (bytes !== undefined) assert.ok(bytes.length <= bytesMax)
        else assert.ok(JSON.stringify(stored).length > bytesMax / 12)
      }),
    )
  })

  it('take little for what a site says with every page', () => {
    const packing = new PackedResponses(64 * 1024)
    const page = (i: number): StoredResponse => ({
      requestMethod: 'GET',
      status: 200,
      reason: 'OK',
      fields: [
        'Content-Type',
        'text/html; charset=utf-8',
        'Cache-Control',
        'public, max-age=3600',
        'ETag',
        `"page ${i}"`,
      ],
      body: Buffer.alloc(0),
      ...{ requestTimeMs: 1.79e12 + i, responseTimeMs: 1.79e12 + i, dateMs: 1.79e12, ageFieldSeconds: 0 },
      lifetime: { seconds: 3600, source: 'max-age' },
      directives: {
        ...{ noStore: false, noCache: false, noCacheFields: [], isPrivate: false, privateFields: [], isPublic: true },
        ...{
          mustRevalidate: false,
          proxyRevalidate: false,
          mustUnderstand: false,
          noTransform: false,
          immutable: false,
        },
        ...{ maxAgeSeconds: 3600, sMaxageSeconds: undefined },
        ...{ staleWhileRevalidateSeconds: undefined, staleIfErrorSeconds: undefined },
      },
      selecting: [],
      range: undefined,
      tags: [],
      invalidated: false,
    })
    const sizes = Array.from({ length: 10 }, (_, i) => packed(packing, [page(i)])!.length)
    assert.ok(sizes[9]! < 80 && sizes[9]! < sizes[0]! - 60, sizes.join(' '))
  })
})
