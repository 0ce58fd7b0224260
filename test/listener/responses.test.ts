import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { RequestHandler } from '../../src/request/proxy-response.ts'
import { fetchRaw, openConnection } from '../support/http-client.ts'
import { ScriptedBody } from './pieces.ts'
import { answer, type LaneOptions, type ScriptedLane, startLane } from './scripted-lane.ts'

async function lane(t: TestContext, handle: RequestHandler, options?: LaneOptions): Promise<ScriptedLane> {
  const started = await startLane(handle, options)
  t.after(() => started.stop())
  return started
}

describe('responses of the full lane', () => {
  it('keeps order, duplicates and case of fields, and adds only framing and Date', async (t) => {
    const fields = [
      'X-b',
      '1',
      'Set-Cookie',
      'a=1',
      'x-B',
      '2',
      'set-cookie',
      'b=2',
      'Keep-Alive',
      'x',
      'Content-Length',
      '9',
    ]
    const { port } = await lane(t, () => answer('ok', { fields, reason: 'Fine' }))
    const response = await fetchRaw(port)
    assert.equal(response.reason, 'Fine')
    assert.deepEqual(response.fields.slice(0, 10), [...fields.slice(0, 8), 'Content-Length', '2'])
    assert.deepEqual([response.fields[10], response.fields.length, response.text], ['Date', 12, 'ok'])
  })

  it('leaves a Date that is there', async (t) => {
    const { port } = await lane(t, () => answer('', { fields: ['Date', 'Thu, 01 Jan 2026 00:00:00 GMT'] }))
    const { fields } = await fetchRaw(port)
    assert.deepEqual(fields, ['Date', 'Thu, 01 Jan 2026 00:00:00 GMT', 'Content-Length', '0'])
  })

  it('sends field values byte for byte', async (t) => {
    const { port } = await lane(t, () => answer('', { fields: ['X-A', 'caf\xe9'] }))
    const { fields } = await fetchRaw(port)
    assert.equal(fields[1], 'caf\xe9')
  })

  for (const [method, status] of [
    ['HEAD', 200],
    ['GET', 304],
    ['GET', 204],
  ] as const) {
    it(`has no body for ${method} ${status} and keeps the connection`, async (t) => {
      const { port } = await lane(t, () => answer(undefined, { status, announcedLength: 12 }))
      const connection = await openConnection(port)
      t.after(() => connection.close())
      const first = await connection.fetch({ method })
      const second = await connection.fetch({ method })
      const length = first.fields[first.fields.indexOf('Content-Length') + 1]
      assert.deepEqual([first.body.length, length === '12', second.status], [0, status !== 204, status])
    })
  }

  it('cancels a body that the method forbids', async (t) => {
    const body = new ScriptedBody(5)
    const { port } = await lane(t, () => answer(body))
    const response = await fetchRaw(port, { method: 'HEAD' })
    assert.deepEqual([response.status, body.cancelled?.code], [200, 'CANCELLED'])
  })

  it('sends a body of unknown length in chunks, its head before the first', async (t) => {
    const body = new ScriptedBody()
    const { port } = await lane(t, () => answer(body))
    const connection = await openConnection(port)
    t.after(() => connection.close())
    connection.write({ fields: { TE: 'trailers' } })
    const reading = connection.readResponse()
    await body.write('hel')
    await body.write('lo')
    await body.end(['X-Sum', '5', 'Content-Length', '9'])
    const response = await reading
    assert.deepEqual([response.text, response.cut, response.trailers], ['hello', false, ['X-Sum', '5']])
    assert.ok(response.fields.includes('chunked'))
  })

  it('keeps trailers from a client that did not ask for them', async (t) => {
    const body = new ScriptedBody()
    const { port } = await lane(t, () => answer(body))
    const reading = fetchRaw(port)
    await body.end(['X-Sum', '5'])
    assert.deepEqual((await reading).trailers, [])
  })

  it('ends a body of unknown length by closing for HTTP/1.0', async (t) => {
    const body = new ScriptedBody()
    const { port } = await lane(t, () => answer(body))
    const reading = fetchRaw(port, 'GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n')
    await body.write('hello')
    await body.end()
    const response = await reading
    assert.deepEqual([response.text, response.cut, response.fields.includes('chunked')], ['hello', false, false])
  })

  it('begins nothing behind a response that the end of the connection delimits', async (t) => {
    const body = new ScriptedBody()
    const { port, requests } = await lane(t, () => answer(body))
    const request = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
    const reading = fetchRaw(port, request + request)
    await body.write('hello')
    await body.end()
    assert.deepEqual([(await reading).text, requests.length], ['hello', 1])
  })

  it('keeps an HTTP/1.0 connection that asks for it when the length is known', async (t) => {
    const { port } = await lane(t, () => answer())
    const connection = await openConnection(port)
    t.after(() => connection.close())
    const request = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
    const first = await connection.fetch(request)
    assert.ok(first.fields.includes('keep-alive'))
    assert.equal((await connection.fetch(request)).text, 'ok')
  })

  it('closes after Connection: close (A-HH-07)', async (t) => {
    const { port } = await lane(t, () => answer())
    const connection = await openConnection(port)
    const response = await connection.fetch({ fields: { Connection: 'close' } })
    assert.deepEqual([response.text, response.fields.includes('close'), await connection.ended()], ['ok', true, true])
  })

  for (const [name, length, version] of [
    ['chunked', undefined, '1.1'],
    ['of known length', 10, '1.1'],
    ['until close', undefined, '1.0'],
  ] as const) {
    it(`shows a cut body ${name} as cut`, async (t) => {
      const body = new ScriptedBody(length)
      const { port, recorded } = await lane(t, () => answer(body))
      const connection = await openConnection(port)
      connection.write(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`)
      const head = await connection.readHead()
      await body.write('half')
      await pause(20)
      await body.fail()
      assert.equal(head.status, 200)
      assert.equal(await connection.ended(), false)
      assert.deepEqual([(await recorded(1)).complete, (await recorded(1)).status], [false, 200])
    })
  }

  it('cuts a body that is not as long as announced', async (t) => {
    const bodies = [new ScriptedBody(3), new ScriptedBody(9)]
    const { port, requests } = await lane(t, () => answer(bodies[requests.length - 1]))
    const long = fetchRaw(port)
    await bodies[0]!.write('hello')
    assert.equal((await long.catch(() => ({ cut: true }))).cut, true)
    assert.equal(bodies[0]!.cancelled?.code, 'INTERNAL')
    const short = fetchRaw(port)
    await bodies[1]!.write('hello')
    await bodies[1]!.end()
    assert.equal((await short.catch(() => ({ cut: true }))).cut, true)
  })

  it('waits for a slow client, and tells the source when it leaves', async (t) => {
    const body = new ScriptedBody()
    let gone = 0
    const { port, recorded } = await lane(t, (request) => {
      request.exchange.onGone(() => gone++)
      return answer(body)
    })
    const connection = await openConnection(port)
    connection.socket.pause()
    connection.write({})
    const chunk = Buffer.alloc(1024 * 1024)
    let written = 0
    const writing = (async () => {
      for (; written < 64 && body.cancelled === undefined; written++) await body.write(chunk)
    })()
    await pause(200)
    assert.ok(written < 32, `${written} MiB taken from the source for a client that does not read`)
    connection.reset()
    await writing
    const record = await recorded(1)
    assert.deepEqual([body.cancelled?.code, gone, record.complete], ['CLIENT_GONE', 1, false])
    assert.ok(record.bodyBytesSent < written * chunk.length)
  })

  it('cuts a response that the client does not take (A-SL-03)', async (t) => {
    const { port, recorded } = await lane(t, () => answer(Buffer.alloc(64 * 1024 * 1024)), {
      times: { sendStallMs: 150 },
    })
    const connection = await openConnection(port)
    connection.socket.on('error', () => {})
    connection.socket.pause()
    connection.write({})
    const record = await recorded(1)
    assert.deepEqual([record.complete, record.bodyBytesSent < 32 * 1024 * 1024], [false, true])
    connection.close()
  })

  it('sends a large body from memory whole', async (t) => {
    const large = Buffer.alloc(3_000_001, 'x')
    const { port } = await lane(t, () => answer(large))
    const response = await fetchRaw(port)
    assert.ok(response.body.equals(large))
  })

  it('passes interim responses on, in right form, to HTTP/1.1 only', async (t) => {
    const { port } = await lane(t, async (request) => {
      request.exchange.interim(103, ['Link', '</a.css>', 'X-Bad', 'a\r\nb'])
      await pause(10)
      return answer()
    })
    const response = await fetchRaw(port)
    const expected = { version: '1.1', status: 103, reason: 'Early Hints', fields: ['Link', '</a.css>'] }
    assert.deepEqual(response.interim, [expected])
    assert.deepEqual((await fetchRaw(port, 'GET / HTTP/1.0\r\n\r\n')).interim, [])
  })

  it('answers pipelined requests in order, one in work at a time (A-SL-07)', async (t) => {
    let inWork = 0
    let most = 0
    const { port } = await lane(t, async (request) => {
      most = Math.max(most, ++inWork)
      if (request.target === '/0') await pause(30)
      inWork--
      return answer(request.target)
    })
    const connection = await openConnection(port)
    t.after(() => connection.close())
    const count = 3000
    connection.write(Array.from({ length: count }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''))
    for (let i = 0; i < count; i++) assert.equal((await connection.readResponse('GET')).text, `/${i}`)
    assert.equal(most, 1)
  })

  it('does not begin what is pipelined behind a request that ends the connection', async (t) => {
    const { port, requests } = await lane(t, () => answer('ok', { close: true }))
    const connection = await openConnection(port)
    const response = await connection.fetch('GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n')
    assert.equal(response.text, 'ok')
    await connection.ended()
    assert.deepEqual(
      requests.map((request) => request.target),
      ['/1'],
    )
  })

  it('closes after the most requests a connection may have', async (t) => {
    const { port } = await lane(t, () => answer(), { limits: { requestsPerConnectionMax: 2 } })
    const connection = await openConnection(port)
    await connection.fetch({})
    const last = await connection.fetch({})
    assert.deepEqual([last.fields.includes('close'), await connection.ended()], [true, true])
  })

  it('fails only the request whose handler throws (A-RE-01)', async (t) => {
    const { port, internalErrors, recorded } = await lane(t, (request) => {
      if (request.target === '/throws') throw new Error('sync')
      if (request.target === '/rejects') return Promise.reject(new Error('async'))
      if (request.target === '/status') return answer('', { status: 99 })
      if (request.target === '/field') return answer('', { fields: ['X-A', 'a\r\nSet-Cookie: b'] })
      return answer()
    })
    for (const [target, status] of [
      ['/throws', 500],
      ['/rejects', 500],
      ['/status', 502],
      ['/field', 500],
    ] as const) {
      const response = await fetchRaw(port, { target })
      assert.deepEqual([response.status, response.fields.includes('b')], [status, false])
    }
    assert.deepEqual([internalErrors.length, (await fetchRaw(port)).text], [4, 'ok'])
    assert.deepEqual([(await recorded(1)).status, (await recorded(1)).decision.detail], [500, 'internal'])
  })

  it('tells of a client that leaves before there is a response', async (t) => {
    let gone: () => void = () => {}
    const wasGone = new Promise<void>((resolve) => (gone = resolve))
    const { port, recorded } = await lane(t, (request) => {
      request.exchange.onGone(gone)
      return new Promise(() => {})
    })
    const connection = await openConnection(port)
    connection.write({})
    await pause(30)
    connection.reset()
    await wasGone
    assert.deepEqual([(await recorded(1)).status, (await recorded(1)).complete], [0, false])
  })

  it('publishes what became of an exchange', async (t) => {
    const { port, recorded } = await lane(t, () => answer('hello', { fields: ['Content-Type', 'text/plain'] }))
    await fetchRaw(port, { method: 'POST', target: '/x?y', fields: { Referer: 'r', 'User-Agent': 'u' }, body: 'abc' })
    const record = await recorded(1)
    const { method, target, version, status, referer, userAgent, responseType, bodyBytesSent, complete } = record
    assert.deepEqual([method, target, version, status, complete], ['POST', '/x?y', '1.1', 200, true])
    assert.deepEqual([referer, userAgent, responseType, bodyBytesSent], ['r', 'u', 'text/plain', 5])
    assert.deepEqual([record.clientAddress, record.authority], ['127.0.0.1', `127.0.0.1:${port}`])
    assert.ok(
      record.bytesSent > 80 && record.receivedMs <= record.firstByteMs! && record.firstByteMs! <= record.endedMs,
    )
  })

  it('publishes refusals too', async (t) => {
    const { port, recorded } = await lane(t, () => answer())
    await fetchRaw(port, 'GET /a HTTP/1.1\r\nHost: a b\r\n\r\n')
    await fetchRaw(port, 'GET /a HTTP/1.1\r\nBad Field: 1\r\n\r\n')
    const [known, unknown] = [await recorded(1), await recorded(2)]
    assert.deepEqual([known.status, known.target, known.decision.detail], [400, '/a', 'bad-host'])
    assert.deepEqual([unknown.status, unknown.method, unknown.decision.detail], [400, '', 'bad-field'])
    assert.ok(known.bodyBytesSent > 10)
  })
})
