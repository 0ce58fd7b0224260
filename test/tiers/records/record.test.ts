import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import type { StoredResponse } from '../../../src/rfc9111/stored-response.ts'
import {
  decodeRecord,
  encodeResponse,
  encodeVariants,
  provenBody,
  type RecordFormat,
} from '../../../src/tiers/records/record.ts'
import { arbitraryKey, arbitraryStoredResponse } from '../arbitrary-stored-response.ts'
import { stored } from '../tier-fixtures.ts'

const plain: RecordFormat = { space: 'test', secret: undefined }
const signed: RecordFormat = { space: 'test', secret: 'a secret' }
const arbitraryFormat = fc.constantFrom(plain, signed)

function encoded(format: RecordFormat, key: string, response: StoredResponse): Buffer {
  const head = encodeResponse(format, { key, stored: response, position: 'p', storedAtMs: 1 })
  assert.ok(head !== undefined)
  return Buffer.concat([head, response.body])
}

/** What a reader gets of a value: the stored response, or why not. */
function read(format: RecordFormat, key: string, value: Buffer): StoredResponse | string {
  const decoded = decodeRecord(format, key, value)
  if (decoded.kind !== 'response') return decoded.kind === 'unusable' ? decoded.why : 'variants'
  const body = provenBody(decoded.body, [decoded.body.inline!])
  return body === undefined ? 'corrupt' : { ...decoded.record.head, body }
}

/** A record of this version with other metadata, whole as far as its checksums go. */
function withMetadata(text: string): Buffer {
  const value = encoded(plain, '/', stored(''))
  const head = Buffer.concat([value.subarray(0, 24), Buffer.from(text)])
  head.writeUInt32BE(Buffer.byteLength(text), 8)
  head.writeUInt32BE(crc32(head.subarray(24), crc32(head.subarray(0, 20))), 20)
  return head
}

describe('the record of remote tiers', () => {
  it('gives back any stored response', () => {
    fc.assert(
      fc.property(arbitraryFormat, arbitraryKey, arbitraryStoredResponse, (format, key, response) => {
        assert.deepEqual(read(format, key, encoded(format, key, response)), response)
      }),
    )
  })

  it('A-TI-06 with any one bit changed is a miss', () => {
    fc.assert(
      fc.property(arbitraryFormat, arbitraryStoredResponse, fc.nat(), (format, response, where) => {
        const value = encoded(format, '/', response)
        const bit = where % (value.length * 8)
        value[bit >> 3]! ^= 1 << (bit & 7)
        assert.equal(typeof read(format, '/', value), 'string')
      }),
      { numRuns: 1_000 },
    )
  })

  it('with every bit of one changed in turn is a miss', () => {
    for (const format of [plain, signed]) {
      const value = encoded(format, '/', stored('body'))
      for (let bit = 0; bit < value.length * 8; bit++) {
        value[bit >> 3]! ^= 1 << (bit & 7)
        assert.equal(typeof read(format, '/', value), 'string', `bit ${bit}`)
        value[bit >> 3]! ^= 1 << (bit & 7)
      }
    }
  })

  it('cut short or with more behind it is a miss', () => {
    for (const format of [plain, signed]) {
      const value = encoded(format, '/', stored('body'))
      for (let length = 0; length < value.length; length++) {
        assert.equal(typeof read(format, '/', value.subarray(0, length)), 'string')
      }
      assert.equal(read(format, '/', Buffer.concat([value, Buffer.from('x')])), 'corrupt')
    }
  })

  it('of any bytes at all is a miss and throws nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, begun) => {
        const value = Buffer.from(bytes)
        if (begun) Buffer.from('BWR\x01\x01').copy(value)
        assert.equal(typeof read(plain, '/', value), 'string')
      }),
    )
  })

  it('A-TI-07 of another key or another space is a miss', () => {
    const value = encoded(plain, '/a', stored('a'))
    assert.equal(read(plain, '/b', value), 'foreign')
    assert.equal(read({ ...plain, space: 'other' }, '/a', value), 'foreign')
  })

  it('A-TI-08 of another version is a miss', () => {
    for (const version of [0, 2, 255]) {
      const value = encoded(plain, '/', stored('body'))
      value[3] = version
      assert.equal(read(plain, '/', value), 'version')
    }
  })

  it('unsigned, or signed with another secret, is a miss where there is a secret, and signed where there is none', () => {
    assert.equal(read(signed, '/', encoded(plain, '/', stored('body'))), 'unsigned')
    assert.equal(read(plain, '/', encoded(signed, '/', stored('body'))), 'unsigned')
    assert.equal(read({ ...signed, secret: 'another' }, '/', encoded(signed, '/', stored('body'))), 'unsigned')
  })

  it('signed does not take another body with a right checksum', () => {
    const response = stored('the body')
    const value = encoded(signed, '/', response)
    const forged = Buffer.from('THE BODY')
    forged.copy(value, value.length - forged.length)
    value.writeUInt32BE(crc32(forged), 16)
    const bodyAt = value.length - forged.length
    value.writeUInt32BE(crc32(value.subarray(24, bodyAt), crc32(value.subarray(0, 20))), 20)
    assert.equal(read(signed, '/', value), 'unsigned')
  })

  it('A-TI-09 with metadata of objects is a miss, and no object is changed', () => {
    const hostile = [
      '{"__proto__":{"polluted":1},"headers":{"constructor":"y"}}',
      '["test","/","p",1,null,{"__proto__":{"polluted":1}}]',
      '["test","/","p",1,{"__proto__":{"polluted":1}},[]]',
      '["test","/","p",1,["../x",1],[]]',
      '[{"toString":1},"/","p",1,null,[]]',
      'null',
      '[',
      '[]',
    ]
    for (const text of hostile) assert.equal(typeof read(plain, '/', withMetadata(text)), 'string', text)
    assert.equal((Object.prototype as Record<string, unknown>).polluted, undefined)
  })

  it('that leads to variants gives back its names, and is proven like the others', () => {
    const record = { key: '/', generation: '0a', names: ['accept-encoding', 'x'] }
    for (const format of [plain, signed]) {
      const value = encodeVariants(format, record)
      assert.deepEqual(decodeRecord(format, '/', value), { kind: 'variants', ...record })
      value[value.length - 1]! ^= 1
      assert.equal(decodeRecord(format, '/', value).kind, 'unusable')
    }
  })

  it('is not written where a number cannot be', () => {
    const endless = stored('', { lifetime: { seconds: Number.POSITIVE_INFINITY, source: 'rule' } })
    assert.equal(encodeResponse(plain, { key: '/', stored: endless, position: '', storedAtMs: 1 }), undefined)
  })
})
