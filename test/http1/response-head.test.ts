import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ResponseHeadReader } from '../../src/http1/head.ts'
import { HEAD_LIMITS, latin1, readResponse, responseHead } from './support.ts'

/** Asserts that the bytes are refused with this reason; the client hears 502. */
function refuses(text: string, reason: string, limits = {}): void {
  const result = readResponse(text, limits)
  assert.equal(result.kind, 'refused', JSON.stringify(result))
  if (result.kind === 'refused') assert.deepEqual([result.reason, result.status], [reason, 502])
}

const withField = (line: string): string => `HTTP/1.1 200 OK\r\n${line}\r\n\r\n`

describe('status line (RFC 9112 §4)', () => {
  it('is read as version, status and reason phrase', () => {
    assert.deepEqual(responseHead('HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n'), {
      status: 404,
      reason: 'Not Found',
      minorVersion: 1,
      fields: ['A', 'b'],
    })
    assert.equal(responseHead('HTTP/1.0 200 OK\r\n\r\n').minorVersion, 0)
  })

  it('may have no reason phrase, and then no space after the status', () => {
    assert.equal(responseHead('HTTP/1.1 200 \r\n\r\n').reason, '')
    assert.equal(responseHead('HTTP/1.1 200\r\n\r\n').reason, '')
  })

  it('keeps the reason phrase byte for byte', () => {
    assert.equal(responseHead('HTTP/1.1 200  a\tb\xff \r\n\r\n').reason, ' a\tb\xff ')
  })

  it('A-RS-14 may have a reason phrase of 8 KiB with obs-text', () => {
    assert.equal(responseHead(`HTTP/1.1 200 ${'\xe9'.repeat(8192)}\r\n\r\n`).reason.length, 8192)
  })

  it('A-RS-13 has a status from 100 to 599', () => {
    for (const status of ['099', '000', '600', '999', '1000', '20', '2', '', '-20', '2x0', '0x1'])
      refuses(`HTTP/1.1 ${status} X\r\n\r\n`, 'bad-status')
    for (const status of [100, 199, 200, 599]) assert.equal(responseHead(`HTTP/1.1 ${status} X\r\n\r\n`).status, status)
  })

  it('has one space between its parts', () => {
    refuses('HTTP/1.1  200 OK\r\n\r\n', 'bad-status')
    refuses('HTTP/1.1\t200 OK\r\n\r\n', 'bad-status')
    refuses('HTTP/1.1 200\tOK\r\n\r\n', 'bad-status')
  })

  it('has no control character in its reason phrase', () => {
    for (const byte of ['\x00', '\x01', '\x7f']) refuses(`HTTP/1.1 200 O${byte}K\r\n\r\n`, 'bad-reason-phrase')
    refuses('HTTP/1.1 200 O\rK\r\n\r\n', 'bare-cr')
    refuses('HTTP/1.1 200 OK\n\r\n', 'bare-lf')
    refuses('HTTP/1.1 200\nA: b\r\n\r\n', 'bare-lf')
  })

  it('has version 1.0 or 1.1', () => {
    for (const version of ['1.2', '2.0', '0.9']) refuses(`HTTP/${version} 200 OK\r\n\r\n`, 'unsupported-version')
    for (const version of ['http/1.1', 'ICY', 'HTTP/1.11', 'HTTP/11.1']) {
      const result = readResponse(`${version} 200 OK\r\n\r\n`)
      assert.equal(result.kind, 'refused')
    }
  })

  it('is the first of the message: nothing stands before it, and HTTP/0.9 is refused', () => {
    refuses('\r\nHTTP/1.1 200 OK\r\n\r\n', 'bad-version')
    refuses('<html>hello', 'bad-version')
  })
})

describe('field lines of a response (RFC 9112 §5)', () => {
  it('keep order, case and duplicates', () => {
    assert.deepEqual(responseHead(withField('Set-Cookie: a=1\r\nset-cookie:b=2 ')).fields, [
      'Set-Cookie',
      'a=1',
      'set-cookie',
      'b=2',
    ])
  })

  it('A-RS-10 are not folded', () => {
    refuses(withField('X-A: a\r\n b'), 'folded-value')
  })

  it('A-RS-11 have no space before the colon', () => {
    refuses(withField('Content-Length : 5'), 'space-before-colon')
  })

  it('A-RS-19 are two when the bytes say so', () => {
    assert.deepEqual(responseHead(withField('Location: /a\r\nSet-Cookie: x')).fields, [
      'Location',
      '/a',
      'Set-Cookie',
      'x',
    ])
  })

  it('A-HS-01 A-HS-02 A-HS-04 A-HS-08 A-HS-09 have no bare CR, NUL, bare LF, empty name or missing colon', () => {
    refuses(withField('X: 1\rY: 2'), 'bare-cr')
    refuses(withField('X: a\x00b'), 'nul-in-value')
    refuses(withField('X: a\nY: b'), 'bare-lf')
    refuses(withField(': a'), 'empty-name')
    refuses(withField('X'), 'no-colon')
  })

  it('A-HS-05 A-HS-06 are limited in number and size', () => {
    refuses(withField('A: b\r\n'.repeat(101)), 'too-many-fields')
    refuses(withField(`A: ${'b'.repeat(70_000)}`), 'head-too-large')
  })
})

describe('response heads on one connection', () => {
  it('A-RS-05 A-OK-11 are read one after the other: interim, then final', () => {
    const chunk = latin1(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n',
    )
    const reader = new ResponseHeadReader(HEAD_LIMITS)
    const seen: unknown[] = []
    for (let at = 0; at < chunk.length; ) {
      const result = reader.read(chunk, at)
      if (result.kind !== 'head') return assert.fail(JSON.stringify(result))
      seen.push(result.head.status, result.head.fields)
      at = result.end
    }
    assert.deepEqual(seen, [100, [], 103, ['Link', 'x'], 200, ['A', 'b']])
  })
})

describe('heads one after the other on a connection', () => {
  it('are each read as if they were the first', () => {
    // Few texts that are much alike, so that many heads repeat parts of the one before, at the same place or another.
    const text = fc.constantFrom('', 'a', 'b', 'ab', 'bb', 'max-age=60', 'max-age=61', '\xff', 'x'.repeat(200))
    const head = fc.record({ reason: text, values: fc.array(text, { maxLength: 4 }) })
    fc.assert(
      fc.property(fc.array(head, { maxLength: 6 }), (heads) => {
        const reader = new ResponseHeadReader(HEAD_LIMITS)
        for (const { reason, values } of heads) {
          const lines = values.map((value, i) => `F${i}: ${value}\r\n`).join('')
          const result = reader.read(latin1(`HTTP/1.1 200 ${reason}\r\n${lines}\r\n`), 0)
          const fields = values.flatMap((value, i) => [`F${i}`, value])
          assert.deepEqual(result.kind === 'head' && [result.head.reason, result.head.fields], [reason, fields])
        }
      }),
    )
  })
})
