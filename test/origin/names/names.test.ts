import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { describe, it, type TestContext } from 'node:test'
import { NameCache } from '../../../src/origin/names/name-cache.ts'
import type { Resolved, Resolver, ServiceTarget } from '../../../src/origin/names/resolver.ts'
import { systemResolver } from '../../../src/origin/names/system-resolver.ts'
import { poolSettings } from '../../../src/origin/settings.ts'
import { HeldClock } from '../../support/held-clock.ts'
import { anOrigin, aPool, ask } from '../support/asking.ts'

const failed = (): Error => Object.assign(new Error('queryA ESERVFAIL'), { code: 'ESERVFAIL' })
const ipv4 = (...addresses: string[]): LookupAddress[] => addresses.map((address) => ({ address, family: 4 }))

/** A resolver that a test tells what to say. */
class HeldResolver implements Resolver {
  answer: readonly LookupAddress[] | 'fails' | 'silent' = []
  targets: readonly ServiceTarget[] | 'fails' = []
  ttlMs = 10_000
  asked = 0

  async addresses(): Promise<Resolved<LookupAddress>> {
    this.asked++
    if (this.answer === 'silent') return new Promise(() => {})
    if (this.answer === 'fails') throw failed()
    return { found: this.answer, ttlMs: this.ttlMs }
  }

  async services(): Promise<Resolved<ServiceTarget>> {
    this.asked++
    if (this.targets === 'fails') throw failed()
    return { found: this.targets, ttlMs: this.ttlMs }
  }
}

function held(): { resolver: HeldResolver; clock: HeldClock; names: NameCache } {
  const [resolver, clock] = [new HeldResolver(), new HeldClock()]
  return { resolver, clock, names: new NameCache(resolver, clock) }
}

/** Lets what is resolved already go through its promises. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('names of origins', () => {
  it('are asked for once in their time to live', async () => {
    const { names, resolver, clock } = held()
    resolver.answer = ipv4('192.0.2.1')
    for (let i = 0; i < 5; i++) assert.deepEqual(await names.addresses('app.test'), ipv4('192.0.2.1'))
    assert.equal(resolver.asked, 1)
    clock.advance(10_000)
    resolver.answer = ipv4('192.0.2.2')
    assert.deepEqual(await names.addresses('app.test'), ipv4('192.0.2.2'))
    assert.deepEqual([names.holds('app.test', '192.0.2.1'), names.holds('app.test', '192.0.2.2')], [false, true])
  })

  it('are asked for by one query, however many want to know', async () => {
    const { names, resolver } = held()
    resolver.answer = ipv4('192.0.2.1')
    await Promise.all(Array.from({ length: 50 }, () => names.addresses('app.test')))
    assert.equal(resolver.asked, 1)
  })

  for (const [said, boundMs] of [
    [0, 1_000],
    [86_400_000, 300_000],
  ] as const) {
    it(`hold for ${boundMs} ms when the time to live is ${said} ms`, async () => {
      const { names, resolver, clock } = held()
      resolver.answer = ipv4('192.0.2.1')
      resolver.ttlMs = said
      await names.addresses('app.test')
      clock.advance(boundMs - 1)
      await names.addresses('app.test')
      assert.equal(resolver.asked, 1)
      clock.advance(1)
      await names.addresses('app.test')
      assert.equal(resolver.asked, 2)
    })
  }

  it('keep their last good addresses while the resolver fails, and it is not asked all the time (A-HO-12)', async () => {
    const { names, resolver, clock } = held()
    resolver.answer = ipv4('192.0.2.1')
    await names.addresses('app.test')
    resolver.answer = 'fails'
    clock.advance(3_600_000)
    for (let i = 0; i < 10; i++) assert.deepEqual(await names.addresses('app.test'), ipv4('192.0.2.1'))
    assert.equal(resolver.asked, 2)
    resolver.answer = []
    clock.advance(5_000)
    assert.deepEqual(await names.addresses('app.test'), ipv4('192.0.2.1'), 'an empty answer is a failure')
  })

  it('wait half a second for a resolver that is silent, no longer', async () => {
    const { names, resolver, clock } = held()
    resolver.answer = ipv4('192.0.2.1')
    await names.addresses('app.test')
    resolver.answer = 'silent'
    clock.advance(10_000)
    let found: readonly LookupAddress[] | undefined
    const asked = names.addresses('app.test').then((addresses) => {
      found = addresses
    })
    await settled()
    assert.equal(found, undefined)
    clock.advance(500)
    await asked
    assert.deepEqual(found, ipv4('192.0.2.1'))
  })

  it('fail when there never was an address', async () => {
    const { names, resolver } = held()
    resolver.answer = 'fails'
    await assert.rejects(names.addresses('app.test'), /ESERVFAIL/)
    resolver.answer = ipv4('192.0.2.1')
    assert.deepEqual(await names.addresses('app.test'), ipv4('192.0.2.1'))
  })

  it('are those of the system, hosts file included', async () => {
    const { found, ttlMs } = await systemResolver().addresses('localhost')
    assert.ok(found.some(({ address }) => address === '127.0.0.1' || address === '::1'))
    assert.ok(ttlMs >= 0)
  })
})

describe('a member with a name', () => {
  async function byName(t: TestContext, discover?: 'addresses' | 'services') {
    const { names, resolver, clock } = held()
    resolver.answer = ipv4('127.0.0.1')
    const origin = await anOrigin(t)
    const url = `http://app.test:${origin.port}`
    const faults: unknown[] = []
    const { pool } = aPool(t, [{ name: 'app', url, ...(discover && { discover }) }], {
      clock,
      environment: { names, onUnresolved: (error) => faults.push(error) },
    })
    return { resolver, clock, origin, pool, faults }
  }

  it('is connected to by what the name stands for now; connections to another address are not kept (A-HO-12)', async (t) => {
    const { resolver, clock, origin, pool } = await byName(t)
    assert.equal((await ask(pool).outcome).body, 'ok')
    clock.advance(3_000)
    assert.equal((await ask(pool).outcome).body, 'ok')
    assert.equal(origin.connections.length, 1)
    resolver.answer = ipv4('127.0.0.2')
    resolver.ttlMs = 1_000
    clock.advance(3_500)
    assert.equal((await ask(pool).outcome).body, 'ok', 'the name is only asked for when a connection is made')
  })

  it('survives an address that does not answer when there is another (happy eyeballs)', async (t) => {
    const { resolver, pool } = await byName(t)
    resolver.answer = [{ address: '::1', family: 6 }, ...ipv4('127.0.0.1')]
    assert.equal((await ask(pool).outcome).body, 'ok')
  })

  it('that does not resolve at the start is a sick member, and is well when it does', async (t) => {
    const { resolver, clock, pool } = await byName(t)
    resolver.answer = 'fails'
    assert.equal((await ask(pool).outcome).error?.code, 'ORIGIN_UNRESOLVED')
    assert.equal(pool.sick, true)
    resolver.answer = ipv4('127.0.0.1')
    clock.advance(1_000)
    assert.equal((await ask(pool).outcome).body, 'ok')
  })

  it('can stand for several: one member for each address, as they come and go', async (t) => {
    const { resolver, clock, pool, origin } = await byName(t, 'addresses')
    await settled()
    const at = (...addresses: string[]): string[] => addresses.map((address) => `app ${address}:${origin.port}`)
    assert.deepEqual(
      pool.states().map(({ origin: name }) => name),
      at('127.0.0.1'),
    )
    resolver.answer = ipv4('127.0.0.2', '127.0.0.1')
    clock.advance(10_000)
    await settled()
    assert.deepEqual(
      pool.states().map(({ origin: name }) => name),
      at('127.0.0.1', '127.0.0.2'),
    )
    assert.equal((await ask(pool).outcome).body, 'ok')
  })

  it('keeps the members it had when the name fails, and says so', async (t) => {
    const { resolver, clock, pool, faults } = await byName(t, 'services')
    await settled()
    assert.equal(pool.states()[0]?.origin, 'app', 'not resolved yet: it stands for itself')
    const service = { host: '127.0.0.1', port: 80, weight: 1 }
    resolver.targets = [
      { ...service, port: 81, priority: 2 },
      { ...service, priority: 1, weight: 3 },
    ]
    clock.advance(10_000)
    await settled()
    const found = [
      ['app 127.0.0.1:80', 3, false],
      ['app 127.0.0.1:81', 1, true],
    ]
    const shown = () => pool.states().map(({ origin, weight, backup }) => [origin, weight, backup])
    assert.deepEqual(shown(), found)
    resolver.targets = 'fails'
    clock.advance(10_000)
    await settled()
    assert.deepEqual(shown(), found)
    assert.equal(faults.length, 1)
  })

  it('keeps them through new settings', async (t) => {
    const { pool, origin } = await byName(t, 'addresses')
    await settled()
    await ask(pool).outcome
    const url = `http://app.test:${origin.port}`
    pool.update({ ...poolSettings([{ name: 'app', url, discover: 'addresses' }]), retriesMax: 1 })
    assert.equal(pool.states()[0]?.origin, `app 127.0.0.1:${origin.port}`)
    await settled()
    await ask(pool).outcome
    assert.equal(origin.connections.length, 1)
  })

  it('is not asked for any more when the pool is closed', async (t) => {
    const { clock, pool } = await byName(t, 'addresses')
    await settled()
    pool.close()
    assert.equal(clock.pendingTimers, 0)
  })
})
