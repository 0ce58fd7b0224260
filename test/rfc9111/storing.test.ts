import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { firstValue, hasField } from '../../src/http/fields.ts'
import { dateAt, outcomeOf, startMs, storedResponse } from './stored.ts'

const fresh = 'Cache-Control: max-age=60'

describe('storing responses (RFC 9111 §3)', () => {
  it('stores a response with explicit freshness, whatever its final status', () => {
    for (const status of [200, 203, 204, 299, 301, 302, 303, 307, 308, 404, 410, 499, 500, 502, 503, 504, 599]) {
      assert.equal(outcomeOf({ status, response: [fresh] }), 'stored', `${status}`)
    }
  })

  it('stores one that can only be validated', () => {
    assert.equal(outcomeOf({ response: ['ETag: "a"'] }), 'stored')
    assert.equal(outcomeOf({ response: ['Cache-Control: no-cache', 'ETag: "a"'] }), 'stored')
    assert.equal(outcomeOf({ response: ['Cache-Control: max-age=0', `Last-Modified: ${dateAt(-60)}`] }), 'stored')
  })

  it('does not store one that could never be reused', () => {
    assert.equal(outcomeOf({ response: [] }), 'no-freshness')
    assert.equal(outcomeOf({ response: ['Cache-Control: max-age=0'] }), 'no-freshness')
    assert.equal(outcomeOf({ response: ['Cache-Control: max-age=0, stale-while-revalidate=60'] }), 'stored')
    assert.equal(outcomeOf({ response: ['Cache-Control: max-age=0'], policy: { refreshSeconds: 10 } }), 'stored')
  })

  it('MUST NOT store with no-store or private, in any case of letters', () => {
    assert.equal(outcomeOf({ response: ['Cache-Control: No-Store, max-age=60'] }), 'no-store')
    assert.equal(outcomeOf({ response: ['Cache-Control: max-age=60', 'Cache-Control: PRIVATE'] }), 'private')
    assert.equal(outcomeOf({ response: ['Cache-Control: private'], policy: { freshnessSeconds: 60 } }), 'private')
  })

  it('MUST NOT store the response to a request with no-store (§5.2.1.5)', () => {
    assert.equal(outcomeOf({ request: ['Cache-Control: no-store'], response: [fresh] }), 'request-no-store')
  })

  it('ignores Pragma: no-cache in responses (§5.4)', () => {
    assert.equal(outcomeOf({ response: [fresh, 'Pragma: no-cache'] }), 'stored')
  })

  it('with must-understand stores only statuses it understands, and those in spite of no-store (§5.2.2.3)', () => {
    assert.equal(outcomeOf({ response: ['Cache-Control: max-age=60, must-understand, no-store'] }), 'stored')
    assert.equal(
      outcomeOf({ status: 599, response: ['Cache-Control: max-age=60, must-understand'] }),
      'must-understand',
    )
    assert.equal(
      outcomeOf({ status: 200, response: ['Cache-Control: must-understand, private, max-age=60'] }),
      'private',
    )
  })

  it('stores no interim response, no 304, and nothing that fields outside the key brought about', () => {
    for (const status of [103, 304, 412, 416, 417]) assert.equal(outcomeOf({ status, response: [fresh] }), 'status')
  })

  it('MUST NOT store 428, 429, 431 and 511 (RFC 6585)', () => {
    for (const status of [428, 429, 431, 511]) assert.equal(outcomeOf({ status, response: [fresh] }), 'status')
  })

  it('stores no response to other methods', () => {
    for (const method of ['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND', 'get']) {
      assert.equal(outcomeOf({ method, response: [fresh] }), 'method')
    }
  })

  it('stores the response to a POST only as the content of the same URI and with explicit freshness (RFC 9110 §9.3.3)', () => {
    const post = (...response: string[]) => outcomeOf({ method: 'POST', requestBody: 'a=b', response })
    assert.equal(post(fresh, 'Content-Location: /page'), 'stored')
    assert.equal(post(fresh, 'Content-Location: http://site.test/page'), 'stored')
    assert.equal(post(fresh, 'Content-Location: /other'), 'method')
    assert.equal(post(fresh, 'Content-Location: http://evil.test/page'), 'method')
    assert.equal(post(fresh), 'method')
    assert.equal(post(`Last-Modified: ${dateAt(-600)}`, 'Content-Location: /page'), 'method')
  })

  it('does not store the response to a GET with a body, which is not part of the key (A-CP-03)', () => {
    assert.equal(outcomeOf({ requestBody: 'x', response: [fresh] }), 'request-body')
  })

  it('does not store where a rule says so', () => {
    assert.equal(outcomeOf({ response: [fresh], policy: { store: false } }), 'rule')
  })
})

describe('errors (CPDoS)', () => {
  it('are not stored without freshness (A-DO-01, A-DO-04, A-AU-05)', () => {
    for (const status of [400, 401, 403, 404, 405, 414, 431, 500, 501, 502, 503, 504]) {
      assert.notEqual(outcomeOf({ status, response: ['ETag: "a"'] }), 'stored')
    }
  })

  it('are not stored because of a rule for what is right', () => {
    assert.equal(outcomeOf({ status: 404, response: [], policy: { freshnessSeconds: 86_400 } }), 'no-freshness')
  })

  it("are never stored where one client's odd request may have caused them, whatever they say (A-DO-01)", () => {
    for (const status of [400, 406, 408, 411, 412, 413, 415, 416, 417, 421, 422, 425, 426, 428, 429, 431]) {
      assert.equal(outcomeOf({ status, response: [fresh] }), 'status', String(status))
    }
  })

  it('are stored with explicit freshness (A-DO-03) or by a negative lifetime', () => {
    assert.equal(outcomeOf({ status: 404, response: [fresh] }), 'stored')
    assert.equal(outcomeOf({ status: 404, response: [], policy: { negativeSeconds: 5 } }), 'stored')
  })

  it('407 is never stored (A-AU-05)', () => assert.equal(outcomeOf({ status: 407, response: [fresh] }), 'status'))
})

describe('responses to Authorization (RFC 9111 §3.5)', () => {
  const request = ['Authorization: Basic Zm9vOmJhcg==']

  it('MUST NOT be stored by a shared cache (A-AU-01)', () => {
    assert.equal(outcomeOf({ request, response: [fresh] }), 'authorization')
  })

  for (const allowing of ['public', 's-maxage=60', 'must-revalidate']) {
    it(`may be stored with ${allowing} (A-AU-03)`, () => {
      assert.equal(outcomeOf({ request, response: [`Cache-Control: max-age=60, ${allowing}`] }), 'stored')
    })
  }

  it('may not with proxy-revalidate alone', () => {
    assert.equal(outcomeOf({ request, response: ['Cache-Control: max-age=60, proxy-revalidate'] }), 'authorization')
  })
})

describe('consent', () => {
  const modified = `Last-Modified: ${dateAt(-6000)}`

  it('is not given to share what a request with cookies got without explicit freshness (A-CD-01)', () => {
    const request = ['Cookie: session=1']
    assert.equal(outcomeOf({ request, response: [modified] }), 'consent')
    assert.equal(outcomeOf({ request, response: ['ETag: "a"'] }), 'consent')
    assert.equal(outcomeOf({ request, response: ['Cache-Control: no-cache', 'ETag: "a"'] }), 'consent')
    assert.equal(outcomeOf({ request, response: [], policy: { defaultFreshnessSeconds: 120 } }), 'consent')
    assert.equal(outcomeOf({ response: [modified] }), 'stored')
  })

  it('is given by explicit freshness and by a rule', () => {
    const request = ['Cookie: session=1']
    assert.equal(outcomeOf({ request, response: [fresh] }), 'stored')
    assert.equal(outcomeOf({ request, response: [], policy: { freshnessSeconds: 60 } }), 'stored')
  })

  it('is not given for credentials by a default lifetime', () => {
    const request = ['Authorization: Basic Zm9vOmJhcg==']
    assert.equal(outcomeOf({ request, response: ['Cache-Control: public', modified] }), 'consent')
  })
})

describe('Set-Cookie (RFC 9111 §7.3)', () => {
  const response = [fresh, 'Set-Cookie: sid=1']

  it('keeps a response from being stored (A-AU-02)', () => assert.equal(outcomeOf({ response }), 'set-cookie'))

  it('is removed, or kept, where a rule says so', () => {
    assert.equal(outcomeOf({ response, policy: { setCookie: 'strip' } }), 'stored')
    assert.equal(hasField(storedResponse({ response, policy: { setCookie: 'strip' } }).fields, 'set-cookie'), false)
    assert.equal(hasField(storedResponse({ response, policy: { setCookie: 'store' } }).fields, 'set-cookie'), true)
  })

  it('does not where the origin itself withholds it from the cache (A-AU-04, A-AU-07)', () => {
    for (const directive of ['no-cache', 'private']) {
      const withheld = [`Cache-Control: max-age=60, ${directive}="Set-Cookie"`, 'Set-Cookie: sid=1']
      assert.equal(outcomeOf({ response: withheld }), 'stored')
      assert.equal(
        hasField(storedResponse({ response: withheld, policy: { setCookie: 'store' } }).fields, 'set-cookie'),
        false,
      )
    }
  })
})

describe('Vary and storing (RFC 9111 §4.1)', () => {
  for (const value of ['*', '*, *', ', *', 'foo, *', '*, foo']) {
    it(`"Vary: ${value}" is not stored`, () =>
      assert.equal(outcomeOf({ response: [fresh, `Vary: ${value}`] }), 'vary-star'))
  }

  it('a * in another line counts', () => {
    assert.equal(outcomeOf({ response: [fresh, 'Vary: foo', 'Vary: *'] }), 'vary-star')
  })

  it('with more than 16 names is not stored (A-VA-03)', () => {
    const names = (count: number) => `Vary: ${Array.from({ length: count }, (_, i) => `X-${i}`).join(', ')}`
    assert.equal(outcomeOf({ response: [fresh, names(16)] }), 'stored')
    assert.equal(outcomeOf({ response: [fresh, names(17)] }), 'vary-names')
  })
})

describe('storing header fields (RFC 9111 §3.1)', () => {
  it('leaves out what concerns one connection or one proxy', () => {
    const { fields } = storedResponse({
      response: [
        fresh,
        'Connection: X-Hop',
        'X-Hop: 1',
        'Proxy-Authenticate: Basic',
        'Keep-Alive: 5',
        'X-Kept: 1',
        'TE: x',
      ],
    })
    assert.deepEqual(fields, ['Date', dateAt(0), 'Cache-Control', 'max-age=60', 'X-Kept', '1'])
  })

  it('leaves out what a qualified private or no-cache names', () => {
    const { fields } = storedResponse({
      response: ['Cache-Control: max-age=60, no-cache="a", private="B"', 'A: 1', 'b: 2', 'c: 3'],
    })
    assert.equal(hasField(fields, 'a') || hasField(fields, 'b'), false)
    assert.equal(firstValue(fields, 'c'), '3')
  })

  it('keeps order, case and duplicates of the others', () => {
    const { fields } = storedResponse({ response: [`Date: ${dateAt(0)}`, 'x-A: 1', 'X-B: 2', 'X-a: 3'] })
    assert.deepEqual(fields.slice(2), ['x-A', '1', 'X-B', '2', 'X-a', '3'])
  })

  it('adds the time of receipt as Date where there is none (RFC 9110 §6.6.1)', () => {
    const stored = storedResponse({ response: ['date: never'], arrivedAt: 5 })
    assert.equal(stored.dateMs, startMs + 5000)
  })
})

describe('incomplete and partial responses (RFC 9111 §3.3)', () => {
  const partial = (contentRange: string) => [fresh, 'ETag: "a"', `Content-Range: ${contentRange}`]

  it('stores a 206 that is the part asked for', () => {
    assert.equal(outcomeOf({ status: 206, request: ['Range: bytes=0-3'], response: partial('bytes 0-3/10') }), 'stored')
    assert.equal(outcomeOf({ status: 206, request: ['Range: bytes=-4'], response: partial('bytes 6-9/10') }), 'stored')
    assert.equal(outcomeOf({ status: 206, request: ['Range: bytes=4-'], response: partial('bytes 4-9/10') }), 'stored')
  })

  it('does not store one that is another part, or not asked for (A-RG-02)', () => {
    assert.equal(
      outcomeOf({ status: 206, request: ['Range: bytes=0-3'], response: partial('bytes 5-9/10') }),
      'content-range',
    )
    assert.equal(outcomeOf({ status: 206, response: partial('bytes 0-3/10') }), 'content-range')
  })

  it('does not store one without a Content-Range of its own, such as multipart', () => {
    assert.equal(outcomeOf({ status: 206, request: ['Range: bytes=0-3'], response: [fresh] }), 'content-range')
  })
})
