import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../src/clock.ts'

const START_MS = Date.UTC(2026, 10, 23, 12)
const HOUR_MS = 3_600_000

/** A machine whose clocks go on together, unless something happens to it. */
class Machine {
  #wallMs = START_MS
  #monotonicMs = 5000
  readonly clock = systemClock({ wall: () => this.#wallMs, monotonic: () => this.#monotonicMs })

  pass(ms: number): void {
    this.#wallMs += ms
    this.#monotonicMs += ms
  }

  setBy(ms: number): void {
    this.#wallMs += ms
  }
}

describe('the clock of a process', () => {
  it('says what the wall clock says', () => {
    const machine = new Machine()
    assert.equal(machine.clock.now(), START_MS)
    machine.pass(90_000)
    assert.equal(machine.clock.now(), START_MS + 90_000)
  })

  it('goes on as before when the wall clock is set back', () => {
    const machine = new Machine()
    machine.pass(1000)
    machine.setBy(-HOUR_MS)
    machine.pass(1000)
    assert.equal(machine.clock.now(), START_MS + 2000)
  })

  it('follows the wall clock when the machine was suspended, or its clock was set forwards', () => {
    const machine = new Machine()
    assert.equal(machine.clock.now(), START_MS)
    machine.setBy(HOUR_MS)
    machine.pass(50)
    assert.equal(machine.clock.now(), START_MS + HOUR_MS + 50)
  })

  it('is not moved by what corrects both clocks a little', () => {
    const machine = new Machine()
    machine.setBy(400)
    machine.pass(100)
    assert.equal(machine.clock.now(), START_MS + 100)
  })

  it('never goes backwards, nor stands behind the wall clock for long, whatever happens', () => {
    const event = fc.record({
      setBy: fc.integer({ min: -HOUR_MS, max: HOUR_MS }),
      pass: fc.integer({ min: 0, max: 10_000 }),
    })
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const machine = new Machine()
        let before = machine.clock.now()
        let wallMs = START_MS
        for (const { setBy, pass } of events) {
          machine.setBy(setBy)
          machine.pass(pass)
          wallMs += setBy + pass
          const now = machine.clock.now()
          assert.ok(now >= before + pass)
          if (pass >= 50) assert.ok(now >= wallMs - 1000)
          before = now
        }
      }),
    )
  })

  it('calls back, and not what was cancelled', async () => {
    const clock = systemClock()
    const alive = setInterval(() => {}, 1000)
    const called: string[] = []
    const cancel = clock.after(1, () => called.push('cancelled'))
    cancel()
    await new Promise<void>((resolve) => void clock.after(2, resolve))
    clearInterval(alive)
    assert.deepEqual(called, [])
  })
})
