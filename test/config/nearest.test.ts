import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { editDistance, nearest } from '../../src/config/nearest.ts'

describe('the nearest word', () => {
  it('counts a missing, an added, a wrong letter and a swap as one slip each', () => {
    const distances = ['grce', 'gracce', 'grape', 'garce', 'grace'].map((word) => editDistance(word, 'grace'))
    assert.deepEqual(distances, [1, 1, 1, 1, 0])
  })

  it('is none when there are too many slips for the length of the word', () => {
    assert.equal(nearest('redis', ['refresh', 'rules']), undefined)
    assert.equal(nearest('listn', ['listen', 'limits']), 'listen')
  })

  it('does not look at case', () => assert.equal(nearest('OBJECTMAX', ['objectMax']), 'objectMax'))

  it('gives up on words of any length that nobody mistypes', () => {
    assert.equal(nearest('x'.repeat(1_000_000), ['listen']), undefined)
  })
})
