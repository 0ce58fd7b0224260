import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BodyDecoder, type BodyLimits } from '../../src/http1/body-decoder.ts'
import { allowedTrailers } from '../../src/http1/trailers.ts'
import { BODY_LIMITS, cutAt, type Decoded, decode, everyByte, latin1 } from './support.ts'

const SMUGGLED = 'GET /p/SMUG HTTP/1.1\r\nHost: h\r\n\r\n'

function chunked(text: string, limits: Partial<BodyLimits> = {}): Decoded {
  return decode({ kind: 'chunked' }, [latin1(text)], { limits })
}

function refuses(text: string, reason: string, limits: Partial<BodyLimits> = {}): void {
  const whole = chunked(text, limits)
  assert.deepEqual([whole.outcome, whole.reason], ['refused', reason])
  const dripped = decode({ kind: 'chunked' }, everyByte(latin1(text)), { limits })
  assert.deepEqual([dripped.outcome, dripped.reason, dripped.data], ['refused', reason, whole.data])
}

describe('body without framing', () => {
  it('ends at once, and takes nothing', () => {
    const body = decode({ kind: 'none' }, [latin1('GET /')])
    assert.deepEqual([body.outcome, body.data, body.bytesTaken], ['end', '', 0])
  })

  it('ends also when nothing was left of the chunk', () => {
    assert.equal(decode({ kind: 'none' }, []).outcome, 'end')
  })

  it('is not cut by the end of the connection', () => {
    assert.equal(decode({ kind: 'none' }, [], { fin: true }).outcome, 'end')
  })
})

describe('body of a length (RFC 9112 §6.2)', () => {
  it('A-OK-02 ends at its length, and leaves the next request alone', () => {
    const body = decode({ kind: 'length', length: 5 }, [latin1('helloGET /p/b HTTP/1.1\r\n')])
    assert.deepEqual([body.outcome, body.data, body.bytesTaken], ['end', 'hello', 5])
  })

  it('is read from as many chunks as it comes in', () => {
    const body = decode({ kind: 'length', length: 5 }, everyByte(latin1('hello')))
    assert.deepEqual([body.outcome, body.data], ['end', 'hello'])
  })

  it('of none ends at once', () => {
    assert.deepEqual(decode({ kind: 'length', length: 0 }, [latin1('G')]).bytesTaken, 0)
    assert.equal(decode({ kind: 'length', length: 0 }, []).outcome, 'end')
  })

  it('A-RS-01 A-SM-12 is cut when the connection ends before', () => {
    const body = decode({ kind: 'length', length: 100 }, [latin1('x'.repeat(50))], { fin: true })
    assert.deepEqual([body.outcome, body.reason], ['refused', 'cut'])
  })

  it('is not cut when the connection ends after it', () => {
    assert.equal(decode({ kind: 'length', length: 1 }, [latin1('x')], { fin: true }).outcome, 'end')
  })

  it('is passed on without a copy', () => {
    const chunk = latin1('x'.repeat(1000))
    const seen: Buffer[] = []
    const decoder = new BodyDecoder({ kind: 'length', length: 900 }, BODY_LIMITS)
    decoder.decode(chunk, 0, { data: (bytes) => seen.push(bytes), end() {}, refused() {} })
    assert.deepEqual([seen.length, seen[0]?.length, seen[0]?.buffer], [1, 900, chunk.buffer])
  })
})

describe('body until close (RFC 9112 §6.3 item 8)', () => {
  it('A-RS-15 ends with the connection', () => {
    assert.deepEqual(decode({ kind: 'until-close' }, [latin1('ab'), latin1('cd')]).outcome, 'open')
    const body = decode({ kind: 'until-close' }, [latin1('ab'), latin1('cd')], { fin: true })
    assert.deepEqual([body.outcome, body.data], ['end', 'abcd'])
  })

  it('may be empty', () => {
    assert.equal(decode({ kind: 'until-close' }, [], { fin: true }).outcome, 'end')
  })
})

describe('chunked body (RFC 9112 §7.1)', () => {
  it('is read to its last chunk, and not beyond', () => {
    const body = chunked(`5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n${SMUGGLED}`)
    assert.deepEqual([body.outcome, body.data, body.bytesTaken], ['end', 'hello!', 21])
  })

  it('may be empty', () => {
    assert.deepEqual(chunked('0\r\n\r\n').outcome, 'end')
    assert.deepEqual(chunked('000\r\n\r\n').outcome, 'end')
  })

  it('may have sizes in either case, with leading zeros', () => {
    assert.equal(chunked(`1A\r\n${'x'.repeat(26)}\r\n0\r\n\r\n`).data.length, 26)
    assert.equal(chunked(`00001a\r\n${'x'.repeat(26)}\r\n0\r\n\r\n`).data.length, 26)
  })

  it('A-CH-01 refuses a size with a prefix', () => {
    refuses('0x5\r\nhello\r\n0\r\n\r\n', 'bad-chunk-size')
  })

  it('A-CH-02 refuses a size that no number holds', () => {
    refuses('10000000000000005\r\nhello\r\n0\r\n\r\n', 'chunk-too-large')
    refuses('20000000000000\r\n', 'chunk-too-large')
    refuses('ffffffffffffffffffffffff\r\n', 'chunk-too-large')
    assert.equal(chunked('1fffffffffffff\r\n').outcome, 'open')
  })

  it('refuses an endless row of zeros', () => {
    refuses(`${'0'.repeat(17)}5\r\nhello\r\n0\r\n\r\n`, 'chunk-too-large')
  })

  it('A-CH-03 refuses data longer than their size', () => {
    refuses('3\r\nhello\r\n0\r\n\r\n', 'bad-chunk-end')
  })

  it('A-CH-04 refuses data that end in a bare LF or CR', () => {
    refuses('5\r\nhello\n0\r\n\r\n', 'bad-chunk-end')
    refuses('5\r\nhello\r0\r\n\r\n', 'bad-chunk-end')
  })

  it('A-CH-06 refuses a sign', () => {
    refuses('-5\r\nhello\r\n0\r\n\r\n', 'bad-chunk-size')
    refuses('+5\r\nhello\r\n0\r\n\r\n', 'bad-chunk-size')
  })

  it('A-CH-07 refuses white space around a size', () => {
    refuses('5 \t\r\nhello\r\n0\r\n\r\n', 'bad-chunk-size')
    refuses(' 5\r\nhello\r\n0\r\n\r\n', 'bad-chunk-size')
    refuses('5 ;a\r\nhello\r\n0\r\n\r\n', 'bad-chunk-size')
  })

  it('refuses an empty size', () => {
    refuses('\r\nhello\r\n0\r\n\r\n', 'bad-chunk-size')
    refuses(';a\r\nhello\r\n0\r\n\r\n', 'bad-chunk-size')
  })

  it('refuses other digits and separators', () => {
    for (const size of ['g', '5g', '5_0', '5,5', '5.', '\xb2'])
      refuses(`${size}\r\nhello\r\n0\r\n\r\n`, 'bad-chunk-size')
  })

  it('refuses size lines that end in a bare LF or CR', () => {
    refuses('5\nhello\r\n0\r\n\r\n', 'bare-lf')
    refuses('5\rhello\r\n0\r\n\r\n', 'bare-cr')
    refuses('0\n\n', 'bare-lf')
    refuses('0\r\n\n', 'bare-lf')
  })

  it('A-CH-08 takes data that look like the end and another request for data', () => {
    const data = `0\r\n\r\n${SMUGGLED}`
    assert.equal(chunked(`${data.length.toString(16)}\r\n${data}\r\n0\r\n\r\n`).data, data)
  })

  it('A-CH-09 A-RS-02 is cut wherever the connection ends before its last byte', () => {
    const bytes = latin1('5;a="b"\r\nhello\r\n0\r\nX-T: 1\r\n\r\n')
    for (let length = 0; length < bytes.length; length++) {
      const body = decode({ kind: 'chunked' }, [bytes.subarray(0, length)], { fin: true })
      assert.deepEqual([body.outcome, body.reason], ['refused', 'cut'], `cut after ${length}`)
    }
  })

  it('A-RS-06 delivers the good chunks before a bad one', () => {
    const body = chunked('5\r\nhello\r\nzz\r\n')
    assert.deepEqual([body.data, body.outcome, body.reason], ['hello', 'refused', 'bad-chunk-size'])
  })

  it('gives large chunks as slices', () => {
    const body = chunked(`400\r\n${'x'.repeat(1024)}\r\n400\r\n${'y'.repeat(1024)}\r\n0\r\n\r\n`)
    assert.deepEqual([body.pieces, body.data.length], [2, 2048])
  })

  it('A-CH-10 gathers tiny chunks: a read of thousands of them arrives in a few pieces, in order', () => {
    const letters = Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(97 + (i % 26)))
    const large = 'L'.repeat(100)
    const text = letters.map((letter) => `1\r\n${letter}\r\n`).join('')
    const body = chunked(`${text}64\r\n${large}\r\n${text}0\r\n\r\n`)
    assert.equal(body.data, letters.join('') + large + letters.join(''))
    assert.ok(body.pieces < 15, `${body.pieces} pieces`)
  })
})

describe('chunk extensions (RFC 9112 §7.1.1)', () => {
  it('A-OK-03 are ignored', () => {
    assert.equal(chunked('5;a=b;c="d\te"\r\nhello\r\n0;x\r\n\r\n').data, 'hello')
    assert.equal(chunked('5;a="\\"\\\\;\x80"\r\nhello\r\n0;x="";y=z\r\n\r\n').data, 'hello')
  })

  it('are well-formed', () => {
    for (const extension of [
      ';',
      ';=b',
      ';a=',
      ';a=b=c',
      ';a="b"c',
      ';a b',
      '; a',
      ';a =b',
      ';a= b',
      ';a=b;',
      ';a,b',
      ';a="\x7f"',
      ';a="\\\x01"',
      ';\x80',
    ]) {
      refuses(`5${extension}\r\nhello\r\n0\r\n\r\n`, 'bad-chunk-extension')
    }
  })

  it('hide no line end and no NUL', () => {
    refuses('5;a="b\r\n0\r\n\r\n', 'bad-chunk-extension')
    refuses('5;a="b\\\r\n0\r\n\r\n', 'bad-chunk-extension')
    refuses('5;a="b\n0\r\n\r\n', 'bad-chunk-extension')
    refuses('5;a\n0\r\n\r\n', 'bare-lf')
    refuses('5;a\r0\r\n\r\n', 'bare-cr')
    refuses('5;a\x00\r\nhello', 'bad-chunk-extension')
    refuses('5;a="\x00"\r\nhello', 'bad-chunk-extension')
  })

  it('A-CH-05 are limited in one line', () => {
    refuses(`5;a${'a'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`, 'chunk-extensions-too-large')
  })

  it('A-CH-11 are limited in sum', () => {
    refuses(`1;${'a'.repeat(99)}\r\nx\r\n`.repeat(4000), 'chunk-extensions-too-large')
  })
})

describe('trailers (RFC 9112 §7.1.2)', () => {
  it('A-OK-04 are read as fields', () => {
    assert.deepEqual(chunked('5\r\nhello\r\n0\r\nX-T: 1\r\nx-u:2 \r\n\r\n').trailers, ['X-T', '1', 'x-u', '2'])
  })

  it('are held to the rules of field lines', () => {
    refuses('0\r\nX-T: a\x00\r\n\r\n', 'nul-in-value')
    refuses('0\r\nX-T: a\r\n b\r\n\r\n', 'folded-value')
    refuses('0\r\n X-T: a\r\n\r\n', 'space-before-first-field')
    refuses('0\r\nX-T : a\r\n\r\n', 'space-before-colon')
    refuses('0\r\nX-T: a\n\r\n', 'bare-lf')
    refuses('0\r\nX-T: a\rb\r\n\r\n', 'bare-cr')
    refuses('0\r\n: a\r\n\r\n', 'empty-name')
    refuses(`0\r\n${SMUGGLED}`, 'space-before-colon')
    refuses('0\r\n\rX', 'bare-cr')
  })

  it('do not frame the message anew', () => {
    refuses('0\r\nContent-Length: 5\r\n\r\n', 'framing-in-trailer')
    refuses('0\r\nX: y\r\ntransfer-encoding: chunked\r\n\r\n', 'framing-in-trailer')
  })

  it('A-CH-12 are limited in size and number', () => {
    refuses(`0\r\nX-T: ${'a'.repeat(65_536)}\r\n\r\n`, 'trailer-too-large')
    refuses(`0\r\n${'X: y\r\n'.repeat(21)}\r\n`, 'too-many-trailers')
    assert.equal(chunked(`0\r\n${'X: y\r\n'.repeat(20)}\r\n`).outcome, 'end')
  })

  it('take exactly the limit, which the empty line does not count for', () => {
    assert.equal(chunked('0\r\nX: y\r\n\r\n', { trailerBytesMax: 6 }).outcome, 'end')
    refuses('0\r\nX: yz\r\n\r\n', 'trailer-too-large', { trailerBytesMax: 6 })
    assert.equal(chunked('0\r\n\r\n', { trailerBytesMax: 0 }).outcome, 'end')
  })

  it('that frame, route, authenticate or steer caches are not allowed (RFC 9110 §6.5.1)', () => {
    const names = [
      'Content-Length',
      'transfer-encoding',
      'Host',
      'AUTHORIZATION',
      'Set-Cookie',
      'Cookie',
      'Cache-Control',
      'Vary',
    ]
    names.push(
      'Content-Encoding',
      'Content-Type',
      'Content-Range',
      'Trailer',
      'Connection',
      'Age',
      'Access-Control-Allow-Origin',
    )
    assert.deepEqual(allowedTrailers(names.flatMap((name) => [name, 'x'])), [])
  })

  it('that describe the body that was sent are allowed', () => {
    const fields = [
      'X-Checksum',
      '1',
      'ETag',
      '"a"',
      'Server-Timing',
      'db',
      'Content-Digest',
      'sha-256=:x:',
      'grpc-status',
      '0',
    ]
    assert.deepEqual(allowedTrailers(fields), fields)
  })
})

describe('chunked body at every split', () => {
  const texts = [
    `5;a="b\\"c";d\r\nhello\r\n64\r\n${'x'.repeat(100)}\r\n1\r\n!\r\n0;x\r\nX-T: 1\r\n\r\n${SMUGGLED}`,
    '5\r\nhello\r\n0\r\nX-T: 1\r\n folded\r\n\r\n',
    '5\r\nhello\rx',
  ]
  it('reads the same as in one piece', () => {
    for (const text of texts) {
      const bytes = latin1(text)
      const { pieces: _, ...whole } = decode({ kind: 'chunked' }, [bytes])
      for (let cut = 0; cut <= bytes.length; cut++) {
        const { pieces: __, ...split } = decode({ kind: 'chunked' }, cutAt(bytes, [cut]))
        assert.deepEqual(split, whole, `split at ${cut}`)
      }
    }
  })
})
