import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allValues, firstValue } from '../../src/http/fields.ts'
import { currentAgeSeconds } from '../../src/rfc9111/age.ts'
import { freshen, freshenFromHead, mayStayStored, selectForFreshening } from '../../src/rfc9111/freshening.ts'
import type { StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { dateAt, fieldLines, plainPolicy, startMs, storedResponse } from './stored.ts'

const laterMs = startMs + 100_000
const context = { requestFields: [], policy: plainPolicy }

function answer(...lines: string[]) {
  return { fields: fieldLines(...lines), requestTimeMs: laterMs, responseTimeMs: laterMs }
}

function freshened(stored: StoredResponse, ...lines: string[]): StoredResponse {
  return freshen(stored, answer(...lines), context)
}

const stored = storedResponse({
  response: [
    'Cache-Control: max-age=60',
    'ETag: "a"',
    'Content-Length: 7',
    'Content-Encoding: gzip',
    'X-Twice: 1',
    'X-Twice: 2',
    'X-Kept: old',
  ],
})

describe('updating stored header fields (RFC 9111 §3.2)', () => {
  it('replaces all lines of a field that the newer response has, and adds new ones', () => {
    const { fields } = freshened(stored, 'x-twice: 3', 'X-New: 4')
    assert.deepEqual(allValues(fields, 'x-twice'), ['3'])
    assert.equal(firstValue(fields, 'x-new'), '4')
    assert.equal(firstValue(fields, 'x-kept'), 'old')
  })

  it('updates Cache-Control, Expires, Content-Type, Content-Security-Policy and the rest', () => {
    for (const name of [
      'Cache-Control',
      'Expires',
      'Content-Type',
      'Content-Security-Policy',
      'Content-Foo',
      'X-Frame-Options',
    ]) {
      assert.equal(firstValue(freshened(stored, `${name}: new`).fields, name.toLowerCase()), 'new')
    }
  })

  it('keeps what the stored bytes depend on (A-CO-04)', () => {
    const { fields, body } = freshened(
      stored,
      'Content-Length: 99',
      'Content-Encoding: br',
      'Content-Range: bytes 0-1/2',
      'ETag: W/"a"',
    )
    assert.equal(firstValue(fields, 'content-length'), '7')
    assert.equal(firstValue(fields, 'content-encoding'), 'gzip')
    assert.equal(firstValue(fields, 'content-range'), undefined)
    assert.equal(firstValue(fields, 'etag'), '"a"')
    assert.equal(body, stored.body)
  })

  it('stores no field that is not to be stored, such as Set-Cookie (A-CO-04)', () => {
    const { fields } = freshened(
      stored,
      'Set-Cookie: a=b',
      'Connection: X-Hop',
      'X-Hop: 1',
      'Cache-Control: private="X-Mine"',
      'X-Mine: 1',
    )
    for (const name of ['set-cookie', 'connection', 'x-hop', 'x-mine'])
      assert.equal(firstValue(fields, name), undefined)
  })
})

describe('freshening (RFC 9111 §4.3.4)', () => {
  it('makes it fresh by the updated fields, from the time of the 304', () => {
    const fresh = freshened(stored, `Date: ${dateAt(100)}`, 'Cache-Control: max-age=30')
    assert.deepEqual(fresh.lifetime, { seconds: 30, source: 'max-age' })
    assert.equal(currentAgeSeconds(fresh, laterMs + 5_000), 5)
    assert.equal(freshened(stored, `Date: ${dateAt(100)}`).lifetime.seconds, 60)
  })

  it('counts a 304 without Date from its receipt, and takes its Age', () => {
    assert.equal(currentAgeSeconds(freshened(stored), laterMs), 0)
    assert.equal(currentAgeSeconds(freshened(stored, 'Age: 20'), laterMs), 20)
  })

  it('ends an invalidation', () => assert.equal(freshened({ ...stored, invalidated: true }).invalidated, false))

  it('does not change the stored response itself', () => {
    const before = JSON.stringify(stored)
    freshened(stored, 'X-Kept: new', 'Cache-Control: no-store')
    assert.equal(JSON.stringify(stored), before)
  })

  it('selects by the request when the 304 changes Vary', () => {
    const fresh = freshen(stored, answer('Vary: Foo'), { ...context, requestFields: ['Foo', '1'] })
    assert.deepEqual(fresh.selecting, [{ name: 'foo', value: '1' }])
  })

  it('may show that it is not to be stored any longer', () => {
    assert.equal(mayStayStored(freshened(stored)), true)
    for (const line of ['Cache-Control: no-store', 'Cache-Control: private', 'Vary: *']) {
      assert.equal(mayStayStored(freshened(stored, line)), false, line)
    }
  })
})

describe('which stored responses a 304 freshens (RFC 9111 §4.3.3-4)', () => {
  const named = (arrivedAt: number, etag: string, ...more: string[]) =>
    storedResponse({ arrivedAt, response: [`ETag: ${etag}`, ...more] })

  function selected(validated: StoredResponse, candidates: readonly StoredResponse[], ...lines: string[]) {
    return selectForFreshening({ validated, candidates, requestFields: [], responseFields: fieldLines(...lines) })
  }

  it('are all with the same strong validator', () => {
    const [a, b, again] = [named(0, '"a"'), named(1, '"b"'), named(2, '"a"')]
    assert.deepEqual(selected(a, [again, b, a], 'ETag: "a"'), [a, again])
  })

  it('MUST NOT be any when none has that strong validator (A-CO-03)', () => {
    const a = named(0, '"a"')
    assert.deepEqual(selected(a, [a], 'ETag: "b"'), [])
    assert.deepEqual(selected(named(0, 'W/"b"'), [], 'ETag: "b"'), [])
  })

  it('is the one validated, or else the most recent, with a matching weak validator', () => {
    const [a, b] = [named(0, 'W/"a"'), named(1, '"a"')]
    assert.deepEqual(selected(a, [b, a], 'ETag: W/"a"'), [a])
    assert.deepEqual(selected(named(5, '"x"'), [a, b], 'ETag: W/"a"'), [b])
  })

  it('is the one validated when the 304 has no validator', () => {
    const a = named(0, '"a"')
    assert.deepEqual(selected(a, [named(1, '"b"'), a]), [a])
  })

  it('goes by Last-Modified where there is no entity tag', () => {
    const a = named(0, '"a"', `Last-Modified: ${dateAt(-60)}`)
    assert.deepEqual(selected(a, [a], `Last-Modified: ${dateAt(-60)}`), [a])
    assert.deepEqual(selected(a, [a], `Last-Modified: ${dateAt(-50)}`), [])
  })

  it('are only those that could have answered the request', () => {
    const a = named(0, '"a"')
    const other = { ...named(1, '"a"'), selecting: [{ name: 'foo', value: '2' }] }
    assert.deepEqual(selected(a, [a, other], 'ETag: "a"'), [a])
  })
})

describe('freshening by HEAD (RFC 9111 §4.3.5)', () => {
  const byHead = (status: number, ...lines: string[]) =>
    freshenFromHead(stored, { status, ...answer(...lines) }, context)

  it('updates a stored GET response that it describes', () => {
    const fresh = byHead(200, 'ETag: "a"', 'Content-Length: 7', 'X-Kept: new')
    assert.equal(firstValue(fresh.fields, 'x-kept'), 'new')
    assert.equal(fresh.invalidated, false)
  })

  it('invalidates one with another length, entity tag or modification date', () => {
    for (const line of ['Content-Length: 8', 'ETag: "b"', `Last-Modified: ${dateAt(-5)}`]) {
      assert.equal(byHead(200, line).invalidated, true, line)
    }
  })

  it('invalidates one that is gone, and learns nothing from other statuses', () => {
    assert.equal(byHead(410).invalidated, true)
    assert.equal(byHead(503), stored)
  })
})
