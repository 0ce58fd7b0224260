import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KnownSection } from '../../src/http1/known-section.ts'
import { RequestHeadScanner, type ScannedRequest } from '../../src/http1/request-scanner.ts'
import { fieldLines } from '../../src/http1/writer.ts'
import { CORPUS_REQUESTS } from './corpus.ts'
import { mutated, Random, someRequest } from './generate.ts'
import { cutAt, HEAD_LIMITS, latin1, type ReadHead, readChunks } from './support.ts'

type Scanned = ReadHead<ScannedRequest>

const SECTION = 'Host: h\r\nAccept: */*\r\n\r\n'

function scan(bytes: Buffer, known?: KnownSection, { limits = HEAD_LIMITS, cuts = [] as number[] } = {}): Scanned {
  const scanner = new RequestHeadScanner(limits)
  const reader = { read: (chunk: Buffer, start: number) => scanner.read(chunk, start, chunk.length, known) }
  return readChunks(reader, cutAt(bytes, cuts))
}

function learnt(text: string): KnownSection {
  const section = new KnownSection()
  const result = scan(latin1(text))
  if (result.kind === 'head') section.learn(result.head.bytes, result.head.lines, result.head.end)
  return section
}

/** All that a request says, without what it was read by. */
function told(result: Scanned): unknown {
  if (result.kind !== 'head') return result
  const { head, bytesTaken } = result
  const places = Array.from({ length: head.lines.count }, (_, i) => [
    ...[head.lines.nameBegin(i), head.lines.nameEnd(i)],
    ...[head.lines.valueBegin(i), head.lines.valueEnd(i), head.value(i)],
  ])
  return { bytesTaken, end: head.end, places, read: head.head(head.text()) }
}

describe('a known field section', () => {
  it('makes no difference to what is read, of whatever message, however it is cut', () => {
    const random = new Random(20_261_124)
    let [known, unknown] = [0, 0]
    for (let i = 0; i < 20_000; i++) {
      const first = random.once(4) ? random.of(CORPUS_REQUESTS) : someRequest(random).toString('latin1')
      const section = learnt(first)
      const lineEnd = first.indexOf('\r\n') + 2
      const again = latin1(`GET /${'a'.repeat(random.below(30))} HTTP/1.1\r\n${first.slice(lineEnd)}`)
      const bytes = random.once(2) ? again : mutated(random, again, 2)
      const cuts = random.once(2) ? [] : random.many(3, () => random.below(bytes.length + 1))
      const read = scan(bytes, section, { cuts })
      assert.deepEqual(told(read), told(scan(bytes)), JSON.stringify([first, bytes.toString('latin1'), cuts]))
      if (read.kind !== 'head') continue
      if (read.head.lines.known === undefined) unknown++
      else known++
      if (!read.head.lines.isCanonical) continue
      const text = read.head.text()
      assert.ok(text.endsWith(`${fieldLines(read.head.head(text).fields)}\r\n\r\n`), text)
    }
    assert.ok(known > 4000 && unknown > 2000, `${known} known, ${unknown} not`)
  })

  it('does not hold beyond the limits of who reads it again', () => {
    const bytes = latin1(`GET /a HTTP/1.1\r\n${SECTION}`)
    const section = learnt(bytes.toString('latin1'))
    for (let max = 1; max <= bytes.length; max++) {
      const limits = { ...HEAD_LIMITS, headBytesMax: max }
      assert.deepEqual(told(scan(bytes, section, { limits })), told(scan(bytes, undefined, { limits })))
    }
    for (const fieldsMax of [1, 2, 3]) {
      const limits = { ...HEAD_LIMITS, fieldsMax }
      assert.deepEqual(told(scan(bytes, section, { limits })), told(scan(bytes, undefined, { limits })))
    }
  })

  it('is known wherever it stands, and whatever follows it', () => {
    const section = learnt(`GET / HTTP/1.1\r\n${SECTION}`)
    for (const [line, rest] of [
      ['GET /longer HTTP/1.1', ''],
      ['\r\nHEAD / HTTP/1.0', 'GET / HTTP/1.1\r\n'],
    ]) {
      const result = scan(latin1(`${line}\r\n${SECTION}${rest}`), section)
      assert.ok(result.kind === 'head')
      assert.equal(result.head.lines.known, section)
      assert.deepEqual([result.head.value(0), result.head.value(1)], ['h', '*/*'])
    }
  })

  it('is not known before all of it is there', () => {
    const section = learnt(`GET / HTTP/1.1\r\n${SECTION}`)
    const bytes = latin1(`GET / HTTP/1.1\r\n${SECTION}`)
    assert.equal(scan(bytes.subarray(0, -1), section).kind, 'incomplete')
  })

  it('is forgotten for the next, and none is learnt of one that is too long or has too many fields', () => {
    const section = learnt(`GET / HTTP/1.1\r\n${SECTION}`)
    const learn = (text: string): number => {
      const result = scan(latin1(text))
      assert.ok(result.kind === 'head')
      section.learn(result.head.bytes, result.head.lines, result.head.end)
      return section.length
    }
    const other = 'Host: other\r\n\r\n'
    assert.equal(learn(`GET / HTTP/1.1\r\n${other}`), other.length)
    assert.equal(scan(latin1(`GET / HTTP/1.1\r\n${other}`), section).kind, 'head')
    assert.equal(learn(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(2100)}\r\n\r\n`), 0)
    assert.equal(learn(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(1500)}\r\n\r\n`), 1516)
    assert.equal(learn(`GET / HTTP/1.1\r\n${'X: 1\r\n'.repeat(33)}\r\n`), 0)
    assert.equal(learn('GET / HTTP/1.1\r\n\r\n'), 0)
  })
})
