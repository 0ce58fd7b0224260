import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hit1k } from '../../bench/hits/hit-1k.ts'
import { hit16k } from '../../bench/hits/hit-16k.ts'
import { repeatsOf, repeatsText } from '../../bench/hits/repeats.ts'
import { uncacheable } from '../../bench/hits/uncacheable.ts'
import { uncacheableNewHead } from '../../bench/hits/uncacheable-new-head.ts'

const thorough = { isQuick: false, rounds: undefined }
const all = [hit16k, hit1k, uncacheableNewHead, uncacheable]

describe('how often a question is measured', () => {
  it('is more often where a goal depends on it, and in more processes the longer the way of a request is', () => {
    const counts = all.map((question) => repeatsOf(question, thorough))
    assert.deepEqual(
      counts.map(({ processes }) => processes),
      [1, 3, 3, 8],
    )
    assert.deepEqual(
      counts.map(({ processes, rounds }) => processes * rounds),
      [5, 15, 6, 16],
    )
  })

  it('is what was asked for, in as many processes', () => {
    assert.deepEqual(
      all.map((question) => repeatsOf(question, { isQuick: false, rounds: 6 })),
      [
        { processes: 1, rounds: 6 },
        { processes: 3, rounds: 2 },
        { processes: 3, rounds: 2 },
        { processes: 6, rounds: 1 },
      ],
    )
  })

  it('is once for a quick look, or what was asked for in one process', () => {
    for (const question of all) {
      assert.deepEqual(repeatsOf(question, { isQuick: true, rounds: undefined }), { processes: 1, rounds: 1 })
      assert.deepEqual(repeatsOf(question, { isQuick: true, rounds: 2 }), { processes: 1, rounds: 2 })
    }
  })

  it('is said in words', () => {
    assert.equal(repeatsText({ processes: 1, rounds: 1 }), '1 round')
    assert.equal(repeatsText({ processes: 1, rounds: 5 }), '5 rounds')
    assert.equal(repeatsText({ processes: 8, rounds: 2 }), '8 processes, 2 rounds with each')
  })
})
