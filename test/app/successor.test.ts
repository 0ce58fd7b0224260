import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import { SERVING, serves } from '../../src/app/successor.ts'
import { HeldClock } from '../support/held-clock.ts'

/** A process with a channel to this one, which says again what it is told on its standard input. */
function started(t: TestContext, code: string): ChildProcess {
  const program = `process.stdin.on('data', (told) => process.stdout.write(told)); ${code}`
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] })
  t.after(() => child.kill('SIGKILL'))
  return child
}

describe('a successor', () => {
  it('that serves is not ended for an error that comes after', async (t) => {
    const clock = new HeldClock()
    const child = started(t, `process.send('${SERVING}', () => process.disconnect())`)
    const gone = once(child, 'disconnect')
    await serves(child, clock)
    assert.equal(clock.pendingTimers, 0)
    await gone
    // The channel is closed, which is an error of the child.
    const failed = once(child, 'message').catch((error: NodeJS.ErrnoException) => error.code)
    child.send('too late')
    assert.equal(await failed, 'ERR_IPC_CHANNEL_CLOSED')
    const answer = once(child.stdout!, 'data')
    child.stdin!.write('alive')
    assert.equal(String((await answer)[0]), 'alive')
  })

  it('that ends before it serves is one that failed', async (t) => {
    await assert.rejects(serves(started(t, 'process.exit(3)'), new HeldClock()), /ended before it served: exit code 3/)
  })

  it('that does not serve in time is ended', async (t) => {
    const clock = new HeldClock()
    const child = started(t, "process.send('something else')")
    const exited = once(child, 'exit')
    const serving = assert.rejects(serves(child, clock), /did not serve within 60000 ms/)
    await once(child, 'message')
    clock.advance(60_000)
    await serving
    assert.deepEqual(await exited, [null, 'SIGKILL'])
  })

  it('that cannot be started is one that failed', async () => {
    await assert.rejects(serves(spawn('/none/such', { stdio: 'ignore' }), new HeldClock()), /ENOENT/)
  })
})
