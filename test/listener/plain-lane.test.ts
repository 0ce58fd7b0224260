import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClientConnection, fetchRaw } from '../support/http-client.ts'
import { connected, get, lane } from './one-plain-lane.ts'
import { ScriptedBody } from './pieces.ts'
import type { LaneOptions } from './scripted-lane.ts'

describe('hits of the plain lane', () => {
  it('are answered without the general way, on the connection of the miss before them', async (t) => {
    const plain = await lane(t)
    const connection = await connected(t, plain.port)
    const first = await connection.fetch(get('/stored'))
    const second = await connection.fetch(get('/stored'))
    assert.deepEqual([first.text, second.text], ['/stored', '/stored'])
    assert.deepEqual([plain.core.asked.length, plain.general, plain.handedOver], [1, 0, 0])
    assert.equal(second.fields[second.fields.indexOf('Cache-Status') + 1], 'Breakwater; hit; ttl=60')
  })

  it('are the same wherever a request is cut in two', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/stored'))
    const connection = await connected(t, plain.port)
    const request = get('/stored', 'Accept-Encoding: gzip', 'If-None-Match: "a"')
    for (let cut = 1; cut < request.length; cut++) {
      connection.write(request.slice(0, cut))
      await pause(1)
      connection.write(request.slice(cut))
      assert.equal((await connection.readResponse('GET')).text, '/stored', `cut at ${cut}`)
    }
    assert.deepEqual([plain.core.asked.length, plain.general], [1, 0])
  })

  it('are answered in order when they are pipelined, with misses between them', async (t) => {
    const plain = await lane(t)
    for (const target of ['/stored/0', '/stored/1', '/large']) await fetchRaw(plain.port, get(target))
    const connection = await connected(t, plain.port)
    const targets = Array.from({ length: 2000 }, (_, i) => (i % 50 === 49 ? `/miss/${i}` : `/stored/${i % 2}`))
    targets[1000] = '/large'
    connection.write(targets.map((target) => get(target)).join(''))
    for (const target of targets) {
      const { text } = await connection.readResponse('GET')
      if (target === '/large') assert.equal(text.length, 200_000)
      else assert.equal(text, target.startsWith('/miss') ? `GET ${target} no body` : target)
    }
    assert.deepEqual([plain.core.asked.length, plain.general], [3 + 40, 0])
  })

  it('leave others their turn: a long pipeline is not answered before a single request beside it', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/stored'))
    const greedy = await connected(t, plain.port)
    const modest = await connected(t, plain.port)
    await Promise.all([greedy.fetch(get('/stored')), modest.fetch(get('/stored'))])
    const before = plain.records.length
    greedy.write(get('/stored').repeat(1500))
    modest.write(get('/stored', 'User-Agent: modest'))
    await modest.readResponse('GET')
    for (let i = 0; i < 1500; i++) await greedy.readResponse('GET')
    const place = plain.records.slice(before).findIndex((record) => record.userAgent === 'modest')
    assert.ok(place < 1000, `answered after ${place} others`)
  })

  it('say their age anew when a second has passed', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/stored'))
    const ages = []
    for (const passedMs of [0, 999, 1, 6000]) {
      plain.core.clock.advance(passedMs)
      const { fields } = await fetchRaw(plain.port, get('/stored'))
      ages.push(fields[fields.indexOf('Age') + 1])
    }
    assert.deepEqual([ages, plain.core.asked.length, plain.general], [['0', '0', '1', '7'], 1, 0])
  })

  it('end with what is stored: a replaced or removed response is not served again', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/stored'))
    await fetchRaw(plain.port, get('/stored'))
    const key = 'http:6:h.test:/stored'
    plain.core.memory.update(key, (stored) => ({ ...stored, body: Buffer.from('other') }))
    assert.equal((await fetchRaw(plain.port, get('/stored'))).text, 'other')
    plain.core.memory.update(key, () => undefined)
    assert.equal((await fetchRaw(plain.port, get('/stored'))).text, '/stored')
    assert.deepEqual([plain.core.asked.length, plain.general], [2, 0])
  })

  it('count towards the most requests that a connection may have', async (t) => {
    const plain = await lane(t, { limits: { requestsPerConnectionMax: 3 } })
    await fetchRaw(plain.port, get('/stored'))
    const connection = await connected(t, plain.port)
    connection.write(get('/stored').repeat(5))
    const closes = []
    for (let i = 0; i < 3; i++) closes.push((await connection.readResponse('GET')).fields.includes('close'))
    assert.deepEqual([closes, await connection.ended()], [[false, false, true], true])
  })

  it('are answered to a client that has ended its side behind them', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/stored'))
    const connection = await connected(t, plain.port)
    connection.write(get('/stored').repeat(100))
    connection.end()
    for (let i = 0; i < 100; i++) assert.equal((await connection.readResponse('GET')).text, '/stored')
    assert.equal(await connection.ended(), true)
  })
})

describe('clients that have ended their side, on the plain lane', () => {
  async function streamed(t: TestContext, options: LaneOptions): Promise<[ClientConnection, ScriptedBody]> {
    const body = new ScriptedBody()
    const plain = await lane(t, options)
    plain.core.answer = (asked) => asked.respond(200, ['Cache-Control', 'no-store'], body)
    const connection = await connected(t, plain.port)
    connection.write(get('/events'))
    assert.equal((await connection.readHead()).status, 200)
    connection.end()
    return [connection, body]
  }

  it('get what still comes', async (t) => {
    const [connection, body] = await streamed(t, {})
    await body.write('more')
    await body.end()
    assert.equal(await connection.reader.line(), '4')
    assert.equal(await connection.reader.line(), 'more')
    assert.equal(await connection.reader.line(), '0')
    assert.equal(await connection.ended(), true)
  })

  it('count as gone when nothing comes: the origin is not kept waiting for nobody', { timeout: 30_000 }, async (t) => {
    const [connection, body] = await streamed(t, { times: { halfClosedMs: 50 } })
    await connection.ended()
    while (body.cancelled === undefined) await pause(5)
    assert.equal(body.cancelled.code, 'CLIENT_GONE')
  })
})

describe('slow clients of the plain lane', () => {
  it('are not read on while they do not take what they asked for, and dropped after a while', async (t) => {
    const plain = await lane(t, { times: { sendStallMs: 200 } })
    await fetchRaw(plain.port, get('/large'))
    const connection = await connected(t, plain.port)
    connection.socket.pause()
    connection.write(get('/large').repeat(2000))
    await pause(100)
    const { hits } = plain.core.memory.counts()
    assert.ok(hits < 200, `${hits} large responses made for a client that reads none`)
    while (plain.records.every((record) => record.complete)) await pause(20)
    assert.ok(plain.records.at(-1)!.bodyBytesSent <= 200_000)
    assert.equal(plain.core.memory.counts().hits, hits)
  })

  it('cannot hold the lane with heads that do not end: 200 of them (A-SL-01)', async (t) => {
    const plain = await lane(t, { times: { headMs: 300 } })
    await fetchRaw(plain.port, get('/stored'))
    const slow = await Promise.all(Array.from({ length: 200 }, () => connected(t, plain.port)))
    for (const connection of slow) connection.write('GET / HTTP/1.1\r\n')
    const drip = setInterval(() => {
      for (const connection of slow) connection.socket.write('X-A: b\r\n')
      plain.core.clock.advance(40)
    }, 40)
    t.after(() => clearInterval(drip))
    assert.equal((await fetchRaw(plain.port, get('/stored'))).text, '/stored')
    for (const connection of slow) assert.equal((await connection.readResponse('GET')).status, 408)
  })
})

describe('what the plain lane does not understand goes to the full lane', () => {
  const others: readonly (readonly [what: string, request: string, status: number])[] = [
    ['a body', 'POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc', 200],
    ['a chunked body', 'PUT /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', 200],
    ['an offer to upgrade', get('/p', 'Upgrade: foo', 'Connection: upgrade'), 200],
    ['absolute-form', get('http://h.test/p'), 200],
    ['HTTP/1.0', 'GET /p HTTP/1.0\r\n\r\n', 200],
    ['an expectation', get('/p', 'Expect: something'), 417],
    ['a malformed field', get('/p', 'Bad Field: 1'), 400],
    ['a second Host', get('/p', 'Host: other'), 400],
    ['an endless head', `GET /p HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    ['an unknown method with an expectation', 'BAN / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n', 501],
    [
      'two framings',
      'BAN / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      501,
    ],
  ]
  for (const [what, request, status] of others) {
    it(`with every byte, behind answers of its own: ${what}`, async (t) => {
      const plain = await lane(t)
      await fetchRaw(plain.port, get('/stored'))
      for (const cut of [request.length, 1, request.length >> 1]) {
        const connection = await connected(t, plain.port)
        connection.write(get('/stored') + get('/miss') + request.slice(0, cut))
        if (cut < request.length) await pause(10)
        connection.write(request.slice(cut))
        const method = request.slice(0, request.indexOf(' '))
        const statuses = []
        for (const asked of ['GET', 'GET', method]) statuses.push((await connection.readResponse(asked)).status)
        assert.deepEqual(statuses, [200, 200, status])
        connection.close()
      }
      assert.equal(plain.handedOver, 3)
    })
  }
})

describe('methods that node:http does not know', () => {
  it('are forwarded without a body', async (t) => {
    const plain = await lane(t)
    const connection = await connected(t, plain.port)
    for (const method of ['BAN', 'PURGEKEYS', 'URIBAN', 'get']) {
      const { text } = await connection.fetch({ method, target: '/p', fields: { Host: 'h.test' } })
      assert.equal(text, `${method} /p no body`)
    }
    assert.deepEqual([plain.handedOver, plain.general], [0, 4])
  })

  for (const [what, framed] of [
    ['of a plain Content-Length', 'Content-Length: 9\r\n\r\nGET / HTT'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n9\r\nGET / HTT\r\n0\r\n\r\n'],
  ]) {
    it(`are forwarded with the body ${what}, wherever it is cut`, async (t) => {
      const plain = await lane(t)
      const connection = await connected(t, plain.port)
      const request = `BAN /p HTTP/1.1\r\nHost: h\r\n${framed}`
      for (let cut = 1; cut < request.length; cut++) {
        connection.write(request.slice(0, cut))
        await pause(1)
        connection.write(request.slice(cut) + get('/next'))
        assert.equal((await connection.readResponse('BAN')).text, 'BAN /p body')
        assert.equal((await connection.readResponse('GET')).text, 'GET /next no body')
      }
      assert.equal(plain.handedOver, 0)
    })
  }
})

describe('records of hits', () => {
  it('are made when the connection changes its lane before the client has taken them', async (t) => {
    const plain = await lane(t)
    await fetchRaw(plain.port, get('/large'))
    let hits = 0
    // How much the system takes for a client that does not read is its own affair: somewhere the last answer has to wait.
    for (let count = 1; count < 40; count++) {
      hits += count
      const connection = await connected(t, plain.port)
      connection.socket.pause()
      connection.write(get('/large'))
      await pause(20)
      // The last is not for this lane.
      connection.write(get('/large').repeat(count - 1) + get('/stored', 'Expect: 100-continue'))
      await pause(20)
      connection.socket.resume()
      for (let i = 0; i <= count; i++) await connection.readResponse('GET')
      connection.close()
    }
    const isOfHit = ({ target }: (typeof plain.records)[number]): boolean => target === '/large'
    assert.equal(plain.records.filter(isOfHit).length, hits + 1)
  })

  it('say what the general way would say', async (t) => {
    const plain = await lane(t)
    const request = get('/stored', 'Referer: r', 'User-Agent: u', 'X-A: 1')
    await fetchRaw(plain.port, request)
    await fetchRaw(plain.port, request)
    const hit = plain.records[1]
    const { referer, userAgent, clientAddress, bodyBytesSent, complete, decision, target } = hit!
    assert.deepEqual([referer, userAgent, target, bodyBytesSent, complete], ['r', 'u', '/stored', 7, true])
    assert.deepEqual([clientAddress, decision.outcome, decision.ttlSeconds], ['127.0.0.1', 'hit', 60])
    assert.ok(hit!.bytesSent > 100)
  })
})
