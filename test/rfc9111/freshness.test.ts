import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { currentAgeSeconds, parseAge } from '../../src/rfc9111/age.ts'
import { responseMetadata } from '../../src/rfc9111/metadata.ts'
import { dateAt, type Exchanged, fieldLines, plainPolicy, startMs, storedResponse } from './stored.ts'

function lifetime(
  lines: readonly string[],
  { status = 200, policy = {} }: Pick<Exchanged, 'status' | 'policy'> = {},
): string {
  const fields = fieldLines(...lines)
  const metadata = responseMetadata({ status, fields, responseTimeMs: startMs, policy: { ...plainPolicy, ...policy } })
  return `${metadata.lifetime.seconds} ${metadata.lifetime.source}`
}

describe('freshness lifetime (RFC 9111 §4.2.1)', () => {
  it('is s-maxage in a shared cache, whatever max-age and Expires say', () => {
    assert.equal(lifetime(['Cache-Control: max-age=1, s-maxage=60', `Expires: ${dateAt(5)}`]), '60 s-maxage')
    assert.equal(lifetime(['Cache-Control: s-maxage=1', 'Cache-Control: max-age=60']), '1 s-maxage')
  })

  it('is max-age, even where Expires says otherwise or cannot be read', () => {
    assert.equal(lifetime(['Cache-Control: max-age=60', `Expires: ${dateAt(-60)}`]), '60 max-age')
    assert.equal(lifetime(['Cache-Control: max-age=60', 'Expires: 0']), '60 max-age')
    assert.equal(lifetime(['Cache-Control: max-age=0', `Expires: ${dateAt(60)}`]), '0 max-age')
  })

  it('is Expires minus Date', () => {
    assert.equal(lifetime([`Date: ${dateAt(-100)}`, `Expires: ${dateAt(60)}`]), '160 expires')
    assert.equal(lifetime([`Date: ${dateAt(100)}`, `Expires: ${dateAt(60)}`]), '0 expires')
  })

  it('counts from the time of receipt where Date is missing or cannot be read', () => {
    assert.equal(lifetime([`Expires: ${dateAt(60)}`]), '60 expires')
    assert.equal(lifetime(['Date: yesterday', `Expires: ${dateAt(60)}`]), '60 expires')
  })

  it('is over where Expires cannot be read (§5.3, A-TM-04)', () => {
    for (const value of ['0', 'tomorrow', '2099', 'Thu, 18 Aug 2050 02:01:18 UTC']) {
      assert.equal(lifetime([`Expires: ${value}`]), '0 expires', value)
    }
  })

  it('is over where several Expires differ, and not where they agree', () => {
    assert.equal(lifetime([`Expires: ${dateAt(60)}`, `Expires: ${dateAt(90)}`]), '0 expires')
    assert.equal(lifetime([`Expires: ${dateAt(60)}`, `Expires: ${dateAt(60)}`]), '60 expires')
  })

  it('is what a rule says, except for errors', () => {
    const policy = { freshnessSeconds: 3600 }
    assert.equal(lifetime(['Cache-Control: max-age=5'], { policy }), '3600 rule')
    assert.equal(lifetime(['Cache-Control: max-age=5'], { policy, status: 500 }), '5 max-age')
    assert.equal(lifetime([], { policy, status: 404 }), '0 none')
  })

  it('lets a rule replace no-cache too', () => {
    const stored = storedResponse({ response: ['Cache-Control: no-cache'], policy: { freshnessSeconds: 60 } })
    assert.equal(stored.directives.noCache, false)
  })
})

describe('heuristic freshness (RFC 9111 §4.2.2)', () => {
  const modified = (secondsAgo: number) => [`Date: ${dateAt(0)}`, `Last-Modified: ${dateAt(-secondsAgo)}`]

  it('is a tenth of the time since the last modification, at most a day', () => {
    assert.equal(lifetime(modified(6000)), '600 heuristic')
    assert.equal(lifetime(modified(86_400 * 365)), '86400 heuristic')
  })

  for (const status of [200, 203, 204, 206, 300, 301, 308]) {
    it(`applies to ${status}`, () => assert.equal(lifetime(modified(6000), { status }), '600 heuristic'))
  }

  for (const status of [404, 405, 410, 414, 501]) {
    it(`applies to ${status}, but only for seconds: an error may be one client's doing (A-DO-04)`, () => {
      assert.equal(lifetime(modified(6000), { status }), '10 heuristic')
    })
  }

  for (const status of [201, 202, 302, 307, 400, 403, 500, 502, 503, 504, 599]) {
    it(`does not apply to ${status} unless the response is marked public`, () => {
      assert.equal(lifetime(modified(60), { status }), '0 none')
      assert.equal(lifetime([...modified(60), 'Cache-Control: public'], { status }), '6 heuristic')
    })
  }

  it('needs a Last-Modified in the past', () => {
    assert.equal(lifetime([]), '0 none')
    assert.equal(lifetime(modified(-60)), '0 none')
    assert.equal(lifetime(['Last-Modified: once']), '0 none')
  })

  it('gives way to a configured default lifetime', () => {
    const policy = { defaultFreshnessSeconds: 120 }
    assert.equal(lifetime(modified(6000), { policy }), '120 default')
    assert.equal(lifetime(['Cache-Control: max-age=5'], { policy }), '5 max-age')
    assert.equal(lifetime([], { policy, status: 404 }), '0 none')
  })

  it('gives way to a configured negative lifetime for errors, at most a second for 5xx', () => {
    const policy = { negativeSeconds: 30 }
    assert.equal(lifetime([], { policy, status: 404 }), '30 default')
    assert.equal(lifetime([], { policy, status: 503 }), '1 default')
    assert.equal(lifetime([], { policy, status: 403 }), '0 none')
  })

  it('is a limit for what errors say of themselves (A-DO-03), 10 seconds for 5xx', () => {
    const response = ['Cache-Control: max-age=60']
    assert.equal(lifetime(response, { policy: { negativeSeconds: 30 }, status: 404 }), '30 max-age')
    assert.equal(lifetime(response, { status: 404 }), '60 max-age')
    assert.equal(lifetime(response, { status: 503 }), '10 max-age')
    assert.equal(lifetime(response, { policy: { negativeSeconds: 30 } }), '60 max-age')
  })
})

describe('current age (RFC 9111 §4.2.3)', () => {
  it('counts from the Age at receipt', () => {
    const stored = storedResponse({ response: ['Age: 30', 'Cache-Control: max-age=60'] })
    assert.equal(currentAgeSeconds(stored, startMs), 30)
    assert.equal(currentAgeSeconds(stored, startMs + 12_900), 42)
  })

  it('includes the time the response spent on its way here', () => {
    const stored = { ageFieldSeconds: 30, requestTimeMs: 0, responseTimeMs: 2_000, dateMs: 2_000 }
    assert.equal(currentAgeSeconds(stored, 10_000), 40)
  })

  it('is at least what the Date shows', () => {
    assert.equal(currentAgeSeconds(storedResponse({ response: [`Date: ${dateAt(-30)}`] }), startMs), 30)
  })

  it('is not negative with a Date in the future (A-TM-01), nor when the clock was set back (A-TM-05)', () => {
    const stored = storedResponse({ response: [`Date: ${dateAt(86_400 * 365)}`] })
    assert.equal(currentAgeSeconds(stored, startMs), 0)
    assert.equal(currentAgeSeconds(stored, startMs - 3_600_000), 0)
  })
})

describe('Age of a received response (RFC 9111 §5.1)', () => {
  it('is ignored unless it is a number of seconds (A-TM-02)', () => {
    for (const value of ['abc', '-7200', '7200.0', '7200;foo=bar', '']) assert.equal(parseAge([value]), 0, value)
    assert.equal(parseAge([]), 0)
  })

  it('is the first member of several', () => {
    assert.equal(parseAge(['1, 2']), 1)
    assert.equal(parseAge(['7200', '0']), 7200)
    assert.equal(parseAge(['0', '7200']), 0)
  })

  it('is at most 2^31 (A-TM-02)', () => {
    assert.equal(parseAge(['4294967297']), 2 ** 31)
    assert.equal(parseAge(['2147483647']), 2 ** 31 - 1)
  })
})
