import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { AdaptiveLimit } from '../../src/origin/adaptive-limit.ts'
import { OriginOverloadedError } from '../../src/origin/overloaded-error.ts'
import { type Priority, priorities, WaitingLine } from '../../src/origin/waiting-line.ts'
import { anOrigin, anOriginAndPool, aPool, ask } from './support/asking.ts'

describe('the line of those who wait', () => {
  it('serves visitors, then crawlers, then refreshes; in each in order of arrival', () => {
    const line = new WaitingLine<string>()
    for (const [waiter, priority] of [
      ['refresh', 'background'],
      ['bot 1', 'crawler'],
      ['ann', 'visitor'],
      ['bot 2', 'crawler'],
      ['ben', 'visitor'],
    ] as const) {
      line.add(waiter, priority, 0)
    }
    assert.equal(line.before('visitor'), 2)
    assert.equal(line.before('background'), 5)
    const served = Array.from({ length: 6 }, () => line.next())
    assert.deepEqual(served, ['ann', 'ben', 'bot 1', 'bot 2', 'refresh', undefined])
  })

  it('makes room for who is more important, by the last of the least important', () => {
    const line = new WaitingLine<string>()
    line.add('bot', 'crawler', 0)
    line.add('refresh 1', 'background', 0)
    line.add('refresh 2', 'background', 0)
    assert.equal(line.displaced('background'), undefined)
    assert.equal(line.displaced('visitor'), 'refresh 2')
    assert.equal(line.displaced('crawler'), 'refresh 1')
    assert.equal(line.displaced('crawler'), undefined)
    assert.equal(line.displaced('visitor'), 'bot')
    assert.equal(line.size, 0)
  })

  it('keeps count whatever happens', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        priority: fc.constantFrom<Priority>(...priorities),
        dueMs: fc.nat(9),
      }),
      fc.record({ kind: fc.constantFrom('next' as const, 'displace' as const, 'expire' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const line = new WaitingLine<number>()
        let inside = 0
        let dueMs = 0
        for (const [index, one] of steps.entries()) {
          if (one.kind === 'add') {
            dueMs += one.dueMs
            line.add(index, one.priority, dueMs)
            inside++
          } else if (one.kind === 'next') inside -= line.next() === undefined ? 0 : 1
          else if (one.kind === 'displace') inside -= line.displaced('visitor') === undefined ? 0 : 1
          else inside -= line.expired(dueMs - 5).length
          assert.equal(line.size, inside)
          assert.equal(line.earliestDueMs === Number.POSITIVE_INFINITY, inside === 0)
        }
        assert.equal(line.clear().length, inside)
      }),
    )
  })
})

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly'

const full = { settings: { concurrency: { connectionsMax: 1, queueMax: 2, queueMs: 5_000 } } }

describe('an origin that has as much to do as it may', () => {
  async function busy(t: TestContext) {
    const held = Promise.withResolvers<void>()
    const { pool, origin, clock } = await anOriginAndPool(
      t,
      async (request) => {
        await held.promise
        await request.respond({ body: request.target })
      },
      full,
    )
    const first = ask(pool, { target: '/first' })
    await origin.request(1)
    return { pool, origin, clock, first, release: () => held.resolve() }
  }

  it('serves visitors before crawlers before refreshes', async (t) => {
    const { pool, origin, release } = await busy(t)
    const asked = [
      ask(pool, { target: '/refresh', priority: () => 'background' }),
      ask(pool, { target: '/visitor', priority: () => 'visitor' }),
    ]
    release()
    await Promise.all(asked.map(({ outcome }) => outcome))
    assert.deepEqual(
      origin.requests.map(({ target }) => target),
      ['/first', '/visitor', '/refresh'],
    )
  })

  it('refuses refreshes, then crawlers, to make room for visitors', async (t) => {
    const { pool, origin, release } = await busy(t)
    const bot = ask(pool, { target: '/bot', priority: () => 'crawler' })
    const refresh = ask(pool, { target: '/refresh', priority: () => 'background' })
    const ann = ask(pool, { target: '/ann' })
    assert.equal((await refresh.outcome).error?.code, 'ORIGIN_OVERLOADED')
    const ben = ask(pool, { target: '/ben' })
    assert.equal((await bot.outcome).error?.code, 'ORIGIN_OVERLOADED')
    const late = await ask(pool, { target: '/late' }).outcome
    assert.equal(late.error?.status, 503)
    release()
    assert.deepEqual([(await ann.outcome).body, (await ben.outcome).body], ['/ann', '/ben'])
    assert.equal(origin.requests.length, 3)
  })

  it('says how many wait, and when there may be room', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t, () => {}, full)
    const slow = ask(pool)
    const request = await origin.request(1)
    clock.advance(4_000)
    await request.respond()
    await slow.outcome
    for (let i = 0; i < 3; i++) ask(pool)
    const { error } = await ask(pool).outcome
    assert.ok(error instanceof OriginOverloadedError)
    assert.deepEqual([error.waiting, error.retryAfterSeconds, error.retryable], [2, 12, true])
  })

  it('lets nobody wait for whom something stored is there: stale pages first', async (t) => {
    const { pool } = await busy(t)
    const { error } = await ask(pool, { hasCover: true }).outcome
    assert.equal(error?.code, 'ORIGIN_OVERLOADED')
  })

  it('is no sick origin, and another member takes what does not fit', async (t) => {
    const [slow, quick] = [await anOrigin(t, () => {}), await anOrigin(t)]
    const { pool } = aPool(t, [slow, quick], {
      settings: { concurrency: { connectionsMax: 1, queueMax: 0, queueMs: 1 } },
    })
    ask(pool)
    await slow.request(1)
    for (let i = 0; i < 5; i++) assert.equal((await ask(pool).outcome).response?.origin, 'b')
    assert.deepEqual(
      pool.states().map(({ condition }) => condition),
      ['up', 'up'],
    )
  })

  it('counts tunnels like requests, waiting ones included', async (t) => {
    const { pool, origin } = await anOriginAndPool(
      t,
      (request) =>
        request.send(
          request.field('upgrade') === undefined ? 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' : SWITCHING,
        ),
      { settings: { concurrency: { connectionsMax: 2, queueMax: 2, queueMs: 5_000 } } },
    )
    await ask(pool).outcome
    const tunnel = () => ask(pool, { target: '/chat', upgrade: 'websocket' })
    const open = [(await tunnel().head)!, (await tunnel().head)!]
    assert.deepEqual(
      open.map(({ status, tunnel: opened }) => [status, opened?.early.toString()]),
      [
        [101, 'early'],
        [101, 'early'],
      ],
    )
    assert.equal(origin.openConnections, 2, 'one of them on the connection that was idle')
    const waiting = [ask(pool), tunnel()]
    assert.deepEqual([pool.states()[0]?.active, pool.states()[0]?.waiting], [2, 2])
    assert.equal((await tunnel().outcome).error?.status, 503)
    open[0]!.tunnel!.socket.destroy()
    assert.equal((await waiting[0]!.outcome).body, 'ok')
    const next = (await waiting[1]!.head)!
    for (const { tunnel: opened } of [open[1]!, next]) opened!.socket.destroy()
    while (pool.states()[0]!.active > 0) await turn()
    assert.equal(pool.states()[0]!.connections, 0)
  })

  it('never has more connections than it may, for a thousand requests at once', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, undefined, {
      settings: { concurrency: { connectionsMax: 20, queueMax: 10_000, queueMs: 60_000 } },
    })
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => ask(pool).outcome))
    assert.ok(outcomes.every(({ body }) => body === 'ok'))
    assert.equal(origin.connections.length, 20)
    assert.deepEqual(
      pool.states().map(({ active, waiting }) => [active, waiting]),
      [[0, 0]],
    )
  })
})

describe('the adaptive limit', () => {
  const settings = { least: 4, most: 200, tolerance: 1.5 }

  /** An origin that serves `capacity` at a time, 50 ms each; what is above waits inside it. */
  function drive(limit: AdaptiveLimit, capacity: number, samples: number): void {
    for (let i = 0; i < samples; i++) limit.sample(50 * Math.max(1, limit.limit / capacity), limit.limit)
  }

  it('grows while responses take no longer', () => {
    const limit = new AdaptiveLimit(settings)
    drive(limit, 1_000, 2_000)
    assert.equal(limit.limit, 200)
  })

  it('settles near what the origin can do at a time', () => {
    const limit = new AdaptiveLimit(settings)
    drive(limit, 20, 3_000)
    assert.ok(limit.limit >= 20 && limit.limit <= 60, String(limit.limit))
  })

  it('shrinks when the origin slows down, and comes back with it', () => {
    const limit = new AdaptiveLimit(settings)
    drive(limit, 100, 3_000)
    const before = limit.limit
    for (let i = 0; i < 60; i++) limit.sample(1_000, limit.limit)
    assert.ok(limit.limit < before / 2, `${before} -> ${limit.limit}`)
    drive(limit, 100, 5_000)
    assert.ok(limit.limit > before * 0.7, String(limit.limit))
  })

  it('learns nothing from an origin with little to do', () => {
    const limit = new AdaptiveLimit(settings)
    for (let i = 0; i < 1_000; i++) limit.sample(1 + (i % 100), 1)
    assert.equal(limit.limit, 20)
  })

  it('stays within its bounds whatever it is told', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.nat(500)), { maxLength: 300, size: 'max' }),
        (samples) => {
          const limit = new AdaptiveLimit(settings)
          for (const [ms, inFlight] of samples) limit.sample(ms, inFlight)
          assert.ok(limit.limit >= 4 && limit.limit <= 200)
        },
      ),
    )
  })

  it('holds in a pool: idle connections do not count, who waits is served', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, undefined, {
      settings: {
        concurrency: { connectionsMax: 100, queueMax: 1_000, queueMs: 60_000, adaptive: { least: 4, tolerance: 1.5 } },
      },
    })
    const outcomes = await Promise.all(Array.from({ length: 300 }, () => ask(pool).outcome))
    assert.ok(outcomes.every(({ body }) => body === 'ok'))
    assert.ok(origin.connections.length < 100)
    assert.equal(pool.states()[0]?.waiting, 0)
  })
})
