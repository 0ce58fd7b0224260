import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Breaker } from '../../src/tiers/breaker.ts'
import { HeldClock } from '../support/held-clock.ts'

/** A breaker whose trials succeed or fail as the test says. */
function breaker() {
  const clock = new HeldClock()
  const changes: string[] = []
  const state = { isWell: true, trials: 0 }
  const one = new Breaker({
    clock,
    settings: { missesMax: 3, pauseMs: 100, pauseMaxMs: 400 },
    trial: async () => {
      state.trials++
      if (!state.isWell) throw new Error('still down')
    },
    onChange: (isUp, why) => changes.push(isUp ? 'up' : `down: ${why}`),
  })
  /** Moves on and lets the trial that fell due end. */
  const advance = async (ms: number) => {
    clock.advance(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { one, state, changes, clock, advance }
}

describe('the breaker', () => {
  it('is not up before its first trial has succeeded', async () => {
    const { one, changes } = breaker()
    assert.equal(one.isUp, false)
    await one.start()
    assert.equal(one.isUp, true)
    assert.deepEqual(changes, ['up'])
  })

  it('opens after three deadlines in a row, not after three in all', async () => {
    const { one } = breaker()
    await one.start()
    for (let i = 0; i < 2; i++) one.missed('late')
    one.succeeded()
    for (let i = 0; i < 2; i++) one.missed('late')
    assert.equal(one.isUp, true)
    one.missed('late')
    assert.equal(one.isUp, false)
  })

  it('opens at once for a server that cannot be used, and says so once', async () => {
    const { one, changes } = breaker()
    await one.start()
    for (let i = 0; i < 5; i++) one.failed('refused')
    assert.deepEqual(changes, ['up', 'down: refused'])
  })

  it('tries at growing intervals up to a bound, and one success is enough', async () => {
    const { one, state, changes, advance } = breaker()
    await one.start()
    state.isWell = false
    one.failed('refused')
    const trialsAfter: number[] = []
    for (const pauseMs of [100, 200, 400, 400]) {
      await advance(pauseMs - 1)
      const before = state.trials
      await advance(1)
      trialsAfter.push(state.trials - before)
    }
    assert.deepEqual(trialsAfter, [1, 1, 1, 1])
    state.isWell = true
    await advance(400)
    assert.equal(one.isUp, true)
    assert.deepEqual(changes, ['up', 'down: refused', 'up'])
  })

  it('leaves nothing behind when it is closed', async () => {
    const { one, state, clock } = breaker()
    state.isWell = false
    await one.start()
    assert.equal(clock.pendingTimers, 1)
    one.close()
    assert.equal(clock.pendingTimers, 0)
    assert.equal(one.isUp, false)
  })
})
