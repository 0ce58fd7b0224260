import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RequestHeadReader } from '../../src/http1/head.ts'
import { NameIndex } from '../../src/http1/name-index.ts'
import { RequestHeadScanner, type ScannedRequest } from '../../src/http1/request-scanner.ts'
import { CORPUS_REQUESTS } from './corpus.ts'
import { mutated, Random, someRequest } from './generate.ts'
import { cutAt, everyByte, HEAD_LIMITS, latin1, readChunks } from './support.ts'

function scanned(text: string): ScannedRequest {
  const result = readChunks(new RequestHeadScanner(HEAD_LIMITS), [latin1(text)])
  assert.ok(result.kind === 'head', JSON.stringify(result))
  return result.head as unknown as ScannedRequest
}

describe('a scanned request', () => {
  it('is the request that is read, refused for the same reasons, however it is cut', () => {
    const random = new Random(20_260_103)
    for (let i = 0; i < 3000; i++) {
      const whole = random.once(4) ? latin1(random.of(CORPUS_REQUESTS)) : someRequest(random)
      const bytes = mutated(random, whole, 2)
      const cuts = random.many(4, () => random.below(bytes.length + 1))
      const read = readChunks(new RequestHeadReader(HEAD_LIMITS), [bytes])
      const scan = readChunks(new RequestHeadScanner(HEAD_LIMITS), cutAt(bytes, cuts))
      const where = JSON.stringify(bytes.toString('latin1'))
      if (read.kind !== 'head' || scan.kind !== 'head') {
        assert.deepEqual(scan, read, where)
        continue
      }
      assert.deepEqual([scan.head.head(scan.head.text()), scan.bytesTaken], [read.head, read.bytesTaken], where)
      assert.deepEqual([scan.head.method, scan.head.target], [read.head.method, read.head.target], where)
      const values = read.head.fields.filter((_, at) => at % 2 === 1)
      assert.deepEqual(
        values.map((_, at) => scan.head.value(at)),
        values,
        where,
      )
    }
  })

  it('has as many fields as there are, also more than it has room for at first', () => {
    const lines = Array.from({ length: 90 }, (_, i) => `X-${i}: ${i}\r\n`).join('')
    const bytes = latin1(`GET / HTTP/1.1\r\nHost: h\r\n${lines}\r\n`)
    for (const chunks of [[bytes], everyByte(bytes)]) {
      const result = readChunks(new RequestHeadScanner(HEAD_LIMITS), chunks)
      assert.ok(result.kind === 'head')
      assert.deepEqual([result.head.lines.count, result.head.value(90)], [91, '89'])
    }
  })

  it('finds fields by name, in any case', () => {
    const request = scanned('GET / HTTP/1.1\r\nhOsT: h\r\nX-A: 1\r\nx-a: 2\r\nCookie_2: c\r\n\r\n')
    const find = (name: string, from?: number) => request.indexOf(latin1(name), from)
    assert.deepEqual([find('host'), find('x-a'), find('x-a', 2)], [0, 1, 2])
    assert.deepEqual([find('x-b'), find('x-a', 3), find('cookie')], [-1, -1, -1])
  })

  it('compares values in any case, and only whole ones', () => {
    const request = scanned(
      'GET / HTTP/1.1\r\nA:  Keep-Alive \r\nB: keep-alive, x\r\nC:\r\nD: keep\rx'.split('\rx')[0]! + '\r\n\r\n',
    )
    assert.deepEqual(
      [0, 1, 2, 3].map((index) => request.valueIs(index, latin1('keep-alive'))),
      [true, false, false, false],
    )
  })
})

describe('an index of names', () => {
  const names = ['te', 'host', 'via', 'x_a', 'accept-encoding', 'accept-language', 'range', 'if-range']
  const index = new NameIndex(names)
  const find = (text: string): number => index.find(latin1(text), 0, text.length)

  it('finds each name in any case', () => {
    for (const [at, name] of names.entries()) {
      assert.deepEqual([find(name), find(name.toUpperCase())], [at, at])
    }
  })

  it('finds nothing else', () => {
    const bytes = Buffer.alloc(1)
    for (const name of names) {
      for (let at = 0; at < name.length; at++) {
        for (let byte = 0; byte < 256; byte++) {
          bytes[0] = byte
          const other = name.slice(0, at) + bytes.toString('latin1') + name.slice(at + 1)
          const expected = names.indexOf(other.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
          assert.equal(find(other), expected, JSON.stringify(other))
        }
      }
      assert.deepEqual([find(`${name}x`), find(name.slice(1)), find('')], [-1, -1, -1])
    }
  })
})
