import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { openAdmin } from '../../src/admin/admin-listener.ts'
import { OneThread } from '../../src/control/answer-call.ts'
import { openEventLog } from '../../src/log/event-log.ts'
import { HeldClock } from '../support/held-clock.ts'

describe('an admin listener whose port is taken', () => {
  it('tries as often as it needs, without anything that piles up', async (t) => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    t.after(() => process.off('warning', onWarning))

    const clock = new HeldClock()
    const log = openEventLog({ level: 'info', style: { format: 'json', colour: false }, target: '/dev/null' })
    const parts = {
      threads: new OneThread(() => undefined, clock),
      clock,
      version: '0',
      addresses: [],
      startedMs: clock.now(),
      configuration: () => undefined,
      reload: async () => assert.fail('nobody asked for it'),
      isDraining: () => false,
      mainLog: undefined,
    }
    const admin = await openAdmin({ listen: { host: '127.0.0.1', port }, token: undefined }, parts, log)
    t.after(() => admin.close())
    const tried = async (): Promise<void> => {
      clock.advance(2_000)
      while (admin.address === undefined && clock.pendingTimers === 0) await turn()
    }
    for (let i = 0; i < 20; i++) await tried()
    assert.equal(log.problems().length, 1)
    other.close()
    await once(other, 'close')
    await tried()
    assert.equal(admin.address?.port, port)
    assert.deepEqual(warnings, [])
  })
})
