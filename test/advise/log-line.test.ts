import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseLogLine } from '../../src/advise/log-line.ts'
import { combinedLine } from '../../src/log/combined-line.ts'
import { jsonLine } from '../../src/log/json-line.ts'
import { squidLine } from '../../src/log/squid-line.ts'
import { OUTCOMES } from '../../src/metrics/outcomes.ts'
import { exchange } from '../log/exchange.ts'

const COMMON = '192.0.2.1 - frank [31/Jan/2026:23:59:59 +0100] "GET /a?b=1 HTTP/1.1" 200 2326'

describe('a line of an access log', () => {
  const request = {
    timeMs: Date.UTC(2026, 0, 31, 22, 59, 59),
    method: 'GET',
    authority: '',
    target: '/a?b=1',
    status: 200,
    bytes: 2326,
    cookie: undefined,
  }

  it('is read in the common format', () => assert.deepEqual(parseLogLine(COMMON), request))

  it('is read in the combined format', () => {
    assert.deepEqual(parseLogLine(`${COMMON} "http://a.test/" "Mozilla/5.0 (x; \\"y\\")"`), request)
  })

  it('is read with the virtual host before it, or in the target', () => {
    assert.equal(parseLogLine(`Blog.example:443 ${COMMON}`)?.authority, 'blog.example')
    assert.equal(parseLogLine(COMMON.replace('/a?b=1', 'http://B.test:81/x'))?.authority, 'b.test:81')
    assert.equal(parseLogLine(COMMON.replace('/a?b=1', 'http://b.test?x'))?.target, '/?x')
  })

  it('is read with cookies behind it', () => {
    assert.equal(parseLogLine(`${COMMON} "-" "curl" "a=1; b=2" 0.002`)?.cookie, 'a=1; b=2')
    assert.equal(parseLogLine(`${COMMON} "-" "curl" "-"`)?.cookie, undefined)
    assert.equal(parseLogLine(`${COMMON} "http://a.test/?x=1" "curl"`)?.cookie, undefined)
  })

  it('is read with a user name that has spaces, and without a size', () => {
    const line = COMMON.replace('frank', 'frank the tank').replace('2326', '-')
    assert.deepEqual(parseLogLine(line), { ...request, bytes: 0 })
  })

  for (const line of [
    '',
    'garbage',
    COMMON.replace('"GET /a?b=1 HTTP/1.1"', '"-"'),
    COMMON.replace('GET /a?b=1 HTTP/1.1', '\\x16\\x03\\x01'),
    COMMON.replace('Jan', 'Foo'),
    COMMON.replace('200', '20'),
    COMMON.slice(0, 60),
    '{"method":"GET"}',
    '{',
    'null',
  ]) {
    it(`is none of a request: ${JSON.stringify(line)}`, () => assert.equal(parseLogLine(line), undefined))
  }

  it('never throws, whatever it is', () => {
    const part = fc.constantFrom('"', '\\', '[', '] "', ' ', '{', '}', '-', '200', '/a', 'GET', ':', '\\x4', '\n')
    const text = fc.oneof(
      fc.string(),
      fc.array(part).map((parts) => parts.join('')),
    )
    const cut = fc.tuple(fc.nat(COMMON.length), text).map(([at, more]) => COMMON.slice(0, at) + more + COMMON.slice(at))
    fc.assert(fc.property(fc.oneof(text, cut), (line) => void parseLogLine(line)))
  })

  it("is read in Squid's format", () => {
    const line = '1769903999.123     12 192.0.2.1 TCP_MISS/200 1234 GET http://B.test/a?b - HIER_DIRECT/main text/html'
    const inSquid = { timeMs: 1_769_903_999_123, method: 'GET', authority: 'b.test', target: '/a?b', status: 200 }
    assert.deepEqual(parseLogLine(line), { ...inSquid, bytes: 1234, cookie: undefined, isHit: false })
    for (const [code, isHit] of [
      ['TCP_MEM_HIT', true],
      ['TCP_HIT_ABORTED', true],
      ['TCP_REFRESH_UNMODIFIED', false],
      ['TCP_CLIENT_REFRESH_MISS', false],
    ] as const) {
      assert.equal(parseLogLine(line.replace('TCP_MISS', code))?.isHit, isHit, code)
    }
    assert.equal(parseLogLine(line.replace('GET http://B.test/a?b', 'NONE error:invalid-request')), undefined)
  })

  for (const outcome of OUTCOMES) {
    it(`says whether it was a hit, where it was logged as one of ours: ${outcome}`, () => {
      const record = exchange({ decision: { outcome } })
      const isHit = outcome === 'hit' || outcome === 'stale'
      for (const line of [jsonLine(record), squidLine(record)]) assert.equal(parseLogLine(line.trimEnd())?.isHit, isHit)
      assert.equal(parseLogLine(combinedLine(record).trimEnd())?.isHit, undefined)
    })
  }

  it('is read as what our own formats wrote', () => {
    const target = fc.stringMatching(/^\/[!-~\x80-\xff]{0,30}$/)
    const status = fc.integer({ min: 200, max: 599 })
    const agent = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(target, status, fc.nat(1e6), agent, fc.nat(2e9), (path, code, bytes, userAgent, second) => {
        const receivedMs = second * 1000
        const record = exchange({ target: path, status: code, bodyBytesSent: bytes, userAgent, receivedMs })
        for (const line of [combinedLine(record), jsonLine(record)]) {
          const read = parseLogLine(line.trimEnd())
          const { timeMs, method, target: readTarget, status: readStatus, bytes: readBytes } = read ?? {}
          assert.deepEqual(
            [timeMs, method, readTarget, readStatus, readBytes],
            [receivedMs, record.method, path, code, bytes],
          )
        }
      }),
    )
  })
})
