import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MemberChange } from '../../src/origin/member-state.ts'
import { type OriginSettings, poolSettings } from '../../src/origin/settings.ts'
import { SitePools } from '../../src/origin/site-pools.ts'
import { HeldClock } from '../support/held-clock.ts'
import { anOrigin, aPool, ask } from './support/asking.ts'

describe('a member drained at run time', () => {
  it('gets nothing new, finishes what it has, and gets its share again when enabled', async (t) => {
    const held = Promise.withResolvers<void>()
    const origins = [await anOrigin(t), await anOrigin(t)]
    origins[0]!.script = async (request) => {
      await held.promise
      await request.respond({ body: 'from a' })
    }
    const changes: MemberChange[] = []
    const concurrency = { connectionsMax: 1, queueMax: 5, queueMs: 5_000 }
    const { pool, clock } = aPool(t, [origins[0]!], {
      settings: { concurrency },
      environment: { onState: (change) => changes.push(change) },
    })
    const [underWay, waiting] = [ask(pool), ask(pool)]
    await origins[0]!.request(1)
    clock.advance(1_500)
    pool.member('a')!.drain()
    assert.equal((await ask(pool).outcome).error?.message, 'Cannot ask origin "a": drained')
    const { condition, reason, sinceMs, active, waiting: inQueue } = pool.states()[0]!
    assert.deepEqual([condition, reason, sinceMs, active, inQueue], ['draining', 'it was drained', clock.now(), 1, 1])
    held.resolve()
    assert.deepEqual([(await underWay.outcome).body, (await waiting.outcome).body], ['from a', 'from a'])
    pool.member('a')!.enable()
    assert.equal((await ask(pool).outcome).body, 'from a')
    assert.deepEqual(
      changes.map(({ condition: became, reason: why }) => [became, why]),
      [
        ['draining', 'it was drained'],
        ['up', 'it was enabled'],
      ],
    )
    assert.equal(pool.member('nobody'), undefined)
  })

  it('stays so through new settings that say nothing else of it', async (t) => {
    const origins = [await anOrigin(t), await anOrigin(t)]
    const members = origins.map(({ url }, index): OriginSettings => ({ name: `m${index}`, url }))
    const { pool } = aPool(t, members)
    const conditions = () => pool.states().map(({ condition }) => condition)
    pool.member('m0')!.drain()
    pool.update(poolSettings(members.map((member) => ({ ...member, weight: 2 }))))
    assert.deepEqual(conditions(), ['draining', 'up'])
    for (let i = 0; i < 4; i++) assert.equal((await ask(pool).outcome).response?.origin, 'm1')
    pool.update(poolSettings(members.map((member) => ({ ...member, drain: true }))))
    pool.member('m1')!.enable()
    assert.deepEqual(conditions(), ['draining', 'up'])
    pool.update(poolSettings(members))
    assert.deepEqual(conditions(), ['up', 'up'])
  })

  it('is found by its name and pool', async (t) => {
    const [one, other] = [await anOrigin(t), await anOrigin(t)]
    const pools = new SitePools(
      {
        sites: [
          {
            serves: (host) => host === 'shop.test',
            pool: { ...poolSettings([{ name: 'a', url: one.url }]), name: 'shop' },
          },
        ],
        others: { ...poolSettings([{ name: 'a', url: other.url }]), name: 'origins' },
      },
      { clock: new HeldClock() },
    )
    t.after(() => pools.close())
    pools.member('a', 'origins')!.drain()
    assert.deepEqual(
      pools.states().map(({ pool, condition }) => [pool, condition]),
      [
        ['shop', 'up'],
        ['origins', 'draining'],
      ],
    )
    assert.equal(pools.member('a', 'none'), undefined)
    pools.member('a')!.drain()
    assert.ok(pools.states().every(({ condition }) => condition === 'draining'))
  })
})

describe('what a member counts', () => {
  it('is what it was asked and how it went, and how long it takes', async (t) => {
    const origins = [await anOrigin(t), await anOrigin(t)]
    const { pool, clock } = aPool(t, origins, { limits: { firstByteMs: 1_000 } })
    const counts = () =>
      pool.states().map(({ counts: { requests, failures, timeouts, retries } }) => {
        return [requests, failures, timeouts, retries]
      })
    assert.equal(pool.states()[0]!.latencyMs, undefined)
    origins[0]!.script = async (request) => {
      clock.advance(40)
      await request.respond()
    }
    await ask(pool).outcome
    assert.equal(pool.states()[0]!.latencyMs, 40)
    await ask(pool).outcome

    origins[0]!.script = (request) => request.reset()
    const left = pool.states()[0]!.retriesLeft
    assert.equal((await ask(pool).outcome).response?.origin, 'b')
    assert.deepEqual(counts(), [
      [2, 1, 0, 0],
      [2, 0, 0, 1],
    ])
    assert.equal(pool.states()[0]!.retriesLeft, left - 1)

    origins[1]!.script = (request) =>
      request.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut').then(() => request.fin())
    assert.equal((await ask(pool).outcome).error?.code, 'ORIGIN_CUT')
    origins[0]!.script = () => {}
    const hangs = ask(pool)
    await origins[0]!.request(3)
    clock.advance(1_000)
    assert.equal((await hangs.outcome).error?.code, 'ORIGIN_TIMEOUT')
    assert.deepEqual(counts(), [
      [3, 2, 1, 0],
      [3, 1, 0, 1],
    ])
  })
})
