import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { evaluateReuse } from '../../src/rfc9111/reuse.ts'
import { expired, mayServeStaleOnError } from '../../src/rfc9111/stale.ts'
import type { StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { fieldLines, startMs, storedResponse } from './stored.ts'

interface Asked {
  readonly at: number
  readonly method?: string
  readonly request?: readonly string[]
  readonly refreshSeconds?: number
  readonly obey?: boolean
}

/** What becomes of a stored response for a request so many seconds after the start: `fresh`, `validate stale`, … */
function reuse(
  stored: StoredResponse,
  { at, method = 'GET', request = [], refreshSeconds = 0, obey = false }: Asked,
): string {
  const decision = evaluateReuse({
    stored,
    request: { method, fields: fieldLines(...request) },
    nowMs: startMs + at * 1000,
    policy: { refreshSeconds, obeyRequestDirectives: obey },
  })
  return 'reason' in decision ? `${decision.kind} ${decision.reason}` : decision.kind
}

const cached = (directives: string) => storedResponse({ response: [`Cache-Control: ${directives}`, 'ETag: "a"'] })

describe('reuse of a stored response (RFC 9111 §4)', () => {
  it('is fresh while its age is less than its lifetime', () => {
    assert.equal(reuse(cached('max-age=60'), { at: 59.9 }), 'fresh')
    assert.equal(reuse(cached('max-age=60'), { at: 60 }), 'validate stale')
  })

  it('counts the age it had when it arrived', () => {
    const stored = storedResponse({ response: ['Cache-Control: max-age=60', 'Age: 50'] })
    assert.equal(reuse(stored, { at: 9 }), 'fresh')
    assert.equal(reuse(stored, { at: 10 }), 'validate stale')
  })

  it('tells its age', () => {
    const request = { method: 'GET', fields: [] }
    const policy = { refreshSeconds: 0, obeyRequestDirectives: false }
    const decision = evaluateReuse({ stored: cached('max-age=60'), request, nowMs: startMs + 7_500, policy })
    assert.ok(decision.kind === 'fresh')
    assert.equal(decision.ageSeconds, 7)
  })

  it('MUST NOT happen without validation with no-cache (§5.2.2.4)', () => {
    assert.equal(reuse(cached('max-age=60, no-cache'), { at: 1 }), 'validate no-cache')
  })

  it('happens without the fields of a qualified no-cache', () => {
    assert.equal(reuse(cached('max-age=60, no-cache="foo"'), { at: 1 }), 'fresh')
  })

  it('MUST NOT happen without validation once it was invalidated (§4.4)', () => {
    const invalidated = { ...cached('max-age=60, stale-while-revalidate=60'), invalidated: true }
    assert.equal(reuse(invalidated, { at: 1 }), 'validate invalidated')
    assert.equal(mayServeStaleOnError(invalidated, { nowMs: startMs, graceSeconds: 60 }), false)
  })

  it('answers HEAD from the response to a GET, and GET from that to a POST, but no other method', () => {
    assert.equal(reuse(cached('max-age=60'), { at: 1, method: 'HEAD' }), 'fresh')
    assert.equal(reuse({ ...cached('max-age=60'), requestMethod: 'POST' }, { at: 1 }), 'fresh')
    assert.equal(reuse(cached('max-age=60'), { at: 1, method: 'POST' }), 'miss method')
  })

  it('answers from a part only what the part holds (§3.3)', () => {
    const part = storedResponse({
      status: 206,
      response: ['Cache-Control: max-age=60', 'Content-Range: bytes 0-6/100'],
    })
    assert.equal(reuse(part, { at: 1 }), 'partial')
    assert.equal(reuse(part, { at: 1, request: ['Range: bytes=0-6'] }), 'fresh')
    assert.equal(reuse(part, { at: 1, request: ['Range: bytes=0-7'] }), 'partial')
    assert.equal(reuse(part, { at: 1, request: ['Range: bytes=0-6'], method: 'HEAD' }), 'partial')
  })
})

describe('a request with Authorization (RFC 9111 §3.5)', () => {
  const request = ['Authorization: Basic Zm9vOmJhcg==']

  it('gets nothing that was stored without leave to share it', () => {
    assert.equal(reuse(cached('max-age=60'), { at: 1, request }), 'miss authorization')
  })

  for (const allowing of ['public', 's-maxage=60', 'must-revalidate']) {
    it(`gets what is ${allowing}`, () => {
      assert.equal(reuse(cached(`max-age=60, ${allowing}`), { at: 1, request }), 'fresh')
    })
  }
})

describe('directives of requests (RFC 9111 §5.2.1)', () => {
  it('do not make clients force a fetch by default', () => {
    for (const request of [
      'Cache-Control: no-cache',
      'Cache-Control: max-age=0',
      'Pragma: no-cache',
      'Cache-Control: min-fresh=99',
    ]) {
      assert.equal(reuse(cached('max-age=60'), { at: 1, request: [request] }), 'fresh', request)
    }
  })

  it('may be obeyed by configuration', () => {
    const stored = cached('max-age=60')
    const asked = (request: string, at = 30) => reuse(stored, { at, request: [request], obey: true })
    assert.equal(asked('Cache-Control: no-cache'), 'validate request')
    assert.equal(asked('Pragma: no-cache'), 'validate request')
    assert.equal(asked('Cache-Control: max-age=0'), 'validate request')
    assert.equal(asked('Cache-Control: max-age=31'), 'fresh')
    assert.equal(asked('Cache-Control: max-age=30'), 'fresh')
    assert.equal(asked('Cache-Control: max-age=29'), 'validate request')
    assert.equal(asked('Cache-Control: min-fresh=30'), 'fresh')
    assert.equal(asked('Cache-Control: min-fresh=31'), 'validate request')
  })

  it('do not reload what is immutable while it is fresh (RFC 8246 §2), unless by no-cache', () => {
    const stored = cached('max-age=60, immutable')
    assert.equal(reuse(stored, { at: 1, request: ['Cache-Control: max-age=0'], obey: true }), 'fresh')
    assert.equal(reuse(stored, { at: 61, request: ['Cache-Control: max-age=0'], obey: true }), 'validate request')
    assert.equal(reuse(stored, { at: 1, request: ['Cache-Control: no-cache'], obey: true }), 'validate request')
  })

  it('accept a stale response with max-stale, where the origin does not forbid it', () => {
    const asked = (directives: string, value: string) =>
      reuse(cached(directives), { at: 70, request: [`Cache-Control: ${value}`] })
    assert.equal(asked('max-age=60', 'max-stale'), 'grace')
    assert.equal(asked('max-age=60', 'max-stale=10'), 'grace')
    assert.equal(asked('max-age=60', 'max-stale=9'), 'validate stale')
    assert.equal(asked('max-age=60, must-revalidate', 'max-stale'), 'validate stale')
  })
})

describe('serving stale while refreshing (RFC 5861 §3, RFC 9111 §4.2.4)', () => {
  it('is not done without permission', () => assert.equal(reuse(cached('max-age=60'), { at: 61 }), 'validate stale'))

  it('is permitted by stale-while-revalidate, for so long', () => {
    const stored = cached('max-age=60, stale-while-revalidate=30')
    assert.equal(reuse(stored, { at: 90 }), 'grace')
    assert.equal(reuse(stored, { at: 91 }), 'validate stale')
  })

  it('is permitted by a rule, for so long', () => {
    assert.equal(reuse(cached('max-age=60'), { at: 70, refreshSeconds: 10 }), 'grace')
    assert.equal(reuse(cached('max-age=60'), { at: 71, refreshSeconds: 10 }), 'validate stale')
  })

  for (const forbidding of ['must-revalidate', 'proxy-revalidate', 's-maxage=60']) {
    it(`MUST NOT be done with ${forbidding} (A-AU-06)`, () => {
      const stored = cached(`max-age=60, stale-while-revalidate=600, ${forbidding}`)
      assert.equal(reuse(stored, { at: 61, refreshSeconds: 600 }), 'validate stale')
    })
  }
})

describe('serving stale because the origin fails (RFC 5861 §4)', () => {
  const allowed = (directives: string, at: number, request?: number) =>
    mayServeStaleOnError(cached(directives), {
      nowMs: startMs + at * 1000,
      graceSeconds: 100,
      ...(request === undefined ? {} : { requestDirectives: { ...noWishes, staleIfErrorSeconds: request } }),
    })
  const noWishes = {
    noCache: false,
    noStore: false,
    onlyIfCached: false,
    noTransform: false,
    maxAgeSeconds: undefined,
    minFreshSeconds: undefined,
    maxStaleSeconds: undefined,
    staleIfErrorSeconds: undefined,
  }

  it('is permitted by the configured grace', () => {
    assert.equal(allowed('max-age=60', 160), true)
    assert.equal(allowed('max-age=60', 161), false)
  })

  it("is as long as the origin's stale-if-error says, longer or shorter", () => {
    assert.equal(allowed('max-age=60, stale-if-error=200', 260), true)
    assert.equal(allowed('max-age=60, stale-if-error=0', 61), false)
  })

  it("may be lengthened by the client's stale-if-error", () => {
    assert.equal(allowed('max-age=60', 200, 140), true)
    assert.equal(allowed('max-age=60', 150, 1), true)
  })

  for (const forbidding of ['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache']) {
    it(`MUST NOT be done with ${forbidding} (A-AU-06)`, () => {
      assert.equal(allowed(`max-age=60, stale-if-error=600, ${forbidding}`, 61, 600), false)
    })
  }
})

describe('a soft purge', () => {
  it('ends the freshness lifetime and leaves grace', () => {
    const purged = expired(cached('max-age=60'), startMs + 10_000)
    assert.equal(reuse(purged, { at: 10 }), 'validate stale')
    assert.equal(reuse(purged, { at: 15, refreshSeconds: 10 }), 'grace')
    assert.equal(mayServeStaleOnError(purged, { nowMs: startMs + 15_000, graceSeconds: 10 }), true)
  })

  it('does not lengthen what was stale already', () => {
    const stored = cached('max-age=5')
    assert.equal(expired(stored, startMs + 10_000), stored)
  })
})
