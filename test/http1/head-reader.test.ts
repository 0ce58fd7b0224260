import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RequestHeadReader } from '../../src/http1/head.ts'
import { HEAD_LIMITS, latin1, readRequest, refusesRequest, requestHead, withField } from './support.ts'

describe('limits of a request head (RFC 6585 §5)', () => {
  it('A-HS-05 refuse too many fields with 431, and not as many as allowed', () => {
    const fields = (count: number): string => 'X: 1\r\n'.repeat(count)
    refusesRequest(`GET /p/a HTTP/1.1\r\n${fields(101)}\r\n`, 'too-many-fields', 431)
    assert.equal(requestHead(`GET /p/a HTTP/1.1\r\n${fields(100)}\r\n`).fields.length, 200)
  })

  it('A-HS-06 refuse a large field with 431', () => {
    refusesRequest(withField(`X-A: ${'a'.repeat(262_144)}`), 'head-too-large', 431)
  })

  it('A-HS-10 refuse a long name with 431', () => {
    refusesRequest(withField(`${'a'.repeat(65_536)}: b`), 'head-too-large', 431)
  })

  it('refuse a long method with 431', () => {
    refusesRequest('A'.repeat(70_000), 'head-too-large', 431)
  })

  it('take a head of exactly the limit, and not one byte more', () => {
    const text = withField('X: y')
    assert.equal(readRequest(text, { headBytesMax: text.length }).kind, 'head')
    refusesRequest(text, 'head-too-large', 431, { headBytesMax: text.length - 1 })
  })

  it('do not count what comes after the head', () => {
    const text = withField('X: y')
    assert.equal(readRequest(`${text}${'x'.repeat(1000)}`, { headBytesMax: text.length }).kind, 'head')
  })
})

describe('request heads on one connection (RFC 9112 §9.3.2)', () => {
  it('A-OK-01 are read one after the other from one chunk', () => {
    const chunk = latin1([1, 2, 3, 4].map((n) => `GET /p/${n} HTTP/1.1\r\nHost: h${n}\r\n\r\n`).join(''))
    const reader = new RequestHeadReader(HEAD_LIMITS)
    const seen: string[] = []
    for (let at = 0; at < chunk.length; ) {
      const result = reader.read(chunk, at)
      assert.equal(result.kind, 'head')
      if (result.kind !== 'head') return
      seen.push(result.head.target + result.head.fields[1])
      at = result.end
    }
    assert.deepEqual(seen, ['/p/1h1', '/p/2h2', '/p/3h3', '/p/4h4'])
  })

  it('are read when one ends and the next begins in a chunk', () => {
    const reader = new RequestHeadReader(HEAD_LIMITS)
    const first = latin1('GET /1 HTTP/1.1\r\nHost: a\r\n')
    const second = latin1('X: y\r\n\r\nGET /2 HTTP/1.1\r\n\r\n')
    assert.equal(reader.read(first, 0).kind, 'incomplete')
    const one = reader.read(second, 0)
    assert.ok(one.kind === 'head' && one.head.fields.join() === 'Host,a,X,y' && one.end === 8)
    const two = reader.read(second, one.end)
    assert.ok(
      two.kind === 'head' && two.head.target === '/2' && two.head.fields.length === 0 && two.end === second.length,
    )
  })

  it('leave no field of a head in the next one', () => {
    const reader = new RequestHeadReader(HEAD_LIMITS)
    reader.read(latin1('GET /1 HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n'), 0)
    const next = reader.read(latin1('GET /2 HTTP/1.0\r\nE: f\r\n\r\n'), 0)
    assert.ok(next.kind === 'head')
    assert.deepEqual(next.head, { method: 'GET', target: '/2', minorVersion: 0, fields: ['E', 'f'] })
  })
})

describe('bytes pending in a head reader', () => {
  it('are all that was given, while the head is incomplete', () => {
    const reader = new RequestHeadReader(HEAD_LIMITS)
    reader.read(latin1('xx\r\nGET /'), 2)
    reader.read(latin1('abc HT'), 0)
    assert.equal(reader.pendingBytes().toString(), '\r\nGET /abc HT')
  })

  it('make the whole message with the last chunk, when the head is complete', () => {
    const reader = new RequestHeadReader(HEAD_LIMITS)
    reader.read(latin1('POST / HT'), 0)
    assert.equal(reader.read(latin1('TP/1.1\r\n\r\nbody'), 0).kind, 'head')
    assert.equal(reader.pendingBytes().toString(), 'POST / HT')
  })

  it('make the whole message with the last chunk, when the head is refused', () => {
    const reader = new RequestHeadReader(HEAD_LIMITS)
    reader.read(latin1('GET /a'), 0)
    assert.equal(reader.read(latin1('#b HTTP/1.1\r\n\r\n'), 0).kind, 'refused')
    assert.equal(reader.pendingBytes().toString(), 'GET /a')
  })

  it('are none when the head came in one chunk, and none before anything came', () => {
    const reader = new RequestHeadReader(HEAD_LIMITS)
    assert.equal(reader.pendingBytes().length, 0)
    reader.read(latin1('GET / HTTP/1.1\r\n\r\nrest'), 0)
    assert.equal(reader.pendingBytes().length, 0)
  })

  it('are none after a reset, and the next head is read from its begin', () => {
    const reader = new RequestHeadReader(HEAD_LIMITS)
    reader.read(latin1('GET /a HTTP/1.1\r\nX: '), 0)
    reader.reset()
    assert.equal(reader.pendingBytes().length, 0)
    assert.equal(reader.read(latin1('GET /b HTTP/1.1\r\n\r\n'), 0).kind, 'head')
  })
})
