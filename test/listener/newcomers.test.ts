import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Newcomers } from '../../src/listener/newcomers.ts'

describe('newcomers', () => {
  it('that come one in each turn are begun together, in their order, once a turn brings none', async () => {
    const begun: number[] = []
    const newcomers = new Newcomers(() => 0)
    for (let i = 0; i < 5; i++) {
      newcomers.add(() => begun.push(i))
      await nextTurn()
      assert.deepEqual(begun, [])
    }
    await nextTurn()
    assert.deepEqual(begun, [0, 1, 2, 3, 4])
  })

  it('wait for those behind them no longer than ten milliseconds', async () => {
    let nowMs = 0
    const begun: number[] = []
    const newcomers = new Newcomers(() => nowMs)
    for (let i = 0; i < 15; i++) {
      newcomers.add(() => begun.push(i))
      await nextTurn()
      nowMs++
    }
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('are a wave of their own after the last one was begun', async () => {
    const begun: string[] = []
    const newcomers = new Newcomers(() => 0)
    for (const name of ['first', 'second']) {
      newcomers.add(() => begun.push(name))
      await nextTurn()
      await nextTurn()
      assert.equal(begun.at(-1), name)
    }
  })
})
