import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { describe, it } from 'node:test'
import { BufferBody } from '../../src/http/body.ts'
import type { OriginPool } from '../../src/origin/origin-client.ts'
import { anOrigin, anOriginAndPool, aPool, ask, FedBody } from './support/asking.ts'

/** Body of the answer, or the error's code. */
async function result(pool: OriginPool, options: Parameters<typeof ask>[1] = {}): Promise<string> {
  const { body, error } = await ask(pool, options).outcome
  return error?.code ?? body
}

describe('several members', () => {
  it('are asked in turn', async (t) => {
    const origins = await Promise.all(
      [1, 2, 3].map((n) => anOrigin(t, (request) => request.respond({ body: String(n) }))),
    )
    const { pool } = aPool(t, origins)
    const bodies: string[] = []
    for (let i = 0; i < 6; i++) bodies.push(await result(pool))
    assert.deepEqual(bodies, ['1', '2', '3', '1', '2', '3'])
  })

  it('stand in for one that refuses connections, for any method, and it is left alone then', async (t) => {
    const [gone, alive] = [await anOrigin(t), await anOrigin(t)]
    await gone.stop()
    const { pool } = aPool(t, [gone, alive])
    const { response, body } = await ask(pool, { method: 'POST', body: new BufferBody(Buffer.from('x')) }).outcome
    assert.equal(body, 'ok')
    assert.equal(response?.origin, 'b')
    await gone.listen()
    for (let i = 0; i < 4; i++) await result(pool)
    assert.equal(gone.connections.length, 0, 'held down')
    assert.equal(pool.sick, false)
  })

  it('take a held-down one back after its hold-down', async (t) => {
    const [gone, alive] = [await anOrigin(t), await anOrigin(t)]
    await gone.stop()
    const { pool, clock } = aPool(t, [gone, alive])
    await result(pool)
    await gone.listen()
    clock.advance(1_000)
    for (let i = 0; i < 4; i++) assert.equal(await result(pool), 'ok')
    assert.equal(gone.requests.length, 2)
  })

  it('are tried for a GET that was reset on a fresh connection, not for a POST (RFC 9110 §9.2.2)', async (t) => {
    const bad = await anOrigin(t, (request) => request.reset())
    const good = await anOrigin(t)
    const { pool } = aPool(t, [bad, good])
    assert.equal(await result(pool), 'ok')
    assert.equal(await result(pool, { method: 'POST' }), 'ok')
    assert.equal(await result(pool, { method: 'POST' }), 'ORIGIN_RESET')
  })

  it('are not tried once a body was started or a byte of the response was seen', async (t) => {
    const bad = await anOrigin(t, async (request) => {
      await request.body()
      if (request.method === 'GET') await request.send('HTTP')
      request.fin()
    })
    const good = await anOrigin(t)
    const { pool } = aPool(t, [bad, good])
    assert.equal(await result(pool, { method: 'PUT', body: new BufferBody(Buffer.from('x')) }), 'ORIGIN_RESET')
    await result(pool)
    assert.equal(await result(pool), 'ORIGIN_RESET')
    assert.equal(good.requests.length, 1)
  })

  it('are tried at most three for one request', async (t) => {
    const bad = await Promise.all([1, 2, 3, 4].map(() => anOrigin(t, (request) => request.fin())))
    const { pool } = aPool(t, bad)
    assert.equal(await result(pool), 'ORIGIN_RESET')
    assert.deepEqual(
      bad.map(({ requests }) => requests.length),
      [1, 1, 1, 0],
    )
  })

  it('with a free connection come before those with a queue', async (t) => {
    const [slow, quick] = [await anOrigin(t, () => {}), await anOrigin(t)]
    const { pool } = aPool(t, [slow, quick], {
      settings: { concurrency: { connectionsMax: 1, queueMax: 10, queueMs: 1_000 } },
    })
    ask(pool)
    await slow.request(1)
    for (let i = 0; i < 5; i++) assert.equal(await result(pool), 'ok')
    assert.equal(slow.requests.length, 1)
  })
})

describe('a single origin that refuses connections', () => {
  it('answers 502 once, then 503 at once without a connect, and is found within a second of coming back (A-RE-07)', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t)
    await origin.stop()
    const first = await ask(pool).outcome
    assert.equal(first.error?.code, 'ORIGIN_REFUSED')
    assert.equal(first.error.status, 502)
    assert.match(first.error.message, /connection refused/)
    assert.equal(pool.sick, true)
    await origin.listen()
    const second = await ask(pool).outcome
    assert.equal(second.error?.code, 'ORIGIN_SICK')
    assert.equal(second.error.status, 503)
    assert.equal(origin.connections.length, 0)
    clock.advance(1_000)
    assert.equal(pool.sick, false)
    assert.equal(await result(pool), 'ok')
    assert.equal(pool.sick, false)
  })

  it('is found within a second after a long outage too', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t)
    await origin.stop()
    for (let i = 0; i < 20; i++) {
      assert.equal(await result(pool), 'ORIGIN_REFUSED')
      assert.equal(await result(pool), 'ORIGIN_SICK')
      clock.advance(1_000)
    }
    await origin.listen()
    assert.equal(await result(pool), 'ok')
  })

  it('never calls back before send has returned', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    await origin.stop()
    await ask(pool).outcome
    const body = new FedBody()
    const asked = ask(pool, { method: 'POST', body })
    assert.deepEqual(asked.calls, [])
    assert.equal((await asked.outcome).error?.code, 'ORIGIN_SICK')
    assert.equal(body.cancelledWith?.code, 'ORIGIN_SICK')
  })

  it('lets nobody wait in its queue', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, () => {}, {
      settings: { concurrency: { connectionsMax: 1, queueMax: 100, queueMs: 10_000 } },
    })
    await origin.stop()
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => result(pool)))
    assert.deepEqual(new Set(outcomes), new Set(['ORIGIN_REFUSED', 'ORIGIN_SICK']))
  })
})

describe('other failures of a member', () => {
  it('a name that does not resolve is a sick member, and is asked for again', async (t) => {
    let resolves = false
    const origin = await anOrigin(t)
    const lookup: LookupFunction = (_name, _options, callback) => {
      if (resolves) callback(null, [{ address: '127.0.0.1', family: 4 }])
      else callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '')
    }
    const { pool, clock } = aPool(t, [`http://app.test:${origin.port}`], { environment: { lookup } })
    const { error } = await ask(pool).outcome
    assert.equal(error?.code, 'ORIGIN_UNRESOLVED')
    assert.equal(error.status, 502)
    assert.equal(pool.sick, true)
    resolves = true
    clock.advance(1_000)
    assert.equal(await result(pool), 'ok')
  })

  it('no socket left here is not the fault of the origin (A-RE-10)', async (t) => {
    const lookup: LookupFunction = (_name, _options, callback) => {
      callback(Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' }), '')
    }
    const { pool } = aPool(t, ['http://app.test'], { environment: { lookup } })
    const { error } = await ask(pool).outcome
    assert.equal(error?.code, 'ORIGIN_OVERLOADED')
    assert.equal(error.status, 503)
    assert.equal(error.source, 'internal')
    assert.equal(pool.sick, false)
  })

  it('one page that crashes does not make an origin sick; three failures without a response between them do', async (t) => {
    const { pool } = await anOriginAndPool(t, async (request) => {
      if (request.target === '/crash') request.reset()
      else await request.respond()
    })
    for (let i = 0; i < 3; i++) {
      await result(pool, { target: '/crash' })
      await result(pool, { target: '/crash' })
      assert.equal(await result(pool), '')
    }
    for (let i = 0; i < 3; i++) assert.equal(await result(pool, { target: '/crash' }), 'ORIGIN_RESET')
    assert.equal(pool.sick, true)
  })

  it('an error response is a response', async (t) => {
    const { pool } = await anOriginAndPool(t, (request) => request.respond({ status: 503 }))
    for (let i = 0; i < 10; i++) await ask(pool).outcome
    assert.equal(pool.sick, false)
  })

  it('requests that hang take a member out, and the others carry (A-RE-08)', async (t) => {
    const [hanging, alive] = [await anOrigin(t, () => {}), await anOrigin(t)]
    const { pool, clock } = aPool(t, [hanging, alive])
    const asked = Array.from({ length: 6 }, () => ask(pool))
    await hanging.request(3)
    await Promise.all([1, 3, 5].map((i) => asked[i]!.outcome))
    clock.advance(60_000)
    for (const i of [0, 2, 4]) assert.equal((await asked[i]!.outcome).error?.code, 'ORIGIN_TIMEOUT')
    for (let i = 0; i < 4; i++) assert.equal(await result(pool), 'ok')
    assert.equal(hanging.requests.length, 3)
  })

  it('a throw of who hears that a member is held down takes no answer away', async (t) => {
    const faults: unknown[] = []
    const broken = new Error('listener is broken')
    const onState = (): void => {
      throw broken
    }
    const { pool } = await anOriginAndPool(t, (request) => request.respond({ status: 503, body: 'busy' }), {
      settings: { health: { holdDownMs: 1_000, holdDownMsMax: 60_000, failuresMax: 1, failureStatuses: [503] } },
      environment: { onFault: (error) => faults.push(error), onState },
    })
    assert.equal(await result(pool), 'busy')
    assert.deepEqual(faults, [broken])
    assert.equal(pool.sick, true)
  })

  it('a throw of a handler is contained to its request', async (t) => {
    const faults: unknown[] = []
    const { pool, origin } = await anOriginAndPool(t, undefined, {
      environment: { onFault: (error) => faults.push(error) },
    })
    const broken = new Error('handler is broken')
    pool.send(
      { method: 'GET', target: '/', fields: ['Host', 'h'], body: undefined, expectsContinue: false },
      {
        onInterim() {},
        onError() {},
        onResponse() {
          throw broken
        },
      },
    )
    await (await origin.connection(1)).closed
    assert.deepEqual(faults, [broken])
    assert.equal(await result(pool), 'ok')
  })
})
