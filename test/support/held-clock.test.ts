import assert from 'node:assert/strict'
import { it } from 'node:test'
import { HeldClock, heldClockStartMs } from './held-clock.ts'

it('runs timers in the order of their time, each at its time', () => {
  const clock = new HeldClock()
  const ran: string[] = []
  const note = (name: string) => () => ran.push(`${name} ${clock.now() - heldClockStartMs}`)
  clock.after(20, note('later'))
  clock.after(10, note('first'))
  clock.after(10, () => clock.after(5, note('nested')))
  const cancel = clock.after(12, note('cancelled'))
  cancel()
  clock.advance(19)
  assert.deepEqual(ran, ['first 10', 'nested 15'])
  assert.equal(clock.pendingTimers, 1)
  clock.advance(1)
  assert.deepEqual(ran.at(-1), 'later 20')
})
