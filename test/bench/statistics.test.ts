import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { median, middleHalf, pairedRatios } from '../../bench/support/statistics.ts'

describe('the median', () => {
  it('is the middle value, whatever the order', () => {
    assert.equal(median([30, 1, 2]), 2)
  })

  it('is the mean of the two in the middle of an even number', () => {
    assert.equal(median([10, 1, 4, 2]), 3)
  })

  it('of nothing is refused', () => {
    assert.throws(() => median([]), /median of no values/)
  })

  it('leaves the values as they were', () => {
    const values = [3, 1, 2]
    median(values)
    assert.deepEqual(values, [3, 1, 2])
  })
})

describe('the middle half', () => {
  it('goes from a quarter of the sorted values to three quarters', () => {
    assert.deepEqual(middleHalf([5, 1, 4, 2, 3]), [2, 4])
  })

  it('lies between two values in proportion', () => {
    assert.deepEqual(middleHalf([1, 2, 3, 4]), [1.75, 3.25])
  })

  it('of one value is that value, and of nothing is refused', () => {
    assert.deepEqual(middleHalf([7]), [7, 7])
    assert.throws(() => middleHalf([]), /middle half of no values/)
  })
})

describe('the ratios of two series', () => {
  it('compare the figures of the same round, so that a disturbed round disturbs neither', () => {
    assert.deepEqual(pairedRatios([10, 100, 12], [20, 200, 24]), [0.5, 0.5, 0.5])
  })

  it('are refused for series of different length', () => {
    assert.throws(() => pairedRatios([1], [1, 2]), /pair 1 rounds with 2/)
  })
})
