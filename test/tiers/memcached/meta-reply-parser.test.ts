import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { MetaProtocolError, type MetaReply, MetaReplyParser } from '../../../src/tiers/memcached/meta-reply-parser.ts'
import { plainRecord } from '../arbitrary-stored-response.ts'

function parse(pieces: readonly Buffer[], valueBytesMax = 10_000): MetaReply[] {
  const replies: MetaReply[] = []
  const parser = new MetaReplyParser({ valueBytesMax }, (reply) => replies.push(reply))
  for (const piece of pieces) parser.read(piece)
  return replies
}

const flag = fc.stringMatching(/^[a-zA-Z][a-z0-9]{0,8}$/)
const reply: fc.Arbitrary<MetaReply> = fc.oneof(
  plainRecord({
    code: fc.constantFrom('HD', 'EN', 'NS', 'EX', 'NF'),
    flags: fc.array(flag),
    value: fc.constant(undefined),
  }),
  plainRecord({
    code: fc.constant('VA'),
    flags: fc.array(flag),
    // Bytes that look like replies, too.
    value: fc.oneof(fc.uint8Array(), fc.constant('\r\nHD O1\r\n')).map((bytes) => Buffer.from(bytes as string)),
  }),
)

function wire({ code, flags, value }: MetaReply): Buffer {
  const words = value === undefined ? [code, ...flags] : [code, value.length, ...flags]
  const line = Buffer.from(`${words.join(' ')}\r\n`)
  return value === undefined ? line : Buffer.concat([line, value, Buffer.from('\r\n')])
}

describe('replies of the meta protocol', () => {
  it('are read the same however they are cut', () => {
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 6 }), fc.array(fc.nat({ max: 40 })), (replies, lengths) => {
        const bytes = Buffer.concat(replies.map(wire))
        const pieces: Buffer[] = []
        let at = 0
        for (const length of lengths) {
          pieces.push(bytes.subarray(at, at + length))
          at += length
        }
        pieces.push(bytes.subarray(at))
        assert.deepEqual(parse(pieces), replies)
      }),
    )
  })

  it('are read byte by byte', () => {
    const bytes = Buffer.from('VA 4 c1 O2\r\n\r\n\r\n\r\nEN O3\r\nSERVER_ERROR out of memory\r\n')
    const replies = parse([...bytes].map((byte) => Buffer.of(byte)))
    assert.deepEqual(replies, [
      { code: 'VA', flags: ['c1', 'O2'], value: Buffer.from('\r\n\r\n') },
      { code: 'EN', flags: ['O3'], value: undefined },
      { code: 'SERVER_ERROR', flags: ['SERVER_ERROR out of memory'], value: undefined },
    ])
  })

  it('that cannot be understood end the reading', () => {
    const bad = ['HD\n', 'VA x\r\n', 'VA -1\r\n', 'VA\r\n', 'VA 9999999999\r\n', 'VA 1\r\nabc', `${'x'.repeat(3000)}`]
    for (const text of bad) assert.throws(() => parse([Buffer.from(text)]), MetaProtocolError, text)
  })

  it('with a value larger than is wanted have none, and the next is read as ever', () => {
    const bytes = Buffer.from(`VA 11 c1 O2\r\n${'HD O9\r\n'.padEnd(11)}\r\nVA 10 O3\r\n0123456789\r\n`)
    for (const pieces of [[bytes], [...bytes].map((byte) => Buffer.of(byte))]) {
      assert.deepEqual(parse(pieces, 10), [
        { code: 'VA', flags: ['c1', 'O2'], value: undefined },
        { code: 'VA', flags: ['O3'], value: Buffer.from('0123456789') },
      ])
    }
  })

  it('throw nothing else, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parse([Buffer.from('VA 3\r\n'), Buffer.from(bytes)])
        } catch (error) {
          assert.ok(error instanceof MetaProtocolError)
        }
      }),
    )
  })
})
