import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { BufferBody } from '../../src/http/body.ts'
import { Latencies } from '../../src/origin/latencies.ts'
import type { ManagedPool } from '../../src/origin/origin-client.ts'
import { RetryBudget } from '../../src/origin/retry-budget.ts'
import { HeldClock } from '../support/held-clock.ts'
import type { OriginScript } from '../support/scripted-origin.ts'
import { anOrigin, aPool, ask } from './support/asking.ts'

async function result(pool: ManagedPool, options: Parameters<typeof ask>[1] = {}): Promise<string> {
  const { response, error } = await ask(pool, options).outcome
  return error?.code ?? `${response!.status} ${response!.origin}`
}

/** Failures never hold a member down, so that only the budget bounds the retries. */
const patient = { holdDownMs: 1_000, holdDownMsMax: 60_000, failuresMax: Number.POSITIVE_INFINITY }

describe('the retry budget', () => {
  it('is a part of the requests, beyond a reserve', () => {
    const budget = new RetryBudget({ ratio: 0.2, reserve: 10 }, new HeldClock())
    let retries = 0
    for (let i = 0; i < 10_000; i++) {
      budget.deposit()
      if (budget.withdraw()) retries++
    }
    assert.ok(retries >= 2_000 && retries <= 2_010, String(retries))
  })

  it('does not save up for ever', () => {
    const budget = new RetryBudget({ ratio: 0.2, reserve: 10 }, new HeldClock())
    for (let i = 0; i < 1_000_000; i++) budget.deposit()
    let retries = 0
    while (budget.withdraw()) retries++
    assert.equal(retries, 200)
  })

  it('gives a quiet site one a second', () => {
    const clock = new HeldClock()
    const budget = new RetryBudget({ ratio: 0.2, reserve: 2 }, clock)
    assert.deepEqual([budget.withdraw(), budget.withdraw(), budget.withdraw()], [true, true, false])
    clock.advance(1_000)
    assert.deepEqual([budget.withdraw(), budget.withdraw()], [true, false])
    clock.advance(60_000)
    assert.deepEqual([budget.withdraw(), budget.withdraw(), budget.withdraw()], [true, true, false])
  })

  it('of 0 allows none', () => {
    const budget = new RetryBudget({ ratio: 0, reserve: 0 }, new HeldClock())
    budget.deposit()
    assert.equal(budget.withdraw(), false)
  })
})

describe('retries of a pool', () => {
  const resets: OriginScript = (request) => request.reset()

  it('add at most a fifth when every member fails', async (t) => {
    const origins = await Promise.all([1, 2, 3].map(() => anOrigin(t, resets)))
    const { pool } = aPool(t, origins, { settings: { health: patient, retryBudget: { ratio: 0.2, reserve: 10 } } })
    for (let i = 0; i < 500; i++) assert.equal(await result(pool), 'ORIGIN_RESET')
    const sent = origins.reduce((sum, { requests }) => sum + requests.length, 0)
    assert.ok(sent <= 500 + 100 + 10, String(sent))
    assert.ok(sent >= 600)
  })

  it('after failed connects are free: nothing was sent', async (t) => {
    const [gone, alive] = [await anOrigin(t), await anOrigin(t)]
    await gone.stop()
    const { pool, clock } = aPool(t, [gone, alive], { settings: { retryBudget: { ratio: 0, reserve: 0 } } })
    for (let i = 0; i < 20; i++) {
      assert.equal(await result(pool), '200 b')
      clock.advance(60_000)
    }
  })

  describe('for statuses', () => {
    const status: OriginScript = (request) => request.respond({ status: 503, body: 'sorry' })
    const settings = { retryStatuses: [502, 503, 504] }

    async function two(t: TestContext, own: object = settings) {
      const origins = [await anOrigin(t, status), await anOrigin(t)]
      return { origins, ...aPool(t, origins, { settings: own }) }
    }

    it('go to another member by option, and only then', async (t) => {
      assert.equal(await result((await two(t)).pool), '200 b')
      assert.equal(await result((await two(t, {})).pool), '503 a')
    })

    it('are not for requests that may have done something, nor for those with a body', async (t) => {
      assert.equal(await result((await two(t)).pool, { method: 'POST' }), '503 a')
      assert.equal(
        await result((await two(t)).pool, { method: 'PUT', body: new BufferBody(Buffer.from('x')) }),
        '503 a',
      )
    })

    it('deliver the last answer when all say the same', async (t) => {
      const origins = await Promise.all([1, 2].map(() => anOrigin(t, status)))
      const { pool } = aPool(t, origins, { settings })
      const { response, body } = await ask(pool).outcome
      assert.deepEqual([response?.status, response?.origin, body], [503, 'b', 'sorry'])
    })

    it('stay within the budget', async (t) => {
      const { pool, origins } = await two(t, { ...settings, retryBudget: { ratio: 0, reserve: 1 } })
      assert.equal(await result(pool), '200 b')
      await result(pool)
      assert.equal(await result(pool), '503 a')
      assert.equal(origins[0]!.requests.length, 2)
    })

    it('leave nothing behind: connections closed, load back to zero', async (t) => {
      const { pool, origins } = await two(t)
      await result(pool)
      await origins[0]!.connections[0]!.closed
      assert.deepEqual(
        pool.states().map(({ active }) => active),
        [0, 0],
      )
    })
  })

  it('never follow the first byte of a body', async (t) => {
    const cut: OriginScript = async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
      request.reset()
    }
    const origins = [await anOrigin(t, cut), await anOrigin(t)]
    const { pool } = aPool(t, origins)
    const { error, body } = await ask(pool).outcome
    assert.deepEqual([error?.code, body], ['ORIGIN_CUT', 'half'])
    assert.equal(origins[1]!.requests.length, 0)
  })
})

describe('the time that nearly all take', () => {
  it('is known after a while, and follows', () => {
    const latencies = new Latencies(0.95)
    for (let i = 0; i < 31; i++) latencies.add(10)
    assert.equal(latencies.value, undefined)
    latencies.add(10)
    assert.equal(latencies.value, 10)
    for (let i = 0; i < 256; i++) latencies.add(i)
    assert.equal(latencies.value, 243)
  })
})

describe('hedged requests', () => {
  async function hedged(t: TestContext, settings: object = {}) {
    const origins = [await anOrigin(t), await anOrigin(t)]
    const made = aPool(t, origins, { settings: { hedge: true, ...settings } })
    // A held clock: every response takes 0 ms, so the slow ones are those above 1 ms.
    for (let i = 0; i < 64; i++) await result(made.pool)
    for (const origin of origins) origin.requests.length = 0
    return { origins, first: origins[0]!, second: origins[1]!, ...made }
  }

  it('go to a second member when the first takes longer than nearly always; the loser is abandoned', async (t) => {
    const { pool, clock, first, second } = await hedged(t)
    first.script = () => {}
    const asked = ask(pool)
    await first.request(1)
    clock.advance(1)
    assert.equal((await asked.outcome).response?.origin, 'b')
    assert.equal(second.requests.length, 1)
    await first.requests[0]!.connection.closed
    assert.deepEqual(asked.calls, ['response', 'write', 'end'])
    assert.deepEqual(
      pool.states().map(({ active }) => active),
      [0, 0],
    )
  })

  it('are not sent when the first answers in time', async (t) => {
    const { pool, clock, second } = await hedged(t)
    await result(pool)
    clock.advance(1_000)
    assert.equal(second.requests.length, 0)
  })

  it('let the first win when it is the first after all', async (t) => {
    const { pool, clock, first, second } = await hedged(t)
    first.script = () => {}
    second.script = () => {}
    const asked = ask(pool)
    const slow = await first.request(1)
    clock.advance(1)
    await second.request(1)
    await slow.respond({ body: 'late' })
    assert.equal((await asked.outcome).body, 'late')
    await second.requests[0]!.connection.closed
  })

  it('survive the failure of either', async (t) => {
    const { pool, clock, first, second } = await hedged(t, { retriesMax: 0 })
    first.script = () => {}
    second.script = (request) => request.reset()
    const asked = ask(pool)
    const slow = await first.request(1)
    clock.advance(1)
    await second.request(1)
    await second.requests[0]!.connection.closed
    await slow.respond({ body: 'late' })
    assert.equal((await asked.outcome).body, 'late')
  })

  it('fail once when both fail', async (t) => {
    const { pool, clock, first, second } = await hedged(t, { retriesMax: 0 })
    first.script = () => {}
    second.script = () => {}
    const asked = ask(pool)
    const slow = await first.request(1)
    clock.advance(1)
    ;(await second.request(1)).reset()
    slow.reset()
    assert.equal((await asked.outcome).error?.code, 'ORIGIN_RESET')
    assert.deepEqual(asked.calls, ['error'])
  })

  it('are paid from the retry budget', async (t) => {
    const { pool, clock, first, second } = await hedged(t, { retryBudget: { ratio: 0, reserve: 0 } })
    first.script = () => {}
    const asked = ask(pool)
    await first.request(1)
    clock.advance(60_000)
    assert.equal((await asked.outcome).error?.code, 'ORIGIN_TIMEOUT')
    assert.equal(second.requests.length, 0)
  })

  it('do not hide a member that has ceased to answer', async (t) => {
    const { pool, clock, first } = await hedged(t, { retryBudget: { ratio: 1, reserve: 100 } })
    first.script = () => {}
    for (let i = 0; i < 60; i++) {
      const asked = ask(pool)
      const seen = first.requests.length
      await Promise.race([asked.outcome, first.until(() => first.requests.length > seen)])
      clock.advance(1)
      assert.equal((await asked.outcome).body, 'ok')
    }
    assert.equal(first.requests.length, 21)
    assert.equal(pool.states()[0]?.condition, 'held-down')
  })

  it('are never sent for a POST', async (t) => {
    const { pool, clock, first, second } = await hedged(t)
    first.script = () => {}
    ask(pool, { method: 'POST' })
    await first.request(1)
    clock.advance(1_000)
    assert.equal(second.requests.length, 0)
  })

  it('are abandoned together', async (t) => {
    const { pool, clock, first, second } = await hedged(t)
    first.script = () => {}
    second.script = () => {}
    const asked = ask(pool)
    await first.request(1)
    clock.advance(1)
    await second.request(1)
    asked.abandon()
    await Promise.all([first.requests[0]!.connection.closed, second.requests[0]!.connection.closed])
    assert.deepEqual(asked.calls, [])
    assert.deepEqual(
      pool.states().map(({ active }) => active),
      [0, 0],
    )
  })
})
