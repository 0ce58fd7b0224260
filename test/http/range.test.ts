import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatContentRange, parseContentRange, parseRange, rangesMax, resolveRanges } from '../../src/http/range.ts'

function resolve(value: string, length: number) {
  const specs = parseRange(value)
  assert.ok(specs, value)
  const resolved = resolveRanges(specs, length)
  return resolved.kind === 'satisfiable'
    ? resolved.ranges.map(({ first, last }) => `${first}-${last}`).join(' ')
    : '416'
}

describe('Range (RFC 9110 §14.1.2, §14.2)', () => {
  it('resolves closed, open and suffix ranges', () => {
    assert.equal(resolve('bytes=0-499', 10_000), '0-499')
    assert.equal(resolve('bytes=9500-', 10_000), '9500-9999')
    assert.equal(resolve('bytes=-500', 10_000), '9500-9999')
    assert.equal(resolve('bytes=0-0,-1', 10_000), '0-0 9999-9999')
  })

  it('ends at the last byte of the representation', () => {
    assert.equal(resolve('bytes=500-99999999999999999999', 1000), '500-999')
    assert.equal(resolve('bytes=-5000', 1000), '0-999')
  })

  it('cannot be satisfied when no range begins within the representation', () => {
    for (const value of ['bytes=1000-', 'bytes=1000-2000,3000-', 'bytes=-0']) assert.equal(resolve(value, 1000), '416')
    assert.equal(resolve('bytes=0-', 0), '416')
  })

  it('takes the unit without regard to case, and white space and empty members', () => {
    assert.equal(resolve('BYTES= 0-1 , ,4-5', 10), '0-1 4-5')
  })

  it('is ignored with another unit or not to the grammar', () => {
    for (const value of ['', 'bytes', 'bytes=', 'lines=0-1', 'bytes=1-0', 'bytes=a-b', 'bytes=0-1,x', 'bytes=0--1']) {
      assert.equal(parseRange(value), undefined, value)
    }
  })

  it(`is ignored with more than ${rangesMax} ranges (A-RG-03)`, () => {
    const value = (count: number) => `bytes=${Array.from({ length: count }, (_, i) => `${2 * i}-${2 * i}`).join(',')}`
    assert.equal(parseRange(value(rangesMax))?.length, rangesMax)
    assert.equal(parseRange(value(rangesMax + 1)), undefined)
  })

  it('joins ranges that overlap or touch, the rest in the order of the request', () => {
    assert.equal(resolve('bytes=50-59,0-9,5-19,20-29', 100), '50-59 0-29')
  })

  it('never selects more bytes than there are, nor any outside', () => {
    const spec = fc.oneof(
      fc.tuple(fc.nat(2000), fc.nat(2000)).map(([first, more]) => `${first}-${first + more}`),
      fc.nat(2000).map((first) => `${first}-`),
      fc.nat(2000).map((length) => `-${length}`),
    )
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 20 }), fc.nat(1000), (specs, length) => {
        const resolved = resolveRanges(parseRange(`bytes=${specs.join(',')}`)!, length)
        if (resolved.kind === 'unsatisfiable') return true
        const sum = resolved.ranges.reduce((total, { first, last }) => total + last - first + 1, 0)
        return sum <= length && resolved.ranges.every(({ first, last }) => 0 <= first && first <= last && last < length)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseRange(`bytes=${text}`)))
  })
})

describe('Content-Range (RFC 9110 §14.4)', () => {
  it('reads what it writes', () => {
    for (const value of ['bytes 0-499/1234', 'bytes 42-1233/*'])
      assert.equal(formatContentRange(parseContentRange(value)!), value)
  })

  it('does not read what contradicts itself, nor one without a range', () => {
    for (const value of ['bytes 5-4/10', 'bytes 0-10/10', 'bytes */10', 'bytes 0-4', 'lines 0-4/5', 'bytes=0-4/5']) {
      assert.equal(parseContentRange(value), undefined, value)
    }
  })
})
