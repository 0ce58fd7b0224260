import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import type { Config } from '../../src/config/config.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { OriginOrders } from '../../src/control/origin-orders.ts'
import { reloadThreads } from '../../src/control/reload-threads.ts'
import { eventLogStyle, openEventLog } from '../../src/log/event-log.ts'
import { Supervisor } from '../../src/workers/supervisor.ts'

function configOf(origins: string, more = ''): Config {
  const text = `listen: 127.0.0.1:0\norigins: [${origins}]\nlog: { level: fatal }\n${more}`
  const read = readConfig({ text, file: 'test.yaml' }, [])
  if (read.kind === 'invalid') throw new Error(read.problems.map(({ message }) => message).join())
  return read.config
}

const a = '{ url: "http://127.0.0.1:1", name: a }'
const b = '{ url: "http://127.0.0.1:2", name: b }'
const drained = '{ url: "http://127.0.0.1:1", name: a, drain: true }'

describe('an origin drained at run time', () => {
  async function running(t: TestContext, config: Config): Promise<Supervisor> {
    const log = openEventLog({ level: 'fatal', style: eventLogStyle({}) })
    const entry = new URL('./mortal-site.ts', import.meta.url)
    const supervisor = new Supervisor({ config, count: 2, clock: systemClock(), log, entry })
    t.after(() => supervisor.stop())
    await supervisor.start()
    return supervisor
  }

  /** As each thread sees origin `a`. */
  async function conditions(supervisor: Supervisor): Promise<string[]> {
    const { answers } = await supervisor.ask('snapshot', undefined)
    return answers.flatMap(({ answer }) => answer.origins.flatMap((one) => (one.origin === 'a' ? [one.condition] : [])))
  }

  async function restart(supervisor: Supervisor, thread: number): Promise<void> {
    const { failed } = await supervisor.ask('problems', undefined, { threads: [thread] })
    assert.deepEqual(failed, [{ thread, why: 'it ended' }])
    while ((await supervisor.ask('counts', undefined)).answers.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  it('is so in a worker that was started again, until it is enabled', async (t) => {
    const supervisor = await running(t, configOf(`${a}, ${b}`))
    await supervisor.orderOrigin({ origin: 'a', pool: undefined, order: 'drain' })
    await restart(supervisor, 1)
    assert.deepEqual(await conditions(supervisor), ['draining', 'draining'])
    await supervisor.orderOrigin({ origin: 'a', pool: undefined, order: 'enable' })
    await restart(supervisor, 0)
    assert.deepEqual(await conditions(supervisor), ['up', 'up'])
  })

  it('stays so through a reload, also where its connections get other limits', async (t) => {
    const supervisor = await running(t, configOf(`${a}, ${b}`))
    await supervisor.orderOrigin({ origin: 'a', pool: undefined, order: 'drain' })
    const next = configOf(`${b}, ${a}`, 'timeLimits: { connect: 2s }\n')
    const reloaded = await reloadThreads(supervisor, next)
    assert.equal(reloaded.kind, 'reloaded')
    if (reloaded.kind === 'reloaded') supervisor.adopt(next, reloaded.addresses)
    assert.deepEqual(await conditions(supervisor), ['draining', 'draining'])
    await restart(supervisor, 1)
    assert.deepEqual(await conditions(supervisor), ['draining', 'draining'])
  })
})

describe('what was ordered about origins', () => {
  const order = { origin: 'a', pool: undefined, order: 'drain' } as const

  it('is the last order for each', () => {
    const orders = new OriginOrders()
    orders.note(order)
    orders.note({ ...order, origin: 'b' })
    orders.note({ ...order, order: 'enable' })
    assert.deepEqual(
      orders.all.map(({ origin, order: last }) => [origin, last]),
      [
        ['b', 'drain'],
        ['a', 'enable'],
      ],
    )
  })

  it('is forgotten with its origin, and when the configuration says otherwise', () => {
    for (const [after, isKept] of [
      [configOf(`${b}, ${a}`), true],
      [configOf(b), false],
      [configOf(drained), false],
    ] as const) {
      const orders = new OriginOrders()
      orders.note(order)
      orders.adopt(configOf(a), after)
      assert.equal(orders.all.length, isKept ? 1 : 0)
    }
  })

  it('holds for an origin that only a name resolves to', () => {
    const orders = new OriginOrders()
    orders.note({ ...order, origin: '10.0.0.7:80' })
    orders.adopt(configOf(a), configOf(b))
    assert.equal(orders.all.length, 1)
  })
})
