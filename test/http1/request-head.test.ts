import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readRequest, refusesRequest, requestHead, withField } from './support.ts'

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
      refusesRequest(`${method} / HTTP/1.1\r\n\r\n`, 'bad-method')
  })

  it('A-RL-01 refuses other major versions with 505', () => {
    for (const version of ['3.0', '2.0', '0.9', '9.9'])
      refusesRequest(`GET /p/a HTTP/${version}\r\nHost: h\r\n\r\n`, 'unsupported-version', 505)
  })

  it('A-RL-06 refuses minor versions above 1 with 505', () => {
    refusesRequest('GET /x HTTP/1.2\r\n\r\n', 'unsupported-version', 505)
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
      refusesRequest(`GET / ${version}\r\n\r\n`, 'bad-version')
    }
  })

  it('has a version: HTTP/0.9 is refused', () => {
    refusesRequest('GET /\r\n', 'no-version')
  })

  it('A-RL-05 has one space between its parts', () => {
    refusesRequest('GET  /x HTTP/1.1\r\n\r\n', 'empty-target')
    refusesRequest('GET /x  HTTP/1.1\r\n\r\n', 'bad-version')
    refusesRequest('GET\t/x HTTP/1.1\r\n\r\n', 'bad-method')
    refusesRequest(' GET /x HTTP/1.1\r\n\r\n', 'bad-method')
  })

  it('A-HS-04 does not end in a bare LF', () => {
    refusesRequest('GET /p/a HTTP/1.1\nHost: h\nX-A: 1\n\n', 'bare-lf')
    refusesRequest('GET /p/a\nHost: h\n\n', 'bare-lf')
  })

  it('does not end in a bare CR', () => {
    refusesRequest('GET /p/a HTTP/1.1\rHost: h\r\n\r\n', 'bare-cr')
  })

  it('A-OK-05 may come after a CRLF or two', () => {
    assert.equal(requestHead('\r\nGET /p/a HTTP/1.1\r\n\r\n').target, '/p/a')
    assert.equal(requestHead('\r\n\r\nGET /p/a HTTP/1.1\r\n\r\n').target, '/p/a')
  })

  it('does not come after more empty lines, nor after half of one', () => {
    refusesRequest('\r\n\r\n\r\nGET /p/a HTTP/1.1\r\n\r\n', 'bad-method')
    refusesRequest('\nGET /p/a HTTP/1.1\r\n\r\n', 'bad-method')
    refusesRequest('\rGET /p/a HTTP/1.1\r\n\r\n', 'bare-cr')
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
    for (const text of wrong) refusesRequest(`GET ${text} HTTP/1.1\r\n\r\n`, 'bad-target-form')
  })

  it('A-RL-04 of CONNECT has no form but its own', () => {
    for (const text of ['/a', '*', 'http://h/']) refusesRequest(`CONNECT ${text} HTTP/1.1\r\n\r\n`, 'bad-target-form')
  })

  it('A-RL-02 has no NUL', () => {
    refusesRequest('GET /p/a\x00b HTTP/1.1\r\nHost: h\r\n\r\n', 'bad-target')
  })

  it('A-RL-03 has no space', () => {
    refusesRequest('GET /p/a b HTTP/1.1\r\nHost: h\r\n\r\n', 'bad-version')
    refusesRequest('GET /p/a\tb HTTP/1.1\r\nHost: h\r\n\r\n', 'bad-target')
  })

  it('has no fragment', () => {
    refusesRequest('GET /p/a#b HTTP/1.1\r\nHost: h\r\n\r\n', 'bad-target')
  })

  it('has visible ASCII only', () => {
    for (const byte of ['\x01', '\x7f', '\x80', '\xff']) refusesRequest(`GET /a${byte} HTTP/1.1\r\n\r\n`, 'bad-target')
  })

  it('A-OK-08 may have 8000 bytes', () => {
    assert.equal(target(`/${'a'.repeat(7999)}`).length, 8000)
  })

  it('A-RL-09 is refused with 414 above its limit, and not at it', () => {
    refusesRequest(`GET /${'a'.repeat(65_535)} HTTP/1.1\r\n\r\n`, 'target-too-long', 414)
    refusesRequest('GET /12345678 HTTP/1.1\r\n\r\n', 'target-too-long', 414, { targetBytesMax: 8 })
    assert.equal(readRequest('GET /1234567 HTTP/1.1\r\n\r\n', { targetBytesMax: 8 }).kind, 'head')
  })

  it('A-RL-09 is refused with 414 when it reaches the limit of the head', () => {
    refusesRequest(`GET /${'a'.repeat(200)}`, 'target-too-long', 414, { headBytesMax: 100 })
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
    refusesRequest(withField('X-A: 1\rX-B: 2'), 'bare-cr')
    refusesRequest('GET / HTTP/1.1\r\nHost: h\r\n\rX', 'bare-cr')
  })

  it('A-HS-02 have no NUL', () => {
    refusesRequest(withField('X-A: a\x00b'), 'nul-in-value')
    refusesRequest(withField('X\x00A: b'), 'bad-name')
  })

  it('have no other control character', () => {
    for (const byte of ['\x01', '\x08', '\x0b', '\x0c', '\x1f', '\x7f'])
      refusesRequest(withField(`X: a${byte}b`), 'control-in-value')
  })

  it('A-HS-03 are not folded', () => {
    refusesRequest(withField('X-A: one\r\n  two'), 'folded-value')
    refusesRequest(withField('X-A: one\r\n\ttwo'), 'folded-value')
    refusesRequest(withField('X-A:\r\n two'), 'folded-value')
  })

  it('do not begin with white space after the request line (RFC 9112 §2.2)', () => {
    refusesRequest('GET / HTTP/1.1\r\n Host: h\r\n\r\n', 'space-before-first-field')
  })

  it('A-HS-04 do not end in a bare LF', () => {
    refusesRequest(withField('X-A: 1\nX-B: 2'), 'bare-lf')
    refusesRequest('GET / HTTP/1.1\r\nHost: h\n\n', 'bare-lf')
    refusesRequest('GET / HTTP/1.1\r\nHost: h\r\n\nGET /SMUG', 'bare-lf')
  })

  it('A-HS-07 A-SM-05 have no space before the colon', () => {
    for (const line of ['Content-Length : 5', 'Host : h', 'Transfer-Encoding\t: chunked', 'X A: b'])
      refusesRequest(withField(line), 'space-before-colon')
  })

  it('A-HS-08 have a name', () => {
    refusesRequest(withField(': value'), 'empty-name')
  })

  it('A-HS-09 have a colon', () => {
    refusesRequest(withField('X-A value'), 'space-before-colon')
    refusesRequest(withField('X-A'), 'no-colon')
  })

  it('have names that are tokens', () => {
    for (const byte of ['(', '"', '/', '@', '[', '{', '\x7f', '\x80', '\xff'])
      refusesRequest(withField(`X${byte}: a`), 'bad-name')
  })
})
