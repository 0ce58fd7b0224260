import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ProxyError } from '../../src/errors.ts'
import {
  CHUNK_END,
  chunkPrefix,
  lastChunk,
  reasonPhrase,
  writeRequestHead,
  writeResponseHead,
} from '../../src/http1/writer.ts'

const isInternal = (error: unknown): boolean =>
  error instanceof ProxyError && error.code === 'INTERNAL' && error.status === 500

describe('writing a request head (RFC 9112 §3)', () => {
  it('gives request line, fields and empty line', () => {
    const head = writeRequestHead({ method: 'GET', target: '/a?b', fields: ['Host', 'h', 'X', ''] })
    assert.equal(head, 'GET /a?b HTTP/1.1\r\nHost: h\r\nX: \r\n\r\n')
  })

  it('writes one byte for each latin1 character', () => {
    const head = writeRequestHead({ method: 'GET', target: '/', fields: ['X', '\xff\x80'] })
    assert.ok(Buffer.from(head, 'latin1').includes(Buffer.from([0xff, 0x80])))
  })

  it('lets no line end, NUL or control character out in a value', () => {
    for (const value of ['a\r\nb', 'a\rb', 'a\nb', 'a\0b', 'a\x1fb', 'a\x7fb']) {
      assert.throws(() => writeRequestHead({ method: 'GET', target: '/', fields: ['X', value] }), isInternal)
    }
  })

  it('lets no character out that is more than a byte: U+010A would become a line feed', () => {
    for (const value of ['\u010a', '\u010d', '\u0100', '\u{1f600}']) {
      assert.throws(() => writeRequestHead({ method: 'GET', target: '/', fields: ['X', value] }), isInternal)
      assert.throws(() => writeRequestHead({ method: 'GET', target: `/${value}`, fields: [] }), isInternal)
    }
  })

  it('lets no name out that is not a token', () => {
    for (const name of ['', 'a b', 'a:', 'a\r\n', 'a\0', '\xe4', 'a\u010a']) {
      assert.throws(() => writeRequestHead({ method: 'GET', target: '/', fields: [name, 'v'] }), isInternal)
    }
  })

  it('lets no method or target out that would end early', () => {
    for (const method of ['', 'G T', 'GET\r\n'])
      assert.throws(() => writeRequestHead({ method, target: '/', fields: [] }), isInternal)
    for (const target of ['', '/a b', '/a\r\nX: y', '/\0', '/\x80']) {
      assert.throws(() => writeRequestHead({ method: 'GET', target, fields: [] }), isInternal)
    }
  })

  it('does not write a name without a value', () => {
    assert.throws(() => writeRequestHead({ method: 'GET', target: '/', fields: ['X'] }), isInternal)
  })

  it('does not repeat a value in the error, as it may be a secret', () => {
    const fields = ['Authorization', 'secret\n']
    assert.throws(
      () => writeRequestHead({ method: 'GET', target: '/', fields }),
      (error: Error) => !error.message.includes('secret'),
    )
  })
})

describe('writing a response head (RFC 9112 §4)', () => {
  it('gives status line, fields and empty line', () => {
    const head = writeResponseHead({ status: 200, reason: 'OK', fields: ['A', 'b', 'A', 'c'] })
    assert.equal(head, 'HTTP/1.1 200 OK\r\nA: b\r\nA: c\r\n\r\n')
  })

  it('keeps the space after the status when there is no reason phrase', () => {
    assert.equal(writeResponseHead({ status: 299, reason: '', fields: [] }), 'HTTP/1.1 299 \r\n\r\n')
  })

  it('refuses a status that is none', () => {
    for (const status of [99, 600, 200.5, Number.NaN, -200]) {
      assert.throws(() => writeResponseHead({ status, reason: '', fields: [] }), isInternal)
    }
  })

  it('A-RS-19 refuses a line end in reason phrase and value', () => {
    assert.throws(() => writeResponseHead({ status: 200, reason: 'OK\r\nX: y', fields: [] }), isInternal)
    assert.throws(
      () => writeResponseHead({ status: 302, reason: 'Found', fields: ['Location', '/a\r\nSet-Cookie: x'] }),
      isInternal,
    )
  })
})

describe('reason phrases', () => {
  it('are those that are registered, and else empty', () => {
    assert.equal(reasonPhrase(200), 'OK')
    assert.equal(reasonPhrase(413), 'Content Too Large')
    assert.equal(reasonPhrase(299), '')
  })
})

describe('writing chunks (RFC 9112 §7.1)', () => {
  it('gives the size in hexadecimal', () => {
    assert.equal(chunkPrefix(26).toString() + CHUNK_END.toString(), '1a\r\n\r\n')
  })

  it('refuses an empty chunk, which would end the body, and sizes that are none', () => {
    for (const size of [0, -1, 1.5, Number.NaN, 2 ** 53]) assert.throws(() => chunkPrefix(size), isInternal)
  })

  it('ends with the last chunk and the trailers', () => {
    assert.equal(lastChunk([]).toString(), '0\r\n\r\n')
    assert.equal(lastChunk(['X-T', '1']).toString(), '0\r\nX-T: 1\r\n\r\n')
    assert.throws(() => lastChunk(['X-T', '1\n']), isInternal)
  })
})
