import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { anOrigin, anOriginAndPool, aPool, ask } from './support/asking.ts'
import { certificate, key } from './support/certificate.ts'

const _one = { settings: { concurrency: { connectionsMax: 1, queueMax: 2, queueMs: 5_000 } } }

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
