import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type OriginSettings, type PoolSettings, poolSettings } from '../../src/origin/settings.ts'
import { SitePools, type SitePoolsSettings } from '../../src/origin/site-pools.ts'
import { HeldClock } from '../support/held-clock.ts'
import type { ScriptedOrigin } from '../support/scripted-origin.ts'
import { anOrigin, aPool, ask } from './support/asking.ts'

const member = (name: string, origin: ScriptedOrigin, own: Partial<OriginSettings> = {}): OriginSettings => ({
  name,
  url: origin.url,
  ...own,
})

describe('new settings for a pool', () => {
  it('keep the connections and the health of members that are the same', async (t) => {
    const [a, b, gone] = [await anOrigin(t), await anOrigin(t), await anOrigin(t)]
    await gone.stop()
    const { pool } = aPool(t, [member('a', a), member('gone', gone)])
    for (let i = 0; i < 3; i++) await ask(pool).outcome
    pool.update(poolSettings([member('gone', gone), member('b', b), member('a', a, { weight: 3 })]))
    const states = pool.states().map(({ origin, condition, weight }) => [origin, condition, weight])
    assert.deepEqual(states, [
      ['gone', 'held-down', 1],
      ['b', 'up', 1],
      ['a', 'up', 3],
    ])
    for (let i = 0; i < 8; i++) await ask(pool).outcome
    assert.equal(a.connections.length, 1)
    assert.deepEqual([a.requests.length, b.requests.length], [9, 2])
  })

  it('drop no request: those under way on a member that goes end as usual, those in its queue are served', async (t) => {
    const held = Promise.withResolvers<void>()
    const old = await anOrigin(t, async (request) => {
      await held.promise
      await request.respond({ body: `old ${request.target}` })
    })
    const next = await anOrigin(t)
    const settings = { concurrency: { connectionsMax: 1, queueMax: 10, queueMs: 60_000 } }
    const { pool } = aPool(t, [member('old', old)], { settings })
    const under = [ask(pool, { target: '/1' }), ask(pool, { target: '/2' })]
    await old.request(1)
    pool.update({ ...poolSettings([member('next', next)]), ...settings })
    assert.equal((await ask(pool).outcome).response?.origin, 'next')
    held.resolve()
    const bodies = await Promise.all(under.map(async ({ outcome }) => (await outcome).body))
    assert.deepEqual(bodies, ['old /1', 'old /2'])
    await Promise.all(old.connections.map(({ closed }) => closed))
  })

  it('that cannot be used change nothing', async (t) => {
    const origin = await anOrigin(t)
    const { pool } = aPool(t, [origin])
    assert.throws(() => pool.update(poolSettings([])), /no members/)
    assert.throws(() => pool.update(poolSettings([member('x', origin, { url: 'ftp://x' })])), /scheme "ftp:"/)
    assert.equal((await ask(pool).outcome).response?.origin, 'a')
  })

  it('leave no timer of the members that went', async (t) => {
    const [a, b] = [await anOrigin(t), await anOrigin(t)]
    const { pool, clock } = aPool(t, [a])
    await ask(pool).outcome
    for (let i = 0; i < 50; i++) pool.update(poolSettings([member('x', i % 2 === 0 ? b : a)]))
    pool.close()
    await a.connections[0]!.closed
    assert.equal(clock.pendingTimers, 0)
  })

  it('come while requests flow, and none fails', async (t) => {
    const origins = await Promise.all([1, 2, 3].map(() => anOrigin(t)))
    const { pool } = aPool(t, origins)
    const results: Promise<string>[] = []
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i < 20; i++) results.push(ask(pool).outcome.then(({ body, error }) => error?.code ?? body))
      const chosen = origins.filter((_, index) => index !== round % 3)
      pool.update(poolSettings(chosen.map((origin) => member(`m${origins.indexOf(origin)}`, origin))))
      await results[results.length - 20]
    }
    assert.deepEqual(new Set(await Promise.all(results)), new Set(['ok']))
  })
})

describe('new settings for sites', () => {
  it('while 300 requests are under way or wait: members come, go, change their weight, are drained; none is lost', async (t) => {
    const held = Promise.withResolvers<void>()
    const origins = await Promise.all(
      [1, 2, 3].map(() =>
        anOrigin(t, async (request) => {
          await held.promise
          await request.respond({ body: 'ok' })
        }),
      ),
    )
    const concurrency = { connectionsMax: 40, queueMax: 1_000, queueMs: 60_000 }
    const settings = (members: readonly OriginSettings[]): SitePoolsSettings => ({
      sites: [
        { serves: (host) => host === 'shop.test', pool: { ...poolSettings(members), name: 'shop', concurrency } },
      ],
      others: { ...poolSettings(members.slice(0, 1)), name: 'origins', concurrency },
    })
    const named = origins.map((origin, index) => member(`m${index}`, origin))
    const pools = new SitePools(settings(named.slice(0, 2)), { clock: new HeldClock() })
    t.after(() => pools.close())
    const asked = (count: number) =>
      Array.from(
        { length: count },
        (_, i) => ask(pools, { authority: i % 3 === 0 ? 'else.test' : 'shop.test' }).outcome,
      )
    const outcomes = asked(300)
    await origins[1]!.request(40)
    const last = [
      { ...named[0]!, weight: 5 },
      { ...named[2]!, weight: 2 },
    ]
    pools.update(settings(named))
    pools.update(settings([named[0]!, { ...named[1]!, drain: true }, named[2]!]))
    pools.update(settings(last))
    outcomes.push(...asked(100))
    held.resolve()
    assert.deepEqual(
      new Set((await Promise.all(outcomes)).map(({ body, error }) => error?.code ?? body)),
      new Set(['ok']),
    )
    assert.equal(origins[1]!.requests.length, 100, 'the one that went finished what it had')
    const before = origins.map(({ requests }) => requests.length)
    for (let i = 0; i < 70; i++) await ask(pools, { authority: 'shop.test' }).outcome
    assert.deepEqual(
      origins.map(({ requests }, index) => requests.length - before[index]!),
      [50, 0, 20],
    )
  })
})

describe('sites', () => {
  async function sites(t: TestContext) {
    const [shop, blog, other] = await Promise.all(
      ['shop', 'blog', 'other'].map((body) => anOrigin(t, (request) => request.respond({ body }))),
    )
    const pool = (name: string, origin: ScriptedOrigin): PoolSettings => ({
      ...poolSettings([member(name, origin)]),
      name,
    })
    const settings: SitePoolsSettings = {
      sites: [
        { serves: (host) => host === 'shop.test', pool: pool('shop', shop!) },
        { serves: (host) => host.endsWith('blog.test'), pool: pool('blog', blog!) },
      ],
      others: pool('origins', other!),
    }
    const pools = new SitePools(settings, { clock: new HeldClock(), random: () => 0 })
    t.after(() => pools.close())
    const asked = async (host: string) => (await ask(pools, { fields: ['Host', host] }).outcome).body
    return { pools, settings, pool, asked, origins: { shop: shop!, blog: blog!, other: other! } }
  }

  it('have pools of their own, by host', async (t) => {
    const { asked, pools } = await sites(t)
    const found = [
      await asked('shop.test'),
      await asked('www.blog.test'),
      await asked('else.test'),
      await asked('shop.test'),
    ]
    assert.deepEqual(found, ['shop', 'blog', 'other', 'shop'])
    assert.equal((await ask(pools, { authority: 'shop.test' }).outcome).body, 'shop')
    assert.deepEqual(
      pools.states().map(({ pool }) => pool),
      ['shop', 'blog', 'origins'],
    )
  })

  it('do not suffer from each other', async (t) => {
    const { asked, pools, origins } = await sites(t)
    await origins.shop.stop()
    assert.equal(await asked('shop.test'), '')
    assert.equal(pools.sick, false)
    assert.equal(await asked('www.blog.test'), 'blog')
  })

  it('come and go; those that stay keep their connections', async (t) => {
    const { asked, pools, settings, pool, origins } = await sites(t)
    await asked('shop.test')
    pools.update({
      sites: [{ serves: (host) => host === 'new.test', pool: settings.sites[0]!.pool }],
      others: settings.others,
    })
    assert.equal(await asked('new.test'), 'shop')
    assert.equal(await asked('shop.test'), 'other')
    assert.equal(origins.shop.connections.length, 1)
    assert.throws(() => pools.update({ sites: [], others: { ...pool('x', origins.blog), members: [] } }), /no members/)
    assert.equal(await asked('new.test'), 'shop')
  })

  it('are remembered for a bounded number of hosts', async (t) => {
    const { asked } = await sites(t)
    for (let i = 0; i < 1_100; i++) assert.equal(await asked(`${i}.blog.test`), 'blog')
    assert.equal(await asked('shop.test'), 'shop')
  })
})
