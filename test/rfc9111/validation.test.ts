import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answersConditional, validationFields } from '../../src/rfc9111/validation.ts'
import { dateAt, fieldLines, storedResponse } from './stored.ts'

function answer(response: readonly string[], request: readonly string[], status = 200): string {
  return answersConditional({ ...storedResponse({ response, status }), requestFields: fieldLines(...request) })
}

describe('sending a validation request (RFC 9111 §4.3.1)', () => {
  it('carries both validators as they were received', () => {
    const stored = storedResponse({ response: ['ETag: W/"a"', 'Last-Modified: Thursday, 01-Jan-25 00:00:00 GMT'] })
    assert.deepEqual(validationFields(stored), [
      'If-None-Match',
      'W/"a"',
      'If-Modified-Since',
      'Thursday, 01-Jan-25 00:00:00 GMT',
    ])
  })

  it('carries nothing where there is no validator', () => assert.deepEqual(validationFields(storedResponse()), []))
})

describe('answering If-None-Match (RFC 9111 §4.3.2)', () => {
  it('uses weak comparison over all members', () => {
    for (const value of ['"a"', 'W/"a"', '"x", "a"', '"a", "x"', '"x" , W/"a" ,"y"', '*', 'a']) {
      assert.equal(answer(['ETag: "a"'], [`If-None-Match: ${value}`]), 'not-modified', value)
    }
    assert.equal(answer(['ETag: W/"a"'], ['If-None-Match: "a"']), 'not-modified')
    assert.equal(answer(['ETag: "\xfcmlaut"'], ['If-None-Match: "\xfcmlaut"']), 'not-modified')
  })

  it('is in full for another tag, and for a stored response without one', () => {
    assert.equal(answer(['ETag: "a"'], ['If-None-Match: "b"']), 'full')
    assert.equal(answer([], ['If-None-Match: "b"']), 'full')
    assert.equal(answer(['ETag: "a"'], ['If-None-Match: w/"a"']), 'full')
  })

  it('takes precedence over If-Modified-Since (RFC 9110 §13.1.3)', () => {
    const response = ['ETag: "a"', `Last-Modified: ${dateAt(-60)}`]
    assert.equal(answer(response, ['If-None-Match: "b"', `If-Modified-Since: ${dateAt(0)}`]), 'full')
    assert.equal(answer(response, ['If-None-Match: "a"', `If-Modified-Since: ${dateAt(-90)}`]), 'not-modified')
  })

  it('is in full unless the stored response is a success (RFC 9110 §13.2.1)', () => {
    assert.equal(answer(['ETag: "a"'], ['If-None-Match: "a"'], 404), 'full')
    assert.equal(answer(['ETag: "a"'], ['If-None-Match: "a"'], 301), 'full')
  })
})

describe('answering If-Modified-Since (RFC 9111 §4.3.2)', () => {
  const response = [`Last-Modified: ${dateAt(-60)}`]

  it('compares with Last-Modified', () => {
    assert.equal(answer(response, [`If-Modified-Since: ${dateAt(-60)}`]), 'not-modified')
    assert.equal(answer(response, [`If-Modified-Since: ${dateAt(-30)}`]), 'not-modified')
    assert.equal(answer(response, [`If-Modified-Since: ${dateAt(-61)}`]), 'full')
  })

  it('compares with the Date where there is no Last-Modified', () => {
    assert.equal(answer([`Date: ${dateAt(-50)}`], [`If-Modified-Since: ${dateAt(-50)}`]), 'not-modified')
    assert.equal(answer([`Date: ${dateAt(-50)}`], [`If-Modified-Since: ${dateAt(-51)}`]), 'full')
  })

  it('reads every form of date', () => {
    assert.equal(answer(response, ['If-Modified-Since: Thursday, 01-Jan-26 00:00:00 GMT']), 'not-modified')
  })

  it('ignores one that is no date, and several', () => {
    assert.equal(answer(response, ['If-Modified-Since: now']), 'full')
    assert.equal(answer(response, [`If-Modified-Since: ${dateAt(0)}`, `If-Modified-Since: ${dateAt(0)}`]), 'full')
  })
})

describe('preconditions that only the origin evaluates (RFC 9111 §4.3.2)', () => {
  it('are If-Match and If-Unmodified-Since', () => {
    assert.equal(answer(['ETag: "a"'], ['If-Match: "b"', `If-Unmodified-Since: ${dateAt(-99)}`]), 'full')
  })
})
