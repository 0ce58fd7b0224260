import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { combinedLine } from '../../src/log/combined-line.ts'
import { jsonLine } from '../../src/log/json-line.ts'
import { squidCode, squidLine } from '../../src/log/squid-line.ts'
import type { Decision } from '../../src/request/proxy-response.ts'
import { exchange } from './exchange.ts'

/** What a client can send to forge lines or drive a terminal: escapes, line ends, quotes, and U+2028 in UTF-8. */
const hostile = 'a"b\\c\x1b[31m\r\n\t\x00\x7f\x9bé\u2028\xe2\x80\xa8'
const lineFormats = { combined: combinedLine, json: jsonLine, squid: squidLine }

describe('every access log format', () => {
  for (const [name, format] of Object.entries(lineFormats)) {
    it(`${name} is one line of printable ASCII, whatever the client sends (A-LG-01)`, () => {
      const line = format(
        exchange({
          target: `/${hostile}`,
          userAgent: hostile,
          referer: hostile,
          authority: hostile,
          responseType: hostile,
        }),
      )
      assert.match(line, /^[ -~]+\n$/)
    })

    it(`${name} has no cookies or credentials (A-LG-02)`, () => {
      const fields = ['Cookie', 'sid=secret', 'Authorization', 'Bearer secret', 'Proxy-Authorization', 'Basic secret']
      assert.doesNotMatch(format(exchange({ fields, decision: { outcome: 'hit', key: 'secret' } })), /secret/)
    })
  }
})

describe('the combined format', () => {
  it("is Apache's", () => {
    assert.equal(
      combinedLine(exchange()),
      '192.0.2.7 - - [31/Jan/2026:23:59:59 +0000] "GET /posts/1?page=2 HTTP/1.1" 200 5120 "http://example.com/" "Mozilla/5.0 (X11)"\n',
    )
  })

  it('shows what is missing as a dash', () => {
    const line = combinedLine(exchange({ bodyBytesSent: 0, referer: undefined, userAgent: undefined }))
    assert.match(line, / 200 - "-" "-"\n$/)
  })

  it('has a line for a request that could not be read, and for a client that left before its response', () => {
    const unread = combinedLine(exchange({ method: '', target: '', version: '', status: 400 }))
    assert.match(unread, /\] "-" 400 /)
    assert.match(combinedLine(exchange({ status: 0 })), /" 499 /)
  })

  it('escapes as Apache does, so that its readers can undo it', () => {
    assert.match(combinedLine(exchange({ userAgent: 'a"b\\c\x1b\xe9' })), /"a\\"b\\\\c\\x1b\\xe9"\n$/)
  })
})

describe('the json format', () => {
  it('says what was decided in the words of the decision', () => {
    const decision: Decision = {
      outcome: 'miss',
      forward: 'uri-miss',
      forwardStatus: 200,
      stored: true,
      collapsed: false,
      ttlSeconds: 60,
      detail: 'stored',
      rule: 'pages',
      origin: 'main',
    }
    assert.deepEqual(JSON.parse(jsonLine(exchange({ decision, peerAddress: '10.0.0.1' }))), {
      time: '2026-01-31T23:59:59.007Z',
      client: '192.0.2.7',
      peer: '10.0.0.1',
      method: 'GET',
      scheme: 'http',
      authority: 'example.com',
      target: '/posts/1?page=2',
      version: '1.1',
      status: 200,
      bytes: 5120,
      durationMs: 12,
      firstByteMs: 1,
      type: 'text/html; charset=utf-8',
      referer: 'http://example.com/',
      userAgent: 'Mozilla/5.0 (X11)',
      ...decision,
    })
  })

  it('leaves out what does not apply', () => {
    const line = jsonLine(exchange({ decision: { outcome: 'hit' }, referer: undefined, firstByteMs: undefined }))
    const members = Object.keys(JSON.parse(line))
    assert.deepEqual(
      members.filter((name) => ['referer', 'firstByteMs', 'forward', 'origin', 'peer', 'complete'].includes(name)),
      [],
    )
  })

  it('gives back exactly what the client sent', () => {
    assert.equal(JSON.parse(jsonLine(exchange({ userAgent: hostile }))).userAgent, hostile)
  })
})

describe('the squid format', () => {
  it("is Squid's native one", () => {
    const decision: Decision = { outcome: 'miss', forward: 'uri-miss', origin: 'main' }
    assert.equal(
      squidLine(exchange({ decision })),
      '1769903999.007     12 192.0.2.7 TCP_MISS/200 5400 GET http://example.com/posts/1?page=2 - HIER_DIRECT/main text/html\n',
    )
  })

  it('has a line for a request that could not be read', () => {
    const decision: Decision = { outcome: 'error', detail: 'client-bad-request' }
    const line = squidLine(exchange({ method: '', target: '', authority: '', status: 400, decision }))
    assert.match(line, / NONE\/400 5400 NONE NONE - HIER_NONE\/- /)
  })

  it('marks a response that its client did not wait for', () => {
    assert.match(squidLine(exchange({ complete: false })), / TCP_MEM_HIT_ABORTED\/200 .* HIER_NONE\/- text\/html\n$/)
  })

  const codes: readonly [Decision, number, string][] = [
    [{ outcome: 'hit' }, 200, 'TCP_MEM_HIT'],
    [{ outcome: 'hit', detail: 'redis' }, 200, 'TCP_HIT'],
    [{ outcome: 'hit' }, 304, 'TCP_IMS_HIT'],
    [{ outcome: 'hit' }, 404, 'TCP_NEGATIVE_HIT'],
    [{ outcome: 'stale' }, 200, 'TCP_HIT'],
    [{ outcome: 'stale', detail: 'origin-timeout' }, 200, 'TCP_REFRESH_FAIL_OLD'],
    [{ outcome: 'revalidated', forward: 'stale' }, 200, 'TCP_REFRESH_UNMODIFIED'],
    [{ outcome: 'miss', forward: 'stale' }, 200, 'TCP_REFRESH_MODIFIED'],
    [{ outcome: 'miss', forward: 'request' }, 200, 'TCP_CLIENT_REFRESH_MISS'],
    [{ outcome: 'miss', forward: 'vary-miss' }, 200, 'TCP_MISS'],
    [{ outcome: 'pass', forward: 'method' }, 200, 'TCP_MISS'],
    [{ outcome: 'local' }, 403, 'TCP_DENIED'],
    [{ outcome: 'local' }, 504, 'NONE'],
    [{ outcome: 'error', detail: 'client-bad-request' }, 400, 'NONE'],
    [{ outcome: 'error', detail: 'origin-refused', forward: 'uri-miss', origin: 'main' }, 502, 'TCP_MISS'],
  ]
  for (const [decision, status, code] of codes) {
    it(`calls ${JSON.stringify(decision)} with ${status} ${code}`, () => {
      assert.equal(squidCode(exchange({ decision, status })), code)
    })
  }
})
