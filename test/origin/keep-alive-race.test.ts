import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { BufferBody } from '../../src/http/body.ts'
import type { ScriptedOrigin } from '../support/scripted-origin.ts'
import { anOriginAndPool, ask, FedBody } from './support/asking.ts'

const _one = { settings: { concurrency: { connectionsMax: 1, queueMax: 2, queueMs: 5_000 } } }

describe('the keep-alive race', () => {
  async function reused(
    t: TestContext,
    ending: 'fin' | 'reset',
  ): Promise<{ pool: Parameters<typeof ask>[0]; origin: ScriptedOrigin }> {
    const { pool, origin, clock } = await anOriginAndPool(t, async (request) => {
      await request.body()
      if (request.connection.requests.length > 0 || request.number === 1) await request.respond({ body: 'ok' })
    })
    await ask(pool).outcome
    // Long enough for an idle timer of the origin, and for a POST to use it still.
    clock.advance(1_000)
    // From now on every connection that has carried a request breaks at its next one.
    origin.script = async (request) => {
      if (request.connection.number === 1) request[ending]()
      else await request.respond({ body: `on ${request.connection.number}` })
    }
    return { pool, origin }
  }

  for (const ending of ['fin', 'reset'] as const) {
    for (const method of ['GET', 'DELETE', 'PUT', 'OPTIONS', 'TRACE']) {
      it(`is invisible: ${method} on a reused connection that ends with ${ending} is sent once more on a fresh one (A-RS-07)`, async (t) => {
        const { pool, origin } = await reused(t, ending)
        const { body, error } = await ask(pool, { method }).outcome
        assert.equal(error, undefined)
        assert.equal(body, 'on 2')
        assert.equal(origin.requests.length, 3)
        assert.equal(pool.sick, false)
      })
    }
  }

  it('does not repeat a POST (A-RS-07)', async (t) => {
    const { pool, origin } = await reused(t, 'reset')
    assert.equal((await ask(pool, { method: 'POST' }).outcome).error?.code, 'ORIGIN_RESET')
    assert.equal(origin.requests.length, 2)
  })

  it('does not repeat a request whose body was read (A-RS-07)', async (t) => {
    const { pool, origin } = await reused(t, 'reset')
    const body = new BufferBody(Buffer.from('x'))
    assert.equal((await ask(pool, { method: 'PUT', body }).outcome).error?.code, 'ORIGIN_RESET')
    assert.equal(origin.requests.length, 2)
  })

  it('repeats a PUT whose body still waits for 100', async (t) => {
    const { pool } = await reused(t, 'reset')
    const body = new FedBody(2)
    const asked = ask(pool, { method: 'PUT', body, expectsContinue: true })
    assert.equal((await asked.outcome).body, 'on 2')
  })

  it('does not repeat after the first byte of a response', async (t) => {
    const { pool, origin } = await reused(t, 'reset')
    origin.script = async (request) => {
      await request.send('H')
      request.fin()
    }
    assert.equal((await ask(pool).outcome).error?.code, 'ORIGIN_RESET')
    assert.equal(origin.requests.length, 2)
  })

  it('is not what breaks a connection in use: no idle timer is that short, so nothing is sent twice', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t)
    await ask(pool).outcome
    clock.advance(999)
    origin.script = (request) => request.reset()
    assert.equal((await ask(pool).outcome).error?.code, 'ORIGIN_RESET')
    assert.equal(origin.requests.length, 2)
  })

  it('is tried once, not for ever', async (t) => {
    const { pool, origin } = await reused(t, 'fin')
    origin.script = (request) => request.fin()
    assert.equal((await ask(pool).outcome).error?.code, 'ORIGIN_RESET')
    assert.equal(origin.requests.length, 3)
  })

  it('is avoided for a POST by leaving connections alone that were idle for more than a second', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t)
    await ask(pool).outcome
    clock.advance(1_000)
    await ask(pool, { method: 'POST' }).outcome
    assert.equal(origin.connections.length, 1)
    clock.advance(1_001)
    await ask(pool, { method: 'POST' }).outcome
    assert.equal(origin.connections.length, 2)
  })
})
