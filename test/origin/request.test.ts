import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BufferBody } from '../../src/http/body.ts'
import { anOrigin, anOriginAndPool, aPool, ask, clientCut, FedBody } from './support/asking.ts'

describe('a request to an origin', () => {
  it('is written strictly, fields as given, with nothing added to a GET', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    await ask(pool, { target: '/a?b', fields: ['Host', 'h', 'X-A', '1', 'x-a', 'é'] }).outcome
    assert.equal(origin.connections[0]!.received, 'GET /a?b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: \xe9\r\n\r\n')
  })

  it('says Content-Length: 0 for a POST without a body', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    await ask(pool, { method: 'POST' }).outcome
    assert.equal(origin.requests[0]!.field('content-length'), '0')
  })

  it('never carries framing or hop-by-hop fields of somebody else (A-SM-11, A-SM-13)', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    const fields = ['Host', 'h', 'Content-Length', '9', 'Transfer-Encoding', 'chunked', 'Connection', 'x-a', 'X-A', '1']
    await ask(pool, { fields, method: 'DELETE' }).outcome
    assert.equal(origin.connections[0]!.received, 'DELETE / HTTP/1.1\r\nHost: h\r\n\r\n')
  })

  for (const [name, request] of Object.entries({
    'a line end in a value': { fields: ['Host', 'h', 'X-A', 'a\r\nX-B: b'] },
    'a bad name': { fields: ['Host', 'h', 'X A', 'a'] },
    'a space in the target': { target: '/a b' },
    'a bad method': { method: 'GE T' },
    'a character beyond latin1': { fields: ['Host', 'h', 'X-A', 'Ā'] },
  })) {
    it(`that cannot be written fails alone: ${name}`, async (t) => {
      const { pool, origin } = await anOriginAndPool(t, undefined, {
        settings: { concurrency: { connectionsMax: 1, queueMax: 1, queueMs: 1000 } },
      })
      for (let i = 0; i < 3; i++) assert.equal((await ask(pool, request).outcome).error?.code, 'INTERNAL')
      assert.equal((await ask(pool).outcome).body, 'ok', 'the pool serves on')
      assert.equal(origin.requests.length, 1)
    })
  }

  it('sends a body of known length with the head', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      await request.respond({ body: await request.body() })
    })
    const body = new BufferBody(Buffer.from('hello'))
    assert.equal((await ask(pool, { method: 'POST', body }).outcome).body, 'hello')
    assert.match(origin.connections[0]!.received, /\r\nContent-Length: 5\r\n\r\nhello$/)
    assert.equal(origin.requests[0]!.field('transfer-encoding'), undefined)
  })

  it('sends a body of unknown length in chunks, with its trailers (A-OK-04)', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    const body = new FedBody()
    const asked = ask(pool, { method: 'POST', body })
    await body.started
    body.write('abc')
    body.write('')
    body.write('x'.repeat(20))
    body.end(['X-T', '1', 'Content-Length', '4'])
    await asked.outcome
    assert.match(
      origin.connections[0]!.received,
      /\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n14\r\nx{20}\r\n0\r\nX-T: 1\r\n\r\n$/,
    )
  })

  it('keeps the connection after a body that was sent whole', async (t) => {
    const { pool, origin } = await anOriginAndPool(t)
    for (let i = 0; i < 3; i++) {
      await ask(pool, { method: 'POST', body: new BufferBody(Buffer.from('hello')) }).outcome
    }
    assert.equal(origin.connections.length, 1)
  })

  it('holds the source back while the origin does not read, and bounds what is in memory (A-OK-10)', async (t) => {
    const origin = await anOrigin(t, async (request) => {
      await request.body()
      await request.respond({ body: String(request.bodyBytes) })
    })
    const { pool } = aPool(t, [origin])
    const body = new FedBody()
    const asked = ask(pool, { method: 'POST', body })
    const connection = await origin.connection(1)
    await body.started
    connection.pause()
    const chunk = Buffer.alloc(64 * 1024, 'x')
    let sent = 0
    while (body.write(chunk)) sent += chunk.length
    sent += chunk.length
    assert.ok(sent < 16 * 1024 * 1024, `${sent} bytes were taken by an origin that does not read`)
    connection.resume()
    const whole = 32 * 1024 * 1024
    for (; sent < whole; sent += chunk.length) {
      await body.wanted()
      body.write(chunk)
    }
    await body.wanted()
    body.end()
    assert.equal((await asked.outcome).body, String(sent))
  })

  it('is never ended as if complete when the client cuts its upload (A-SM-12)', async (t) => {
    for (const length of [100, undefined]) {
      const { pool, origin } = await anOriginAndPool(t, async (request) => {
        await assert.rejects(request.body())
      })
      const body = new FedBody(length)
      const asked = ask(pool, { method: 'POST', body })
      await body.started
      body.write('x'.repeat(50))
      await origin.until(() => origin.requests[0]?.bodyBytes === 50)
      body.fail(clientCut)
      assert.equal((await asked.outcome).error, clientCut)
      await origin.connections[0]!.closed
      assert.doesNotMatch(origin.connections[0]!.received, /\r\n0\r\n/)
      assert.equal(origin.requests.length, 1)
      assert.equal(pool.sick, false, 'and the origin is not blamed')
    }
  })

  for (const [name, length, bytes] of [
    ['more', 3, 'abcd'],
    ['fewer', 5, 'abcd'],
  ] as const) {
    it(`is destroyed when the source has ${name} bytes than it announced`, async (t) => {
      const { pool, origin } = await anOriginAndPool(t, () => {})
      const body = new FedBody(length)
      const asked = ask(pool, { method: 'PUT', body })
      await body.started
      body.write(bytes)
      body.end()
      assert.equal((await asked.outcome).error?.code, 'INTERNAL')
      await origin.connections[0]!.closed
      assert.equal(origin.requests[0]!.isComplete, false)
    })
  }
})

describe('an early answer to an upload', () => {
  it('that refuses it is delivered; the body is cancelled and the connection destroyed', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, (request) => request.respond({ status: 413, body: 'too large' }))
    const body = new FedBody(1_000_000)
    const { response, body: text } = await ask(pool, { method: 'POST', body }).outcome
    assert.equal(response?.status, 413)
    assert.equal(text, 'too large')
    assert.equal((await body.cancelled).code, 'CANCELLED')
    await origin.connections[0]!.closed
  })

  it('that refuses it stops the upload before the answer is complete', async (t) => {
    const { pool } = await anOriginAndPool(t, async (request) => {
      await request.send('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\n')
    })
    const body = new FedBody()
    const asked = ask(pool, { method: 'POST', body })
    assert.equal((await asked.head)?.status, 413)
    await body.cancelled
    assert.equal(body.write('more'), false)
  })

  it('that accepts it lets both go on', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      await request.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      const echoed = await request.body()
      await request.send(`${echoed.length.toString(16)}\r\n${echoed}\r\n0\r\n\r\n`)
    })
    const body = new FedBody()
    const asked = ask(pool, { method: 'POST', body })
    await asked.head
    body.write('hello')
    body.end()
    assert.equal((await asked.outcome).body, 'hello')
    await ask(pool).outcome
    assert.equal(origin.connections.length, 1)
  })

  it('that is complete while the body is not: delivered, body cancelled, connection destroyed', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, (request) => request.respond({ body: 'enough' }))
    const body = new FedBody(10)
    assert.equal((await ask(pool, { method: 'POST', body }).outcome).body, 'enough')
    await body.cancelled
    await origin.connections[0]!.closed
  })
})

describe('Expect: 100-continue (A-EX-01, RFC 9110 §10.1.1)', () => {
  it('sends the head first and the body after 100', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, async (request) => {
      await request.send('HTTP/1.1 100 Continue\r\n\r\n')
      await request.respond({ body: await request.body() })
    })
    const body = new FedBody(5)
    const asked = ask(pool, { method: 'POST', body, expectsContinue: true })
    assert.equal(body.isStarted, false)
    await body.started
    assert.equal(origin.requests[0]!.field('expect'), '100-continue')
    assert.equal(origin.requests[0]!.bodyBytes, 0)
    body.write('hello')
    body.end()
    const { body: text, interims } = await asked.outcome
    assert.equal(text, 'hello')
    assert.deepEqual(interims, [])
  })

  it('sends the body without a 100 after a bounded wait', async (t) => {
    const { pool, origin, clock } = await anOriginAndPool(t)
    const body = new FedBody(5)
    const asked = ask(pool, { method: 'POST', body, expectsContinue: true })
    await origin.request(1)
    clock.advance(999)
    assert.equal(body.isStarted, false)
    clock.advance(1)
    assert.equal(body.isStarted, true)
    body.write('hello')
    body.end()
    assert.equal((await asked.outcome).body, 'ok')
  })

  it('never starts the body after a final answer', async (t) => {
    const { pool, origin } = await anOriginAndPool(t, (request) => request.respond({ status: 417 }))
    const body = new FedBody(5)
    const { response } = await ask(pool, { method: 'POST', body, expectsContinue: true }).outcome
    assert.equal(response?.status, 417)
    assert.equal(body.isStarted, false)
    await body.cancelled
    await origin.connections[0]!.closed
  })
})
