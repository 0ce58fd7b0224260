import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { describe, it } from 'node:test'
import { Deadlines } from '../../src/origin/deadlines.ts'
import { HeldClock } from '../support/held-clock.ts'
import { anOrigin, anOriginAndPool, aPool, ask, FedBody } from './support/asking.ts'
import { certificate } from './support/certificate.ts'

describe('time limits towards an origin', () => {
  it('end a connect that comes to nothing: 504', async (t) => {
    const lookup: LookupFunction = () => {}
    const { pool, clock } = aPool(t, ['http://silent.test'], { environment: { lookup } })
    const asked = ask(pool)
    clock.advance(3_499)
    assert.deepEqual(asked.calls, [])
    clock.advance(1)
    const { error } = await asked.outcome
    assert.equal(error?.code, 'ORIGIN_CONNECT_TIMEOUT')
    assert.equal(error.status, 504)
    assert.match(error.message, /no connection after 3500 ms/)
    assert.equal(pool.sick, true)
  })

  it('count the TLS handshake as part of the connect', async (t) => {
    const silent = await anOrigin(t)
    const member = { name: 'a', url: `https://127.0.0.1:${silent.port}`, tls: { ca: certificate } }
    const { pool, clock } = aPool(t, [member])
    const asked = ask(pool)
    await silent.until(() => (silent.connections[0]?.bytesReceived ?? 0) > 0)
    clock.advance(3_500)
    assert.equal((await asked.outcome).error?.code, 'ORIGIN_CONNECT_TIMEOUT')
    await silent.connections[0]!.closed
  })

  it('try another member after a connect time-out', async (t) => {
    const origin = await anOrigin(t)
    const lookup: LookupFunction = () => {}
    const { pool, clock } = aPool(t, ['http://silent.test', origin.url], { environment: { lookup } })
    const asked = ask(pool, { method: 'POST' })
    clock.advance(3_500)
    assert.equal((await asked.outcome).body, 'ok')
  })

  it('end the wait for a head: 504, and no second member is asked', async (t) => {
    const [silent, other] = [await anOrigin(t, () => {}), await anOrigin(t)]
    const { pool, clock } = aPool(t, [silent, other])
    const asked = ask(pool)
    await silent.request(1)
    clock.advance(59_999)
    assert.deepEqual(asked.calls, [])
    clock.advance(1)
    const { error } = await asked.outcome
    assert.equal(error?.code, 'ORIGIN_TIMEOUT')
    assert.equal(error.status, 504)
    assert.match(error.message, /^Cannot read response from origin "a": no header section after 60000 ms$/)
    await silent.connections[0]!.closed
    assert.equal(other.requests.length, 0)
  })

  it('are not extended by a head that drips', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t, () => {})
    const asked = ask(pool)
    const { connection } = await origin.request(1)
    for (const byte of 'HTTP/1') {
      await connection.send(byte)
      clock.advance(10_000)
    }
    assert.equal((await asked.outcome).error?.code, 'ORIGIN_TIMEOUT')
  })

  it('do not run while the client is still sending its body', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t)
    const body = new FedBody(2)
    const asked = ask(pool, { method: 'POST', body })
    await origin.request(1)
    clock.advance(600_000)
    body.write('a')
    clock.advance(600_000)
    body.write('b')
    body.end()
    assert.equal((await asked.outcome).body, 'ok')
  })

  it('end an upload that the origin does not take: 504', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t, () => {})
    const body = new FedBody()
    const asked = ask(pool, { method: 'POST', body })
    ;(await origin.connection(1)).pause()
    await body.started
    while (body.write(Buffer.alloc(64 * 1024))) {}
    // The kernel may still take some of it, which counts as progress.
    for (let drained = true; drained; ) {
      drained = await Promise.race([
        body.wanted().then(() => true),
        origin.until(() => false).then(() => false),
        pause(),
      ])
      while (drained && body.write(Buffer.alloc(64 * 1024))) {}
    }
    clock.advance(60_000)
    const { error } = await asked.outcome
    assert.equal(error?.code, 'ORIGIN_STALLED')
    assert.equal(error.status, 504)
    assert.equal(body.cancelledWith, error)
  })

  it('end a body that stalls (A-RS-08)', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t, async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
    })
    const asked = ask(pool)
    await asked.head
    clock.advance(59_999)
    assert.ok(!asked.calls.includes('fail'))
    clock.advance(1)
    const { error, body } = await asked.outcome
    assert.equal(body, 'hello')
    assert.equal(error?.code, 'ORIGIN_STALLED')
    assert.equal(error.status, 504)
    await origin.connections[0]!.closed
  })

  it('do not run while the reader does not want bytes', async (t) => {
    const { pool, clock } = await anOriginAndPool(t, async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
    })
    const { body } = (await ask(pool, { unread: true }).head)!
    clock.advance(600_000)
    const calls: string[] = []
    body!.start({
      write: (chunk) => calls.push(chunk.toString()) < 0,
      end: () => calls.push('end'),
      fail: (error) => calls.push(error.code),
    })
    clock.advance(600_000)
    assert.deepEqual(calls, ['hello'])
    body!.resume()
    clock.advance(60_000)
    assert.deepEqual(calls, ['hello', 'ORIGIN_STALLED'])
  })

  it('end a body that drips for ever, where a limit for the whole is set (A-RS-09)', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t, undefined, { limits: { wholeMs: 5_000 } })
    origin.script = async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
      for (let i = 0; i < 6; i++) {
        await request.send('x')
        clock.advance(1_000)
      }
    }
    const { error } = await ask(pool).outcome
    assert.equal(error?.code, 'ORIGIN_TIMEOUT')
    assert.match(error.message, /not complete after 5000 ms/)
    await origin.connections[0]!.closed
  })

  it('for the whole count the queue, and are gone with their request', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t, () => {}, {
      limits: { wholeMs: 5_000 },
      settings: { concurrency: { connectionsMax: 1, queueMax: 5, queueMs: 60_000 } },
    })
    const asked = [ask(pool), ask(pool)]
    await origin.request(1)
    clock.advance(5_000)
    for (const { outcome } of asked) assert.equal((await outcome).error?.code, 'ORIGIN_TIMEOUT')
    pool.close()
    assert.equal(clock.pendingTimers, 0)
  })
})

function pause(): Promise<boolean> {
  return new Promise((resolve) => setTimeout(resolve, 50, false))
}

describe('many deadlines on one timer', () => {
  it('fire at their time, also when they were moved', () => {
    const clock = new HeldClock()
    const deadlines = new Deadlines(clock)
    const fired: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((name) => deadlines.create(() => fired.push(name)))
    a!.in(100)
    b!.in(50)
    c!.in(70)
    b!.in(200)
    c!.clear()
    assert.equal(clock.pendingTimers, 1)
    clock.advance(99)
    assert.deepEqual(fired, [])
    clock.advance(1)
    assert.deepEqual(fired, ['a'])
    clock.advance(100)
    assert.deepEqual(fired, ['a', 'b'])
    for (const deadline of [a, b, c]) deadline!.remove()
    assert.equal(clock.pendingTimers, 0)
  })

  it('may be set again or removed when they fire', () => {
    const clock = new HeldClock()
    const deadlines = new Deadlines(clock)
    let count = 0
    const deadline = deadlines.create(() => {
      if (++count < 3) deadline.in(10)
      else deadline.remove()
    })
    deadline.in(10)
    clock.advance(1_000)
    assert.equal(count, 3)
    assert.equal(clock.pendingTimers, 0)
  })
})
