import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { RawFields } from '../../src/http/fields.ts'
import { NameSet } from '../../src/http/name-set.ts'
import { ExpectedHead } from '../../src/http1/expected-head.ts'
import { type ResponseHead, ResponseHeadReader } from '../../src/http1/head.ts'
import { writeResponseHead } from '../../src/http1/writer.ts'
import { HEAD_LIMITS, latin1 } from './support.ts'

const FREE = new NameSet(['date', 'content-length', 'set-cookie'])
const FIELDS: RawFields = [
  ...['Date', 'Mon, 23 Nov 2026 10:00:00 GMT', 'Content-Type', 'text/html', 'Content-Length', '12'],
  ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Cache-Control', 'no-store'],
]
const LIKE: ResponseHead = { status: 200, reason: 'OK', minorVersion: 1, fields: FIELDS }
const WHOLE = writeResponseHead(LIKE)

const isBegin = (text: string): boolean => new ExpectedHead(LIKE, FREE).isBeginOf(latin1(text), text.length)

describe('an expected head', () => {
  it('is the same head again, and says where its values stand', () => {
    const expected = new ExpectedHead(LIKE, FREE)
    const bytes = latin1(`${WHOLE.replace('12', '3456').replace('b=2', 'c=4; Path=/')}the body`)
    assert.ok(expected.isBeginOf(bytes, bytes.length))
    assert.equal(bytes.toString('latin1', expected.end), 'the body')
    const values = expected.free.map((_, i) => bytes.toString('latin1', expected.valueBegin(i), expected.valueEnd(i)))
    assert.deepEqual(values, [FIELDS[1], '3456', 'a=1', 'c=4; Path=/'])
  })

  const others: readonly (readonly [what: string, text: string])[] = [
    ['another status', WHOLE.replace('200', '201')],
    ['another reason', WHOLE.replace('OK', 'Ok')],
    ['another version', WHOLE.replace('HTTP/1.1', 'HTTP/1.0')],
    ['another value of a field that is not free', WHOLE.replace('text/html', 'text/htmm')],
    ['a name in another case', WHOLE.replace('Content-Type', 'content-type')],
    ['one field more', WHOLE.replace('Cache-Control', 'X: 1\r\nCache-Control')],
    ['one field more at the end', WHOLE.replace('no-store\r\n', 'no-store\r\nX: 1\r\n')],
    ['one field less', WHOLE.replace('Set-Cookie: b=2\r\n', '')],
    [
      'another order',
      WHOLE.replace('Set-Cookie: b=2\r\nCache-Control: no-store', 'Cache-Control: no-store\r\nSet-Cookie: b=2'),
    ],
    ['an empty value', WHOLE.replace('a=1', '')],
    ['white space before a value', WHOLE.replace('a=1', ' a=1')],
    ['white space behind a value', WHOLE.replace('a=1', 'a=1\t')],
    ['white space before a colon', WHOLE.replace('Set-Cookie:', 'Set-Cookie :')],
    ['no white space behind a colon', WHOLE.replace('Set-Cookie: a', 'Set-Cookie:a')],
    ['a line folded', WHOLE.replace('a=1', 'a=1\r\n b')],
    ['a bare line feed in a value', WHOLE.replace('a=1', 'a=1\nX: y')],
    ['a bare carriage return in a value', WHOLE.replace('a=1', 'a=1\rX: y')],
    ['a NUL in a value', WHOLE.replace('a=1', 'a=\0')],
    ['line feeds alone', WHOLE.replaceAll('\r\n', '\n')],
    ['an empty line in front', `\r\n${WHOLE}`],
    ['no end', WHOLE.slice(0, -1)],
    ['nothing', ''],
  ]
  for (const [what, text] of others) it(`is not one with ${what}`, () => assert.equal(isBegin(text), false))

  it('is none that is cut anywhere', () => {
    const expected = new ExpectedHead(LIKE, FREE)
    for (let length = 0; length < WHOLE.length; length++) {
      assert.equal(isBegin(WHOLE.slice(0, length)), false)
      // What stands behind it, of a response before, is none of it.
      assert.equal(expected.isBeginOf(latin1(WHOLE), length), false)
    }
  })

  it('is none that is much longer than it was', () => {
    assert.equal(isBegin(WHOLE.replace('a=1', `a=${'1'.repeat(1024)}`)), false)
  })

  it('is only what the strict reader reads in the same way', () => {
    const text = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 6 }).map((bytes) => latin1String(bytes))
    const at = fc.nat({ max: WHOLE.length })
    let known = 0
    fc.assert(
      fc.property(at, fc.nat({ max: 3 }), text, (begin, removed, inserted) => {
        const bytes = latin1(`${WHOLE.slice(0, begin)}${inserted}${WHOLE.slice(begin + removed)}body`)
        const expected = new ExpectedHead(LIKE, FREE)
        if (!expected.isBeginOf(bytes, bytes.length)) return
        known++
        const result = new ResponseHeadReader(HEAD_LIMITS).read(bytes, 0)
        assert.equal(result.kind, 'head')
        if (result.kind !== 'head') return
        const { status, reason, minorVersion, fields } = result.head
        assert.deepEqual({ status, reason, minorVersion }, { status: 200, reason: 'OK', minorVersion: 1 })
        assert.equal(result.end, expected.end)
        let next = 0
        const wanted = FIELDS.map((text, i) => {
          if (i % 2 === 0 || !FREE.has(FIELDS[i - 1]!)) return text
          const place = next++
          return bytes.toString('latin1', expected.valueBegin(place), expected.valueEnd(place))
        })
        assert.deepEqual(fields, wanted)
      }),
      { numRuns: 5000, seed: 20_261_123 },
    )
    assert.ok(known > 500, `${known} were known again`)
  })
})

function latin1String(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes)
}
