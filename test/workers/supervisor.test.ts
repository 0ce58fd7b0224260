import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config/read-config.ts'
import { summed } from '../../src/control/site-counts.ts'
import type { EventLog } from '../../src/log/event-log.ts'
import { Supervisor } from '../../src/workers/supervisor.ts'
import { HeldClock } from '../support/held-clock.ts'

const entry = new URL('./mortal-worker.ts', import.meta.url)

interface Logged {
  readonly worker: number
  readonly restartMs: number
  readonly error: Error
}

/** A supervisor of two workers whose deaths are told. */
function supervised(viaName: string) {
  const clock = new HeldClock()
  const deaths: Logged[] = []
  let heard = (): void => {}
  const log = {
    error: (details: Logged) => {
      deaths.push(details)
      heard()
    },
  } as unknown as EventLog
  const read = readConfig({ text: `origins: ["http://127.0.0.1:1"]\nviaName: ${viaName}\n`, file: 'test.yaml' }, [])
  if (read.kind === 'invalid') throw new Error(read.problems.map((problem) => JSON.stringify(problem)).join())
  const supervisor = new Supervisor({ config: read.config, count: 2, clock, log, entry })
  const died = async (count: number): Promise<void> => {
    while (deaths.length < count) await new Promise<void>((resolve) => (heard = resolve))
  }
  return { supervisor, clock, deaths, died }
}

describe('the supervisor', () => {
  it('starts every worker and stops every worker', async () => {
    const { supervisor } = supervised('lives')
    assert.deepEqual(await supervisor.start(), ['http://127.0.0.1:1'])
    assert.equal(supervisor.alive, 2)
    await supervisor.stop()
    assert.equal(supervisor.alive, 0)
  })

  it('asks every worker, and gathers the answers', async () => {
    const { supervisor } = supervised('lives')
    await supervisor.start()
    const { answers, failed } = await supervisor.ask('counts', undefined)
    assert.deepEqual(failed, [])
    assert.deepEqual(
      answers.map(({ thread }) => thread),
      [0, 1],
    )
    assert.deepEqual(summed(answers.map(({ answer }) => answer)), {
      connections: 18,
      handedOver: 20,
      memory: { keys: 2, bytes: 4, bytesMax: 6, hits: 8, misses: 10, stored: 12, evicted: 14, refused: 16 },
    })
    await supervisor.stop()
  })

  it('asks only the workers that are meant', async () => {
    const { supervisor } = supervised('lives')
    await supervisor.start()
    const { answers, failed } = await supervisor.ask('counts', undefined, { threads: [1, 7] })
    assert.deepEqual(
      answers.map(({ thread }) => thread),
      [1],
    )
    assert.deepEqual(failed, [{ thread: 7, why: 'it does not run' }])
    await supervisor.stop()
  })

  it('names a worker that does not answer in time, beside the answers of the others', async () => {
    const { supervisor, clock } = supervised('silent')
    await supervisor.start()
    const first = await supervisor.ask('counts', undefined, { threads: [0] })
    assert.equal(first.answers.length, 1)
    const asking = supervisor.ask('counts', undefined, { withinMs: 500 })
    clock.advance(500)
    const { failed } = await asking
    assert.ok(failed.some(({ thread, why }) => thread === 1 && why === 'it did not answer within 500 ms'))
    await supervisor.stop()
  })

  it('names a worker that ends while it is asked', async () => {
    const { supervisor } = supervised('ends')
    await supervisor.start()
    const { answers, failed } = await supervisor.ask('counts', undefined)
    assert.equal(answers.length, 1)
    assert.deepEqual(failed, [{ thread: 1, why: 'it ended' }])
    await supervisor.stop()
  })

  it('A-RE-02 starts a worker that died again, at once and then with growing pauses, and keeps what it died of', async () => {
    const { supervisor, clock, deaths, died } = supervised('dies')
    await supervisor.start()
    await died(2)
    assert.equal(deaths[0]?.error.message, 'something went wrong')
    assert.equal(deaths[0]?.restartMs, 0)
    clock.advance(0)
    await died(4)
    assert.equal(deaths[3]?.restartMs, 200)
    clock.advance(200)
    await died(6)
    assert.equal(deaths[5]?.restartMs, 1_000)
    await supervisor.stop()
  })
})
