import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatHttpDate, parseHttpDate } from '../../src/http/date.ts'

const nowMs = Date.UTC(2026, 5, 1)
const example = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('HTTP dates (RFC 9110 §5.6.7)', () => {
  it('reads IMF-fixdate', () => {
    assert.equal(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT', nowMs), example)
  })

  it('reads the obsolete RFC 850 form', () => {
    assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', nowMs), example)
  })

  it('reads the obsolete asctime form, with a day of one or two digits', () => {
    assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994', nowMs), example)
    assert.equal(parseHttpDate('Sun Nov 16 08:49:37 1994', nowMs), example + 10 * 86_400_000)
  })

  it('takes a two-digit year more than 50 years ahead as the most recent past one', () => {
    assert.equal(parseHttpDate('Thursday, 18-Aug-50 02:01:18 GMT', nowMs), Date.UTC(2050, 7, 18, 2, 1, 18))
    assert.equal(parseHttpDate('Thursday, 18-Aug-77 02:01:18 GMT', nowMs), Date.UTC(1977, 7, 18, 2, 1, 18))
    const in2090 = Date.UTC(2090, 0, 1)
    assert.equal(parseHttpDate('Thursday, 18-Aug-10 02:01:18 GMT', in2090), Date.UTC(2110, 7, 18, 2, 1, 18))
  })

  it('compares without regard to case, as caches should (RFC 9111 §4.2)', () => {
    for (const text of [
      'thu, 18 Aug 2050 02:01:18 GMT',
      'Thu, 18 AUG 2050 02:01:18 GMT',
      'Thu, 18 Aug 2050 02:01:18 gMT',
    ]) {
      assert.equal(parseHttpDate(text, nowMs), Date.UTC(2050, 7, 18, 2, 1, 18), text)
    }
  })

  it('goes beyond what 32 bits hold', () => {
    assert.equal(parseHttpDate('Tue, 19 Jan 2038 14:14:08 GMT', nowMs), Date.UTC(2038, 0, 19, 14, 14, 8))
    assert.equal(parseHttpDate('Sun, 21 Nov 2286 04:46:39 GMT', nowMs), Date.UTC(2286, 10, 21, 4, 46, 39))
  })

  for (const text of [
    '0',
    '-1',
    'tomorrow',
    '2050-08-18T02:01:18Z',
    'Thu, 18 Aug 50 02:01:18 GMT',
    'Thu, 18 Aug 2050 2:01:18 GMT',
    'Thu, 18 Aug 2050 02.01.18 GMT',
    'Thu, 18 Aug 2050 02:01:18 UTC',
    'Thu, 18 Aug 2050 02:01:18 AEST',
    'Thu, 18 Aug 2050 02:01:18',
    'Thu, 18-Aug-2050 02:01:18 GMT',
    'Thu 18 Aug 2050 02:01:18 GMT',
    'Thu,  18  Aug  2050  02:01:18  GMT',
    'Thu, 31 Feb 2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 24:01:18 GMT',
    'Thu, 18 Aug 2050 02:60:18 GMT',
    'Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT',
    'Foo, 18 Aug 2050 02:01:18 GMT',
  ]) {
    it(`does not read "${text}"`, () => assert.equal(parseHttpDate(text, nowMs), undefined))
  }

  it('writes what it reads', () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59) / 1000 })
    fc.assert(fc.property(seconds, (second) => parseHttpDate(formatHttpDate(second * 1000), nowMs) === second * 1000))
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => parseHttpDate(text, nowMs) === undefined))
  })
})
