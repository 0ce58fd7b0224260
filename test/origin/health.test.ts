import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Health } from '../../src/origin/health.ts'
import { defaultHealth } from '../../src/origin/settings.ts'
import { HeldClock } from '../support/held-clock.ts'

function aHealth(random = 0): { health: Health; clock: HeldClock } {
  const clock = new HeldClock()
  return { clock, health: new Health(defaultHealth, clock, () => random) }
}

describe('passive health of a member', () => {
  it('is held down at once by a failed connect, and admits a trial after a second', () => {
    const { health, clock } = aHealth()
    assert.equal(health.failed(health.admit(), 'connect'), true)
    assert.equal(health.admits, false)
    clock.advance(999)
    assert.equal(health.admits, false)
    clock.advance(1)
    assert.equal(health.admits, true)
    assert.equal(health.isUp, false)
  })

  it('doubles the hold-down with each failed trial, up to a minute', () => {
    const { health, clock } = aHealth()
    const heldMs: number[] = []
    for (let i = 0; i < 9; i++) {
      health.failed(health.admit(), 'connect')
      const startMs = clock.now()
      while (!health.admits) clock.advance(1_000)
      heldMs.push(clock.now() - startMs)
    }
    assert.deepEqual(heldMs, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
  })

  it('may be tried a second after its last failure when there is no other member', () => {
    const { health, clock } = aHealth()
    for (let i = 0; i < 5; i++) health.failed(health.admit(), 'connect')
    assert.equal(health.lastResortAtMs, clock.now() + 1_000)
  })

  it('spreads hold-downs by chance, never beyond the time set', () => {
    const { health, clock } = aHealth(1)
    health.failed(health.admit(), 'connect')
    clock.advance(800)
    assert.equal(health.admits, true)
  })

  it('lets one request through as a trial, and another each second while it is undecided', () => {
    const { health, clock } = aHealth()
    health.failed(health.admit(), 'connect')
    clock.advance(1_000)
    health.admit()
    assert.equal(health.admits, false)
    clock.advance(1_000)
    assert.equal(health.admits, true)
  })

  it('counts the failures of one moment as one', () => {
    const { health, clock } = aHealth()
    const generations = Array.from({ length: 100 }, () => health.admit())
    for (const generation of generations) health.failed(generation, 'connect')
    clock.advance(1_000)
    assert.equal(health.admits, true)
  })

  it('is up again with a connection when connecting was what failed', () => {
    const { health, clock } = aHealth()
    health.failed(health.admit(), 'connect')
    clock.advance(1_000)
    health.connected(health.admit())
    assert.equal(health.isUp, true)
  })

  it('needs a response when exchanges were what failed', () => {
    const { health, clock } = aHealth()
    for (let i = 0; i < 3; i++) {
      const generation = health.admit()
      health.connected(generation)
      assert.equal(health.isUp, true)
      health.failed(generation, 'exchange')
    }
    assert.equal(health.isUp, false)
    clock.advance(1_000)
    const trial = health.admit()
    health.connected(trial)
    assert.equal(health.isUp, false)
    health.responded(trial)
    assert.equal(health.isUp, true)
  })

  it('is not proven well by a response to a request from before', () => {
    const { health } = aHealth()
    const before = health.admit()
    health.failed(health.admit(), 'connect')
    health.responded(before)
    assert.equal(health.isUp, false)
  })
})
