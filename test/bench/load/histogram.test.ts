import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Histogram, histogramOf } from '../../../src/bench/load/histogram.ts'

const latencies = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300, size: 'max' })

describe('the histogram', () => {
  it('gives every percentile within one per cent, or a microsecond', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0.1, max: 100, noNaN: true }), (values, percentile) => {
        const histogram = new Histogram()
        for (const value of values) histogram.record(value)
        const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil((percentile / 100) * values.length)) - 1]!
        const found = histogram.percentileMs(percentile)
        assert.ok(Math.abs(found - exact) <= exact * 0.01 + 0.001, `${found} instead of ${exact}`)
      }),
    )
  })

  it('is the same after travelling, and adds up', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const [a, b, all] = [new Histogram(), new Histogram(), new Histogram()]
        for (const value of some) a.record(value)
        for (const value of others) b.record(value)
        for (const value of [...some, ...others]) all.record(value)
        const merged = histogramOf(a.data)
        merged.add(b.data)
        assert.deepEqual(merged.data, all.data)
        assert.equal(merged.total, some.length + others.length)
      }),
    )
  })

  it('counts what is above a limit', () => {
    const histogram = new Histogram()
    for (const ms of [1, 49, 60, 300]) histogram.record(ms)
    assert.equal(histogram.countAbove(50), 2)
  })

  it('has nothing to say of nothing', () => {
    assert.deepEqual([new Histogram().percentileMs(99), new Histogram().maxMs], [0, 0])
  })
})
