import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anOriginAndPool, ask } from './support/asking.ts'

const one = { settings: { concurrency: { connectionsMax: 1, queueMax: 2, queueMs: 5_000 } } }

describe('the queue for connections', () => {
  it('serves in order of arrival on the connections there are', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, (request) => request.respond({ body: request.target }), one)
    const bodies = await Promise.all(
      ['/1', '/2', '/3'].map(async (target) => (await ask(pool, { target }).outcome).body),
    )
    assert.deepEqual(bodies, ['/1', '/2', '/3'])
    assert.deepEqual(
      origin.requests.map(({ target }) => target),
      ['/1', '/2', '/3'],
    )
    assert.equal(origin.connections.length, 1)
  })

  it('opens a new connection for who waits when one is lost', async (t) => {
    const { pool, origin } = await anOriginAndPool(
      t,
      (request) => request.respond({ fields: ['Connection', 'close'], body: request.target }),
      one,
    )
    const outcomes = await Promise.all(['/1', '/2', '/3'].map((target) => ask(pool, { target }).outcome))
    assert.deepEqual(
      outcomes.map(({ body }) => body),
      ['/1', '/2', '/3'],
    )
    assert.equal(origin.connections.length, 3)
  })

  it('is bounded: one more is refused with 503 at once', async (t) => {
    const { pool } = await anOriginAndPool(t, () => {}, one)
    for (let i = 0; i < 3; i++) ask(pool)
    const { error } = await ask(pool).outcome
    assert.equal(error?.code, 'ORIGIN_OVERLOADED')
    assert.equal(error.status, 503)
    assert.equal(pool.sick, false)
  })

  it('is bounded in time', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t, () => {}, one)
    ask(pool)
    await origin.request(1)
    const waiting = ask(pool)
    clock.advance(2_000)
    const later = ask(pool)
    clock.advance(2_999)
    assert.deepEqual(waiting.calls, [])
    clock.advance(1)
    assert.equal((await waiting.outcome).error?.code, 'ORIGIN_OVERLOADED')
    assert.deepEqual(later.calls, [])
    clock.advance(2_000)
    assert.equal((await later.outcome).error?.status, 503)
  })

  it('is left by a request that is abandoned', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, undefined, one)
    const first = ask(pool)
    const second = ask(pool, { target: '/2' })
    const third = ask(pool, { target: '/3' })
    second.abandon()
    await Promise.all([first.outcome, third.outcome])
    assert.deepEqual(second.calls, [])
    assert.deepEqual(
      origin.requests.map(({ target }) => target),
      ['/', '/3'],
    )
  })
})
