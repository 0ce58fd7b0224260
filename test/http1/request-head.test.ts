import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RequestHeadReader } from '../../src/http1/head.ts'
import { HEAD_LIMITS, latin1, readRequest, requestHead } from './support.ts'

/** Asserts that the bytes are refused with this reason and status. */
function refuses(text: string, reason: string, status = 400, limits = {}): void {
  const result = readRequest(text, limits)
  assert.equal(result.kind, 'refused', JSON.stringify(result))
  if (result.kind === 'refused') assert.deepEqual([result.reason, result.status], [reason, status])
}

const withField = (line: string): string => `GET /p/a HTTP/1.1\r\nHost: h\r\n${line}\r\n\r\n`

describe('request line (RFC 9112 §3)', () => {
  it('is read as method, target and version', () => {
    assert.deepEqual(requestHead('GET /p/a?b=c HTTP/1.1\r\nHost: h\r\n\r\n'), {
      method: 'GET',
      target: '/p/a?b=c',
      minorVersion: 1,
      fields: ['Host', 'h'],
    })
  })

  it('A-OK-06 is read in HTTP/1.0, without any field', () => {
    assert.deepEqual(requestHead('GET /p/a HTTP/1.0\r\n\r\n'), {
      method: 'GET',
      target: '/p/a',
      minorVersion: 0,
      fields: [],
    })
  })

  it('may have any token as its method (RFC 9110 §9.1)', () => {
    for (const method of ['BAN', 'PURGETAGS', 'x', "!#$%&'*+-.^_`|~"]) {
      assert.equal(requestHead(`${method} / HTTP/1.1\r\n\r\n`).method, method)
    }
  })

  it('A-RL-07 keeps the case of the method: "get" is not "GET"', () => {
    assert.equal(requestHead('get /x HTTP/1.1\r\n\r\n').method, 'get')
  })

  it('has a method that is a token', () => {
    for (const method of ['', 'G(T', 'G\x00T', 'G\x80T', '\x16\x03\x01'])
      refuses(`${method} / HTTP/1.1\r\n\r\n`, 'bad-method')
  })

  it('A-RL-01 refuses other major versions with 505', () => {
    for (const version of ['3.0', '2.0', '0.9', '9.9'])
      refuses(`GET /p/a HTTP/${version}\r\nHost: h\r\n\r\n`, 'unsupported-version', 505)
  })

  it('A-RL-06 refuses minor versions above 1 with 505', () => {
    refuses('GET /x HTTP/1.2\r\n\r\n', 'unsupported-version', 505)
  })

  it('has a version of exactly eight bytes, in capitals', () => {
    for (const version of [
      'http/1.1',
      'HTTP/1.1 ',
      'HTTP/1.10',
      'HTTP/01.1',
      'HTTP/1,1',
      'HTTP/1.x',
      'HTTP 1.1',
      'HTTP/1.',
      'HTTP/',
    ]) {
      refuses(`GET / ${version}\r\n\r\n`, 'bad-version')
    }
  })

  it('has a version: HTTP/0.9 is refused', () => {
    refuses('GET /\r\n', 'no-version')
  })

  it('A-RL-05 has one space between its parts', () => {
    refuses('GET  /x HTTP/1.1\r\n\r\n', 'empty-target')
    refuses('GET /x  HTTP/1.1\r\n\r\n', 'bad-version')
    refuses('GET\t/x HTTP/1.1\r\n\r\n', 'bad-method')
    refuses(' GET /x HTTP/1.1\r\n\r\n', 'bad-method')
  })

  it('A-HS-04 does not end in a bare LF', () => {
    refuses('GET /p/a HTTP/1.1\nHost: h\nX-A: 1\n\n', 'bare-lf')
    refuses('GET /p/a\nHost: h\n\n', 'bare-lf')
  })

  it('does not end in a bare CR', () => {
    refuses('GET /p/a HTTP/1.1\rHost: h\r\n\r\n', 'bare-cr')
  })

  it('A-OK-05 may come after a CRLF or two', () => {
    assert.equal(requestHead('\r\nGET /p/a HTTP/1.1\r\n\r\n').target, '/p/a')
    assert.equal(requestHead('\r\n\r\nGET /p/a HTTP/1.1\r\n\r\n').target, '/p/a')
  })

  it('does not come after more empty lines, nor after half of one', () => {
    refuses('\r\n\r\n\r\nGET /p/a HTTP/1.1\r\n\r\n', 'bad-method')
    refuses('\nGET /p/a HTTP/1.1\r\n\r\n', 'bad-method')
    refuses('\rGET /p/a HTTP/1.1\r\n\r\n', 'bare-cr')
  })
})

describe('request target (RFC 9112 §3.2)', () => {
  const target = (text: string, method = 'GET'): string => requestHead(`${method} ${text} HTTP/1.1\r\n\r\n`).target

  it('A-OK-07 is read in each of its four forms', () => {
    assert.equal(target('/a'), '/a')
    assert.equal(target('http://h/p/a'), 'http://h/p/a')
    assert.equal(target('HTTP://h:80?q'), 'HTTP://h:80?q')
    assert.equal(target('http://[::1]:8080'), 'http://[::1]:8080')
    assert.equal(target('h:443', 'CONNECT'), 'h:443')
  })

  it('A-RL-10 reads the asterisk, and leaves to the request which methods may have it', () => {
    assert.equal(target('*', 'OPTIONS'), '*')
    assert.equal(target('*'), '*')
  })

  it('A-RL-11 keeps a backslash as it is', () => {
    assert.equal(target('/a\\..\\b'), '/a\\..\\b')
  })

  it('refuses what has none of the four forms', () => {
    const wrong = [
      'a',
      '?a',
      '*a',
      'h:80',
      'http:/h',
      'http://',
      'http:///a',
      'http://u@h/',
      'http://h"/',
      '://h',
      'h2://h/',
      'http://h\\a',
    ]
    for (const text of wrong) refuses(`GET ${text} HTTP/1.1\r\n\r\n`, 'bad-target-form')
  })

  it('A-RL-04 of CONNECT has no form but its own', () => {
    for (const text of ['/a', '*', 'http://h/']) refuses(`CONNECT ${text} HTTP/1.1\r\n\r\n`, 'bad-target-form')
  })

  it('A-RL-02 has no NUL', () => {
    refuses('GET /p/a\x00b HTTP/1.1\r\nHost: h\r\n\r\n', 'bad-target')
  })

  it('A-RL-03 has no space', () => {
    refuses('GET /p/a b HTTP/1.1\r\nHost: h\r\n\r\n', 'bad-version')
    refuses('GET /p/a\tb HTTP/1.1\r\nHost: h\r\n\r\n', 'bad-target')
  })

  it('has no fragment', () => {
    refuses('GET /p/a#b HTTP/1.1\r\nHost: h\r\n\r\n', 'bad-target')
  })

  it('has visible ASCII only', () => {
    for (const byte of ['\x01', '\x7f', '\x80', '\xff']) refuses(`GET /a${byte} HTTP/1.1\r\n\r\n`, 'bad-target')
  })

  it('A-OK-08 may have 8000 bytes', () => {
    assert.equal(target(`/${'a'.repeat(7999)}`).length, 8000)
  })

  it('A-RL-09 is refused with 414 above its limit, and not at it', () => {
    refuses(`GET /${'a'.repeat(65_535)} HTTP/1.1\r\n\r\n`, 'target-too-long', 414)
    refuses('GET /12345678 HTTP/1.1\r\n\r\n', 'target-too-long', 414, { targetBytesMax: 8 })
    assert.equal(readRequest('GET /1234567 HTTP/1.1\r\n\r\n', { targetBytesMax: 8 }).kind, 'head')
  })

  it('A-RL-09 is refused with 414 when it reaches the limit of the head', () => {
    refuses(`GET /${'a'.repeat(200)}`, 'target-too-long', 414, { headBytesMax: 100 })
  })
})

describe('field lines (RFC 9112 §5)', () => {
  it('keep order, case and duplicates (A-HS-11)', () => {
    const head = requestHead(
      'GET / HTTP/1.1\r\nHost: h\r\nX-a: 1\r\nAuthorization: x\r\nx-A: 2\r\nAuthorization: y\r\n\r\n',
    )
    assert.deepEqual(head.fields, ['Host', 'h', 'X-a', '1', 'Authorization', 'x', 'x-A', '2', 'Authorization', 'y'])
  })

  it('A-HS-12 lose the white space around their values, and keep it inside', () => {
    assert.deepEqual(
      requestHead(withField('Cache-Control:\t max-age=0,\t no-cache \t')).fields.at(-1),
      'max-age=0,\t no-cache',
    )
  })

  it('may have empty values', () => {
    for (const line of ['X:', 'X: ', 'X:\t ']) assert.deepEqual(requestHead(withField(line)).fields.slice(2), ['X', ''])
  })

  it('keep obs-text as one character a byte (RFC 9110 §5.5)', () => {
    assert.equal(requestHead(withField('X: \x80\xe4\xff')).fields.at(-1), '\x80\xe4\xff')
  })

  it('may have every token as a name', () => {
    assert.equal(requestHead(withField("!#$%&'*+-.^_`|~09azAZ: v")).fields.at(-2), "!#$%&'*+-.^_`|~09azAZ")
  })

  it('A-HS-01 have no bare CR', () => {
    refuses(withField('X-A: 1\rX-B: 2'), 'bare-cr')
    refuses('GET / HTTP/1.1\r\nHost: h\r\n\rX', 'bare-cr')
  })

  it('A-HS-02 have no NUL', () => {
    refuses(withField('X-A: a\x00b'), 'nul-in-value')
    refuses(withField('X\x00A: b'), 'bad-name')
  })

  it('have no other control character', () => {
    for (const byte of ['\x01', '\x08', '\x0b', '\x0c', '\x1f', '\x7f'])
      refuses(withField(`X: a${byte}b`), 'control-in-value')
  })

  it('A-HS-03 are not folded', () => {
    refuses(withField('X-A: one\r\n  two'), 'folded-value')
    refuses(withField('X-A: one\r\n\ttwo'), 'folded-value')
    refuses(withField('X-A:\r\n two'), 'folded-value')
  })

  it('do not begin with white space after the request line (RFC 9112 §2.2)', () => {
    refuses('GET / HTTP/1.1\r\n Host: h\r\n\r\n', 'space-before-first-field')
  })

  it('A-HS-04 do not end in a bare LF', () => {
    refuses(withField('X-A: 1\nX-B: 2'), 'bare-lf')
    refuses('GET / HTTP/1.1\r\nHost: h\n\n', 'bare-lf')
    refuses('GET / HTTP/1.1\r\nHost: h\r\n\nGET /SMUG', 'bare-lf')
  })

  it('A-HS-07 A-SM-05 have no space before the colon', () => {
    for (const line of ['Content-Length : 5', 'Host : h', 'Transfer-Encoding\t: chunked', 'X A: b'])
      refuses(withField(line), 'space-before-colon')
  })

  it('A-HS-08 have a name', () => {
    refuses(withField(': value'), 'empty-name')
  })

  it('A-HS-09 have a colon', () => {
    refuses(withField('X-A value'), 'space-before-colon')
    refuses(withField('X-A'), 'no-colon')
  })

  it('have names that are tokens', () => {
    for (const byte of ['(', '"', '/', '@', '[', '{', '\x7f', '\x80', '\xff'])
      refuses(withField(`X${byte}: a`), 'bad-name')
  })
})

describe('limits of a request head (RFC 6585 §5)', () => {
  it('A-HS-05 refuse too many fields with 431, and not as many as allowed', () => {
    const fields = (count: number): string => 'X: 1\r\n'.repeat(count)
    refuses(`GET /p/a HTTP/1.1\r\n${fields(101)}\r\n`, 'too-many-fields', 431)
    assert.equal(requestHead(`GET /p/a HTTP/1.1\r\n${fields(100)}\r\n`).fields.length, 200)
  })

  it('A-HS-06 refuse a large field with 431', () => {
    refuses(withField(`X-A: ${'a'.repeat(262_144)}`), 'head-too-large', 431)
  })

  it('A-HS-10 refuse a long name with 431', () => {
    refuses(withField(`${'a'.repeat(65_536)}: b`), 'head-too-large', 431)
  })

  it('refuse a long method with 431', () => {
    refuses('A'.repeat(70_000), 'head-too-large', 431)
  })

  it('take a head of exactly the limit, and not one byte more', () => {
    const text = withField('X: y')
    assert.equal(readRequest(text, { headBytesMax: text.length }).kind, 'head')
    refuses(text, 'head-too-large', 431, { headBytesMax: text.length - 1 })
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
