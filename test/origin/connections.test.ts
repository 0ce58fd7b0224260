import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { BufferBody } from '../../src/http/body.ts'
import type { ScriptedOrigin } from '../support/scripted-origin.ts'
import { anOrigin, anOriginAndPool, aPool, ask, FedBody } from './support/asking.ts'
import { certificate, key } from './support/certificate.ts'

const one = { settings: { concurrency: { connectionsMax: 1, queueMax: 2, queueMs: 5_000 } } }

describe('connections to an origin', () => {
  it('are used again, the most recently used first', async (t) => {
    const held: (() => void)[] = []
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      await new Promise<void>((resolve) => held.push(resolve))
      await request.respond({ body: String(request.connection.number) })
    })
    const first = ask(pool)
    await origin.request(1)
    const second = ask(pool)
    await origin.request(2)
    held[1]!()
    await second.outcome
    held[0]!()
    await first.outcome
    origin.script = (request) => request.respond({ body: String(request.connection.number) })
    assert.equal((await ask(pool).outcome).body, '1')
    assert.equal((await ask(pool).outcome).body, '1')
    assert.equal(origin.connections.length, 2)
  })

  it('are free for the next request at the moment a body ends', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    await new Promise<void>((resolve) => {
      pool.send(
        { method: 'GET', target: '/1', fields: ['Host', 'h'], body: undefined, expectsContinue: false },
        {
          onInterim() {},
          onError() {},
          onResponse: ({ body }) =>
            body!.start({ write: () => true, end: () => ask(pool).outcome.then(() => resolve()), fail() {} }),
        },
      )
    })
    assert.equal(origin.connections.length, 1)
  })

  it('are not used again after Connection: close', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, (request) => request.respond({ fields: ['Connection', 'Close'] }))
    await ask(pool).outcome
    await origin.connections[0]!.closed
    await ask(pool).outcome
    assert.equal(origin.connections.length, 2)
  })

  it('are closed after 4 s idle when the origin announces nothing', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t)
    await ask(pool).outcome
    clock.advance(3_999)
    await ask(pool).outcome
    assert.equal(origin.connections.length, 1)
    clock.advance(4_000)
    await origin.connections[0]!.closed
  })

  for (const [field, keptMs] of [
    ['timeout=15, max=100', 14_000],
    ['max=5, timeout=2', 1_000],
    ['timeout=1', 500],
    ['timeout=9999', 60_000],
    ['timeout=x', 4_000],
  ] as const) {
    it(`are kept below what the origin announces: Keep-Alive: ${field}`, async (t) => {
      const { pool, origin, clock } = await anOriginAndPool(t, (request) =>
        request.respond({ fields: ['Keep-Alive', field] }),
      )
      await ask(pool).outcome
      clock.advance(keptMs - 1)
      await ask(pool).outcome
      assert.equal(origin.connections.length, 1)
      clock.advance(keptMs)
      await origin.connections[0]!.closed
    })
  }

  it('are not kept when the origin announces none: Keep-Alive: timeout=0', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, (request) =>
      request.respond({ fields: ['Keep-Alive', 'timeout=0'] }),
    )
    await ask(pool).outcome
    await origin.connections[0]!.closed
  })

  it('that the origin closes while idle are replaced', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    await ask(pool).outcome
    origin.connections[0]!.fin()
    await origin.connections[0]!.closed
    assert.equal((await ask(pool).outcome).body, 'ok')
    assert.equal(origin.connections.length, 2)
  })

  it('leave nothing behind after close: no timer, no socket', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t)
    const answered = Promise.withResolvers<void>()
    origin.script = async (request) => {
      if (request.target === '/slow') await answered.promise
      await request.respond({ body: 'ok' })
    }
    const slow = ask(pool, { target: '/slow' })
    await origin.request(1)
    await ask(pool).outcome
    pool.close()
    await origin.connections[1]!.closed
    assert.equal(origin.connections[0]!.isClosed, false, 'a request under way goes on')
    answered.resolve()
    assert.equal((await slow.outcome).body, 'ok')
    await origin.connections[0]!.closed
    assert.equal(clock.pendingTimers, 0)
    assert.equal((await ask(pool).outcome).body, 'ok', 'a late request is still served')
    await origin.connections[2]!.closed
    assert.equal(clock.pendingTimers, 0)
  })

  it('go by TLS, verified by the authority given and the name', async (t) => {
    const origin = await anOrigin(t, undefined, { tls: { key, cert: certificate } })
    const trusting = { name: 'a', url: origin.url, tls: { ca: certificate, servername: 'origin.test' } }
    const { pool } = aPool(t, [trusting])
    for (let i = 0; i < 3; i++) assert.equal((await ask(pool).outcome).body, 'ok')
    assert.equal(origin.connections.length, 1)
    for (const tls of [{}, { ca: certificate, servername: 'other.test' }]) {
      const { error } = await ask(aPool(t, [{ ...trusting, tls }]).pool).outcome
      assert.equal(error?.code, 'ORIGIN_REFUSED')
      assert.equal(error.status, 502)
    }
    const careless = aPool(t, [{ ...trusting, tls: { rejectUnauthorized: false } }])
    assert.equal((await ask(careless.pool).outcome).body, 'ok')
  })

  it('go by unix sockets', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'origin-'))
    t.after(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'o.sock')
    await anOrigin(t, undefined, { path })
    for (const url of [`http+unix://${path}`, `http+unix://${encodeURIComponent(path)}`]) {
      assert.equal((await ask(aPool(t, [url]).pool).outcome).body, 'ok')
    }
  })

  for (const url of ['nonsense', 'ftp://x', 'http://x/path', 'http://user@x', 'http://x?y']) {
    it(`cannot be made from ${url}`, (t) => {
      assert.throws(() => aPool(t, [url]), /Cannot use origin "a"/)
    })
  }
})

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
