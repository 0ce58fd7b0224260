import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { median, pairedRatio } from '../../bench/support/statistics.ts'

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

describe('the ratio of two series', () => {
  it('compares the figures of the same round, so that a disturbed round disturbs neither', () => {
    assert.equal(pairedRatio([10, 100, 12], [20, 200, 24]), 0.5)
  })

  it('is the median of the rounds', () => {
    assert.equal(pairedRatio([1, 2, 9], [1, 1, 1]), 2)
  })

  it('is refused for series of different length', () => {
    assert.throws(() => pairedRatio([1], [1, 2]), /pair 1 rounds with 2/)
  })
})
