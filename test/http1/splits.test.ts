import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FieldLines } from '../../src/http1/field-lines.ts'
import { RequestHeadReader, ResponseHeadReader } from '../../src/http1/head.ts'
import { RequestLine } from '../../src/http1/request-line.ts'
import { CORPUS_REQUESTS, CORPUS_RESPONSES } from './corpus.ts'
import {
  cutAt,
  everyByte,
  HEAD_LIMITS,
  latin1,
  readChunks,
  readRequestMessage,
  readResponseMessage,
  requestHead,
} from './support.ts'

describe('message in pieces', () => {
  it('is read the same at every split, and byte by byte: requests of the corpus', () => {
    for (const text of CORPUS_REQUESTS.filter((text) => text.length < 1000)) {
      const bytes = latin1(text)
      const whole = readRequestMessage([bytes])
      assert.deepEqual(readRequestMessage(everyByte(bytes)), whole, text)
      for (let cut = 0; cut <= bytes.length; cut++) {
        assert.deepEqual(readRequestMessage(cutAt(bytes, [cut])), whole, `${text} cut at ${cut}`)
      }
    }
  })

  it('is read the same at every split, and byte by byte: responses of the corpus', () => {
    for (const text of CORPUS_RESPONSES) {
      const bytes = latin1(text)
      const whole = readResponseMessage([bytes])
      assert.deepEqual(readResponseMessage(everyByte(bytes)), whole, text)
      for (let cut = 0; cut <= bytes.length; cut++) {
        assert.deepEqual(readResponseMessage(cutAt(bytes, [cut])), whole, `${text} cut at ${cut}`)
      }
    }
  })

  it('is refused at the same limits in pieces', () => {
    const bytes = latin1(`GET /${'a'.repeat(50)} HTTP/1.1\r\nHost: h\r\nX: ${'b'.repeat(50)}\r\n\r\n`)
    for (let max = 1; max <= bytes.length; max++) {
      const limits = { ...HEAD_LIMITS, headBytesMax: max }
      const whole = readChunks(new RequestHeadReader(limits), [bytes])
      assert.deepEqual(readChunks(new RequestHeadReader(limits), everyByte(bytes)), whole, `limit ${max}`)
    }
  })

  it('does not change the strings when the chunks are written over afterwards', () => {
    for (const reader of [new RequestHeadReader(HEAD_LIMITS), new ResponseHeadReader(HEAD_LIMITS)]) {
      const text =
        reader instanceof RequestHeadReader ? 'GET /abcdefghijklmnop HTTP/1.1' : 'HTTP/1.1 200 abcdefghijklmnop'
      const chunks = cutAt(latin1(`${text}\r\nX-Name: abcdefghijklmnop\r\n\r\n`), [20, 40])
      const results = chunks.map((chunk) => {
        const result = reader.read(chunk, 0)
        chunk.fill(0)
        return result
      })
      const last = results.at(-1)
      assert.ok(last?.kind === 'head')
      assert.deepEqual(last.head.fields, ['X-Name', 'abcdefghijklmnop'])
    }
  })
})

describe('work for a head that is dripped byte by byte', () => {
  const fields = Array.from({ length: 90 }, (_, i) => `X-Field-${i}: ${'v'.repeat(600)}\r\n`).join('')

  it('looks at each byte of the field lines a few times at most', () => {
    const bytes = latin1(`${fields}\r\n`)
    const { counted, reads } = countingReads(bytes)
    const lines = new FieldLines(100)
    for (let at = 0; at < bytes.length; ) at = lines.scan(counted, at, at + 1)
    assert.ok(lines.complete)
    assert.ok(reads() < 5 * bytes.length, `${reads()} reads of ${bytes.length} bytes`)
  })

  it('looks at each byte of the request line a few times at most', () => {
    const bytes = latin1(`GET /${'a'.repeat(10_000)} HTTP/1.1\r\n`)
    const { counted, reads } = countingReads(bytes)
    const line = new RequestLine(16_384)
    for (let at = 0; at < bytes.length && !line.complete; ) at = line.scan(counted, at, at + 1)
    assert.ok(line.complete)
    assert.ok(reads() < 5 * bytes.length, `${reads()} reads of ${bytes.length} bytes`)
  })

  it('copies each byte a few times at most', (test) => {
    const bytes = latin1(`GET / HTTP/1.1\r\n${fields}\r\n`)
    let copied = 0
    const copy = Buffer.prototype.copy
    test.mock.method(Buffer.prototype, 'copy', function (this: Buffer, ...args: Parameters<Buffer['copy']>): number {
      const count = copy.apply(this, args)
      copied += count
      return count
    })
    const result = readChunks(new RequestHeadReader(HEAD_LIMITS), everyByte(bytes))
    assert.ok(result.kind === 'head')
    assert.deepEqual(result.head, requestHead(bytes.toString('latin1')))
    assert.ok(copied < 4 * bytes.length, `${copied} bytes copied of ${bytes.length}`)
  })
})

function countingReads(bytes: Buffer): { readonly counted: Buffer; readonly reads: () => number } {
  let reads = 0
  const counted = new Proxy(bytes, {
    get(target, key) {
      reads++
      return Reflect.get(target, key)
    },
  })
  return { counted, reads: () => reads }
}
