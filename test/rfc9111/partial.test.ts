import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { firstValue } from '../../src/http/fields.ts'
import { answerRange, bytesOf, combine, completionFields } from '../../src/rfc9111/partial.ts'
import type { StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { dateAt, fieldLines, storedResponse } from './stored.ts'

const content = '0123456789'

function part(first: number, last: number, etag = '"a"'): StoredResponse {
  return storedResponse({
    status: 206,
    request: [`Range: bytes=${first}-${last}`],
    response: [`ETag: ${etag}`, `Content-Range: bytes ${first}-${last}/10`, `Content-Length: ${last - first + 1}`],
    body: content.slice(first, last + 1),
  })
}

/** The parts as text, or the kind of answer. */
function answer(stored: StoredResponse, ...lines: string[]): string {
  const decision = answerRange(stored, { method: 'GET', fields: fieldLines(...lines) })
  if (decision.kind !== 'parts') return decision.kind
  return decision.ranges.map((range) => bytesOf(stored, range).toString('latin1')).join('|')
}

const whole = storedResponse({ response: ['ETag: "a"', `Last-Modified: ${dateAt(-60)}`], body: content })

describe('ranges out of a whole stored response (RFC 9110 §14.2)', () => {
  it('are closed, open and suffix ranges, one or several', () => {
    assert.equal(answer(whole, 'Range: bytes=0-1'), '01')
    assert.equal(answer(whole, 'Range: bytes=8-'), '89')
    assert.equal(answer(whole, 'Range: bytes=-3'), '789')
    assert.equal(answer(whole, 'Range: bytes=0-0, -1'), '0|9')
  })

  it('are the whole where the field is ignored', () => {
    for (const value of ['lines=0-1', 'bytes=5-4', 'bytes=x']) assert.equal(answer(whole, `Range: ${value}`), 'whole')
    assert.equal(answer(whole, 'Range: bytes=0-1', 'Range: bytes=2-3'), 'whole')
    assert.equal(answerRange(whole, { method: 'HEAD', fields: ['Range', 'bytes=0-1'] }).kind, 'whole')
    assert.equal(answer({ ...whole, status: 404 }, 'Range: bytes=0-1'), 'whole')
  })

  it('cannot be satisfied beyond the end', () => assert.equal(answer(whole, 'Range: bytes=10-'), 'unsatisfiable'))
})

describe('If-Range (RFC 9110 §13.1.5)', () => {
  const ranged = (stored: StoredResponse, value: string) => answer(stored, 'Range: bytes=0-1', `If-Range: ${value}`)

  it('honours the range with the same strong entity tag or the exact date', () => {
    assert.equal(ranged(whole, '"a"'), '01')
    assert.equal(ranged(whole, dateAt(-60)), '01')
  })

  it('gives the whole with another one, or a weak one (A-CO-05)', () => {
    for (const value of ['"b"', 'W/"a"', 'a', dateAt(0), dateAt(-61)])
      assert.equal(ranged(whole, value), 'whole', value)
    const weak = storedResponse({ response: ['ETag: W/"a"'], body: content })
    assert.equal(ranged(weak, 'W/"a"'), 'whole')
  })

  it('does not trust a modification within the second of the response (RFC 9110 §8.8.2.2)', () => {
    const young = storedResponse({ response: [`Last-Modified: ${dateAt(0)}`], body: content })
    assert.equal(ranged(young, dateAt(0)), 'whole')
  })
})

describe('ranges out of a stored part (RFC 9111 §3.3)', () => {
  const middle = part(2, 6)

  it('are those it holds', () => {
    assert.equal(answer(middle, 'Range: bytes=2-6'), '23456')
    assert.equal(answer(middle, 'Range: bytes=3-4'), '34')
    assert.equal(answer(middle, 'Range: bytes=2-2,6-6'), '2|6')
    assert.equal(answer(part(7, 9), 'Range: bytes=-2'), '89')
    assert.equal(answer(part(7, 9), 'Range: bytes=7-'), '789')
  })

  it('are no others, and not the whole', () => {
    for (const value of ['bytes=0-1', 'bytes=5-7', 'bytes=2-', 'bytes=-5', 'lines=2-6']) {
      assert.equal(answer(middle, `Range: ${value}`), 'not-held', value)
    }
    assert.equal(answer(middle), 'not-held')
    assert.equal(answer(middle, 'Range: bytes=2-6', 'If-Range: "b"'), 'not-held')
  })

  it('of unknown length are closed ranges only', () => {
    const unknown = storedResponse({ status: 206, response: ['Content-Range: bytes 0-3/*'], body: '0123' })
    assert.equal(answer(unknown, 'Range: bytes=1-2'), '12')
    for (const value of ['bytes=1-', 'bytes=-2', 'bytes=9-9'])
      assert.equal(answer(unknown, `Range: ${value}`), 'not-held')
  })
})

describe('completing a stored part (RFC 9111 §3.4)', () => {
  it('asks for what is missing, on condition that it is the same representation', () => {
    assert.deepEqual(completionFields(part(0, 4)), ['Range', 'bytes=5-', 'If-Range', '"a"'])
    assert.deepEqual(completionFields(part(4, 9)), ['Range', 'bytes=0-3', 'If-Range', '"a"'])
  })

  it('is not possible with one range around the middle, nor by a weak validator', () => {
    assert.equal(completionFields(part(3, 4)), undefined)
    assert.equal(completionFields(part(0, 4, 'W/"a"')), undefined)
    assert.equal(completionFields(whole), undefined)
  })
})

describe('combining parts (RFC 9111 §3.4)', () => {
  it('makes a 200 of parts that are the whole together', () => {
    const both = combine(part(0, 4), part(5, 9))
    assert.ok(both)
    assert.equal(both.status, 200)
    assert.equal(both.range, undefined)
    assert.equal(both.body.toString(), content)
    assert.equal(firstValue(both.fields, 'content-range'), undefined)
    assert.equal(firstValue(both.fields, 'content-length'), undefined, 'the length is that of the body')
  })

  it('MUST NOT be done without the same strong validator, nor over a gap', () => {
    assert.equal(combine(part(0, 4), part(5, 9, '"b"')), undefined)
    assert.equal(combine(part(0, 4, 'W/"a"'), part(5, 9, 'W/"a"')), undefined)
    assert.equal(combine(part(0, 3), part(5, 9)), undefined)
  })

  it('gives the bytes of both, in whichever order they came', () => {
    const range = fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }))
    fc.assert(
      fc.property(range, range, (a, b) => {
        const both = combine(part(a.first, a.last), part(b.first, b.last))
        const apart = a.first > b.last + 1 || b.first > a.last + 1
        if (apart) return both === undefined
        const expected = content.slice(Math.min(a.first, b.first), Math.max(a.last, b.last) + 1)
        return both?.body.toString() === expected
      }),
    )
  })
})
