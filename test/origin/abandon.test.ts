import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { describe, it } from 'node:test'
import { anOriginAndPool, aPool, ask, cancelled, FedBody } from './support/asking.ts'

describe('an abandoned request', () => {
  it('that is connecting gives up its socket', async (t) => {
    let resolved = 0
    const lookup: LookupFunction = () => resolved++
    const { pool, clock } = aPool(t, ['http://silent.test'], { environment: { lookup } })
    const body = new FedBody()
    const asked = ask(pool, { method: 'POST', body })
    asked.abandon()
    clock.advance(60_000)
    assert.deepEqual(asked.calls, [])
    assert.equal(body.cancelledWith, cancelled)
    assert.equal(pool.sick, false)
    pool.close()
    assert.equal(clock.pendingTimers, 0)
  })

  it('that waits for a response destroys its connection', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, () => {})
    const asked = ask(pool)
    await origin.request(1)
    asked.abandon()
    await origin.connections[0]!.closed
    assert.deepEqual(asked.calls, [])
  })

  it('with a body under way destroys its connection and cancels the body (A-SM-12)', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, () => {})
    const body = new FedBody()
    const asked = ask(pool, { method: 'POST', body })
    await body.started
    body.write('abc')
    await origin.until(() => origin.requests[0]?.bodyBytes === 3)
    asked.abandon()
    assert.equal(body.cancelledWith, cancelled)
    assert.equal(body.write('more'), false)
    body.end()
    await origin.connections[0]!.closed
    assert.equal(origin.requests[0]!.isComplete, false)
    assert.deepEqual(asked.calls, [])
  })

  it('that reads its response destroys the connection; the sink hears nothing more', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
    })
    const asked = ask(pool)
    await asked.head
    asked.abandon()
    const calls = [...asked.calls]
    await origin.connections[0]!.closed
    assert.deepEqual(asked.calls, calls)
    assert.ok(!calls.includes('fail'))
  })

  it('that is over already harms nobody', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    const first = ask(pool)
    await first.outcome
    first.abandon()
    const second = ask(pool)
    first.abandon()
    assert.equal((await second.outcome).body, 'ok')
    first.abandon()
    assert.equal(origin.connections.length, 1)
  })

  it('with a whole response that nobody has read yet keeps it from its sink', async (t) => {
    const { pool } = await anOriginAndPool(t)
    const asked = ask(pool, { unread: true })
    const { body } = (await asked.head)!
    body!.cancel(cancelled)
    body!.start({ write: () => assert.fail(), end: () => assert.fail(), fail: () => assert.fail() })
    body!.cancel(cancelled)
  })

  it('with a whole response that is being held keeps it from its sink', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    const calls: string[] = []
    const head = Promise.withResolvers<void>()
    const sent = pool.send(
      { method: 'GET', target: '/', fields: ['Host', 'h'], body: undefined, expectsContinue: false },
      {
        onInterim() {},
        onError() {},
        onResponse({ body }) {
          head.resolve()
          body!.start({
            write: () => calls.push('write') < 0,
            end: () => calls.push('end'),
            fail: () => calls.push('fail'),
          })
          resume = () => body!.resume()
        },
      },
    )
    let resume = (): void => {}
    await head.promise
    sent.abandon(cancelled)
    resume()
    assert.deepEqual(calls, ['write'])
    assert.equal((await ask(pool).outcome).body, 'ok')
    assert.equal(origin.connections.length, 1, 'its connection was free already')
  })

  it('that has failed already is not told so', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    await origin.stop()
    await ask(pool).outcome
    const asked = ask(pool)
    asked.abandon()
    await Promise.resolve()
    assert.deepEqual(asked.calls, [])
  })

  it('frees its place for those who wait', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, () => {}, {
      settings: { concurrency: { connectionsMax: 1, queueMax: 5, queueMs: 60_000 } },
    })
    const first = ask(pool)
    const second = ask(pool)
    await origin.request(1)
    origin.script = (request) => request.respond({ body: 'second' })
    first.abandon()
    assert.equal((await second.outcome).body, 'second')
  })
})
