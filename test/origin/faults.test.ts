import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import type { MemberChange } from '../../src/origin/member-state.ts'
import type { ManagedPool } from '../../src/origin/origin-client.ts'
import { type Apache, startApache } from '../support/apache.ts'
import type { OriginScript } from '../support/scripted-origin.ts'
import { anOrigin, aPool, ask } from './support/asking.ts'

/** Keeps so many requests under way until `until` resolves. @returns how often each result came */
async function load(pool: ManagedPool, clients: number, until: Promise<unknown>): Promise<Map<string, number>> {
  const results = new Map<string, number>()
  let stop = false
  void until.then(() => {
    stop = true
  })
  const client = async (): Promise<void> => {
    while (!stop) {
      const { response, error } = await ask(pool, { target: '/page.html' }).outcome
      const result = error?.code ?? String(response!.status)
      results.set(result, (results.get(result) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return results
}

async function apaches(t: TestContext): Promise<Apache[]> {
  const started = await Promise.all(
    [1, 2, 3].map(() => startApache({ files: { 'htdocs/page.html': 'x'.repeat(2_000) } })),
  )
  t.after(() => Promise.all(started.map((apache) => apache.stop())))
  return started
}

/** Resolves when that many requests more have been answered. */
function answered(pool: ManagedPool, count: number): Promise<void> {
  let left = count
  return new Promise((resolve) => {
    const next = async (): Promise<void> => {
      while (left-- > 0) await ask(pool, { target: '/page.html' }).outcome
      resolve()
    }
    void next()
  })
}

describe('three Apaches under load', () => {
  it('one is killed, then it is back: no request fails, and it gets its share again', async (t) => {
    const started = await apaches(t)
    const changes: MemberChange[] = []
    const { pool } = aPool(
      t,
      started.map(({ url }) => url),
      { clock: systemClock(), environment: { random: Math.random, onState: (change) => changes.push(change) } },
    )
    const done = Promise.withResolvers<void>()
    const loaded = load(pool, 20, done.promise)
    await answered(pool, 200)
    const [victim] = started
    await victim!.kill()
    await answered(pool, 500)
    assert.equal(pool.states()[0]?.condition, 'held-down')
    const again = await startApache({ port: victim!.port, files: { 'htdocs/page.html': 'again' } })
    t.after(() => again.stop())
    while (pool.states()[0]?.condition !== 'up') await answered(pool, 20)
    await answered(pool, 300)
    done.resolve()
    const results = await loaded
    assert.deepEqual([...results.keys()], ['200'])
    assert.deepEqual(
      changes.map(({ condition }) => condition),
      ['held-down', 'up'],
    )
    assert.ok(again.accessLog().split('\n').length > 50)
  })

  it('share 10,000 requests within 1 % of their weights', async (t) => {
    const started = await apaches(t)
    const weights = [5, 3, 2]
    const { pool } = aPool(
      t,
      started.map(({ url }, index) => ({ name: `m${index}`, url, weight: weights[index]! })),
      { clock: systemClock() },
    )
    const shares = new Map<string, number>()
    const client = async (): Promise<void> => {
      for (let i = 0; i < 625; i++) {
        const { response } = await ask(pool, { target: '/page.html' }).outcome
        shares.set(response!.origin, (shares.get(response!.origin) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: 16 }, client))
    for (const [index, weight] of weights.entries()) {
      assert.ok(Math.abs(shares.get(`m${index}`)! / 10_000 - weight / 10) < 0.01)
    }
  })
})

describe('one bad member of two', () => {
  const good: OriginScript = (request) => request.respond({ body: 'good' })

  /** What 40 requests one after the other get, and how many the bad member saw. */
  async function forty(t: TestContext, bad: OriginScript, options: Parameters<typeof aPool>[2] = {}) {
    const origins = [await anOrigin(t, bad), await anOrigin(t, good)]
    const { pool, clock } = aPool(t, origins, options)
    const results: string[] = []
    for (let i = 0; i < 40; i++) {
      const { response, error, body } = await ask(pool).outcome
      results.push(error?.code ?? (body || String(response!.status)))
    }
    return { results: new Set(results), asked: origins[0]!.requests.length, pool, clock, origins }
  }

  it('that resets before it answers: nobody notices, and it is left alone after three', async (t) => {
    const { results, asked } = await forty(t, (request) => request.reset())
    assert.deepEqual([[...results], asked], [['good'], 3])
  })

  it('that closes: the same', async (t) => {
    const { results, asked } = await forty(t, (request) => request.fin())
    assert.deepEqual([[...results], asked], [['good'], 3])
  })

  it('that answers 500: its answers are given, unless its status is to be retried and counted', async (t) => {
    const failing: OriginScript = (request) => request.respond({ status: 500 })
    const plain = await forty(t, failing)
    assert.deepEqual(plain.results, new Set(['500', 'good']))
    const health = { holdDownMs: 1_000, holdDownMsMax: 60_000, failuresMax: 3, failureStatuses: [500] }
    const counted = await forty(t, failing, { settings: { health, retryStatuses: [500] } })
    assert.deepEqual([[...counted.results], counted.asked], [['good'], 3])
  })

  it('that resets in the middle of a body: the cut is shown, for the client has the first half', async (t) => {
    const { results } = await forty(t, async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
      request.reset()
    })
    assert.deepEqual(results, new Set(['ORIGIN_CUT', 'good']))
  })

  it('that sends garbage: 502 for who gets it, never its bytes', async (t) => {
    const { results } = await forty(t, (request) => request.send('\x00\x01garbage\r\n\r\n'))
    assert.deepEqual(results, new Set(['ORIGIN_BAD_RESPONSE', 'good']))
  })

  it('that accepts and never answers: bounded by the time limit, then left alone; its trials hit one visitor at a time', async (t) => {
    const origins = [await anOrigin(t, () => {}), await anOrigin(t, good)]
    const { pool, clock } = aPool(t, origins, { limits: { firstByteMs: 5_000 } })
    const asked = Array.from({ length: 20 }, () => ask(pool))
    await origins[0]!.request(10)
    await Promise.all(asked.filter((_, index) => index % 2 === 1).map(({ outcome }) => outcome))
    clock.advance(5_000)
    const outcomes = await Promise.all(asked.map(({ outcome }) => outcome))
    assert.equal(outcomes.filter(({ error }) => error?.code === 'ORIGIN_TIMEOUT').length, 10)
    for (let i = 0; i < 50; i++) assert.equal((await ask(pool).outcome).body, 'good')
    clock.advance(1_000)
    const trial = Array.from({ length: 20 }, () => ask(pool))
    await origins[0]!.request(11)
    await origins[1]!.until(() => origins[1]!.requests.length === 10 + 50 + 19)
    // All but one; which one was the trial is the pool's choice.
    await new Promise<void>((resolve) => {
      let left = 19
      for (const { outcome } of trial) void outcome.then(() => --left === 0 && resolve())
    })
    clock.advance(5_000)
    const after = await Promise.all(trial.map(({ outcome }) => outcome))
    assert.equal(after.filter(({ error }) => error !== undefined).length, 1)
    assert.equal(origins[0]!.requests.length, 11)
  })

  it('that flaps every second: no visitor notices, and it gets less than its share', async (t) => {
    const origins = [await anOrigin(t, good), await anOrigin(t, good)]
    const { pool, clock } = aPool(t, origins)
    const failures: string[] = []
    for (let second = 0; second < 60; second++) {
      if (second % 2 === 0) await origins[0]!.stop()
      else await origins[0]!.listen()
      for (let i = 0; i < 6; i++) {
        const { error } = await ask(pool).outcome
        if (error !== undefined) failures.push(error.code)
        clock.advance(166)
      }
      clock.advance(4)
    }
    assert.deepEqual(failures, [])
    assert.ok(origins[0]!.requests.length < origins[1]!.requests.length / 2)
  })
})
