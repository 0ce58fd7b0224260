import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { describe, it, type TestContext } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { type ClientConnection, fetchRaw, openConnection } from '../support/http-client.ts'
import type { ScriptedRequest } from '../support/scripted-connection.ts'
import { type OriginScript, ScriptedOrigin } from '../support/scripted-origin.ts'

const HANDSHAKE = [
  ...['GET /chat HTTP/1.1', 'Host: site.test', 'Connection: Upgrade', 'Upgrade: websocket'],
  ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
].join('\r\n')
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nready\r\n'

async function site(
  t: TestContext,
  script: OriginScript,
  config = '',
): Promise<{ origin: ScriptedOrigin; proxy: RunningBreakwater }> {
  const origin = await ScriptedOrigin.start(script)
  const proxy = await startBreakwater([], { config: `origins: ["${origin.url}"]\n${config}` })
  t.after(async () => {
    await proxy.stop()
    await origin.close()
  })
  return { origin, proxy }
}

/** Asks without waiting for the answer. */
async function asking(t: TestContext, { port }: RunningBreakwater, target: string, agent?: string) {
  const client = await openConnection(port)
  t.after(() => client.close())
  client.write({ target, fields: agent === undefined ? {} : { 'User-Agent': agent } })
  return client
}

async function openTunnel(t: TestContext, { port }: RunningBreakwater): Promise<ClientConnection> {
  const client = await openConnection(port)
  t.after(() => client.close())
  client.write(HANDSHAKE)
  return client
}

const chat: OriginScript = (request) =>
  request.field('upgrade') === undefined ? request.respond({ body: 'page' }) : request.send(SWITCHING)

/** Waits until as many requests wait as fit: a further one is refused at once. */
async function untilFull({ port }: RunningBreakwater): Promise<void> {
  const probe = { target: '/probe', fields: { 'User-Agent': 'Probebot' } }
  for (;;) {
    const client = await openConnection(port)
    client.write(probe)
    const refused = await Promise.race([
      client.readResponse().then(
        ({ status }) => status === 503,
        () => false,
      ),
      new Promise<false>((resolve) => setTimeout(resolve, 100, false)),
    ])
    client.close()
    if (refused) return
  }
}

describe('WebSockets through the program', () => {
  it('take places like requests, wait in the queue, and give them back', async (t) => {
    const { origin, proxy } = await site(
      t,
      chat,
      'limits: { originConnections: 1, originQueue: 1 }\ntimeLimits: { queue: 1m }\n',
    )
    const first = await openTunnel(t, proxy)
    assert.equal((await first.readHead()).status, 101)
    assert.equal(await first.reader.line(), 'ready')
    const second = await openTunnel(t, proxy)
    await untilFull(proxy)
    const third = await openTunnel(t, proxy)
    const answer = await third.readResponse('GET')
    assert.deepEqual([answer.status, firstValue(answer.fields, 'content-type')], [503, 'text/html; charset=utf-8'])
    assert.ok(Number(firstValue(answer.fields, 'retry-after')) >= 1)
    assert.equal(origin.requests.length, 1)
    first.close()
    assert.equal((await second.readHead()).status, 101)
    second.close()
    assert.equal((await fetchRaw(proxy.port, { target: '/b' })).text, 'page')
  })

  it('end with their origin, and the next goes to another', async (t) => {
    const origins = [await ScriptedOrigin.start(chat), await ScriptedOrigin.start(chat)]
    const proxy = await startBreakwater([], {
      config: `origins: [${origins.map(({ url }) => `"${url}"`).join(', ')}]\n`,
    })
    t.after(() => Promise.all([proxy.stop(), ...origins.map((origin) => origin.close())]))
    const first = await openTunnel(t, proxy)
    await first.readHead()
    const [dead, alive] = origins[0]!.requests.length > 0 ? origins : origins.toReversed()
    await dead!.stop()
    await first.ended()
    for (let i = 0; i < 4; i++) {
      const next = await openTunnel(t, proxy)
      assert.equal((await next.readHead()).status, 101)
    }
    assert.equal(alive!.requests.length, 4)
  })

  it('are refused as the origin refuses them, and time out by limits of their own', async (t) => {
    const { proxy } = await site(
      t,
      (request) => (request.number === 1 ? request.respond({ status: 403 }) : undefined),
      'timeLimits: { handshake: 200ms }\n',
    )
    const first = await openTunnel(t, proxy)
    assert.equal((await first.readResponse('GET')).status, 403)
    const second = await openTunnel(t, proxy)
    assert.equal((await second.readResponse('GET')).status, 504)
  })

  it('are closed when nothing moves in them', async (t) => {
    const { origin, proxy } = await site(t, chat, 'timeLimits: { tunnelIdle: 200ms }\n')
    const client = await openTunnel(t, proxy)
    await client.readHead()
    await client.ended()
    await origin.connections[0]!.closed
  })
})

describe('an origin that does one request at a time', () => {
  async function busy(t: TestContext, config = '') {
    const held = new Map<string, ScriptedRequest>()
    const { origin, proxy } = await site(
      t,
      async (request) => {
        if (request.target === '/seen')
          await request.respond({ fields: ['Cache-Control', 'max-age=0, stale-if-error=600'], body: 'seen' })
        else if (request.target === '/first') held.set('/first', request)
        else await request.respond({ fields: ['Cache-Control', 'max-age=60'], body: request.target })
      },
      `limits: { originConnections: 1, originQueue: 2 }\n${config}`,
    )
    assert.equal((await fetchRaw(proxy.port, { target: '/seen' })).text, 'seen')
    await asking(t, proxy, '/first')
    await origin.request(2)
    return { origin, proxy, release: () => held.get('/first')!.respond({ body: 'first' }) }
  }

  it('serves a visitor before the crawler that came first', async (t) => {
    const { origin, proxy, release } = await busy(t)
    const crawler = await asking(
      t,
      proxy,
      '/crawled',
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    )
    const visitor = await asking(
      t,
      proxy,
      '/visited',
      'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
    )
    await untilFull(proxy)
    await release()
    assert.deepEqual(
      [(await crawler.readResponse()).text, (await visitor.readResponse()).text],
      ['/crawled', '/visited'],
    )
    const asked = origin.requests.map(({ target }) => target).filter((target) => target.endsWith('ed'))
    assert.deepEqual(asked, ['/visited', '/crawled'])
  })

  it('tells crawlers by the words of the configuration', async (t) => {
    const { origin, proxy, release } = await busy(t, 'crawlers: [curl, probebot]\n')
    const curl = await asking(t, proxy, '/curled', 'CURL/8.0')
    const bot = await asking(t, proxy, '/botted', 'Googlebot/2.1')
    await untilFull(proxy)
    await release()
    await Promise.all([curl.readResponse(), bot.readResponse()])
    const asked = origin.requests.map(({ target }) => target).filter((target) => target.endsWith('ed'))
    assert.deepEqual(asked, ['/botted', '/curled'])
  })

  it('stale pages first: what is stored is served without waiting; what is not waits, and then gets 503', async (t) => {
    const { proxy } = await busy(t, 'timeLimits: { queue: 300ms }\n')
    const stale = await fetchRaw(proxy.port, { target: '/seen' })
    assert.deepEqual([stale.status, stale.text], [200, 'seen'])
    assert.match(
      firstValue(stale.fields, 'cache-status') ?? '',
      /fwd=stale.*detail=origin-overloaded|detail=origin-overloaded/,
    )
    const late = await fetchRaw(proxy.port, { target: '/new' })
    assert.equal(late.status, 503)
    assert.ok(Number(firstValue(late.fields, 'retry-after')) >= 1)
    assert.match(late.text, /tries again in \d+ s/)
  })
})

describe('gRPC', () => {
  it('is refused in words that say what to do', async (t) => {
    const { origin, proxy } = await site(t, (request) => request.respond({ body: 'ok' }))
    const refused = await fetchRaw(proxy.port, {
      method: 'POST',
      target: '/s/m',
      fields: { 'Content-Type': 'application/grpc+proto' },
      body: 'x',
    })
    assert.equal(refused.status, 501)
    assert.match(refused.text, /gRPC is not carried here.*connect to the gRPC server directly, or use gRPC-Web/)
    assert.equal(origin.requests.length, 0)
    const web = await fetchRaw(proxy.port, {
      method: 'POST',
      fields: { 'Content-Type': 'application/grpc-web+proto' },
      body: 'x',
    })
    assert.equal(web.text, 'ok')
  })

  it('over HTTP/2 by prior knowledge hears so in HTTP/2', async (t) => {
    const { proxy } = await site(t, () => {})
    const session = connectHttp2(proxy.url)
    session.on('error', () => {})
    const [code, , text] = (await once(session, 'goaway')) as [number, number, Buffer]
    session.destroy()
    assert.deepEqual([code, text.toString('latin1')], [0xd, text.toString('latin1')])
    assert.match(text.toString('latin1'), /use HTTP\/1\.1.*gRPC needs HTTP\/2/)
  })
})

describe('the sticky cookie through the program', () => {
  const page: OriginScript = (request) => {
    if (request.target === '/login')
      return request.respond({
        fields: ['Set-Cookie', 's=1', 'Cache-Control', 'private'],
        body: String(request.field('cookie')),
      })
    if (request.target === '/static')
      return request.respond({ fields: ['Cache-Control', 'max-age=60', 'Vary', 'Cookie'], body: 'static' })
    return request.respond({
      body: `${request.connection.number} ${request.field('cookie')}`,
      fields: ['Cache-Control', 'private'],
    })
  }

  for (const workers of [1, 2]) {
    it(`keeps a visitor at one origin and is seen by nobody else, with ${workers} worker(s)`, async (t) => {
      const origins = await Promise.all([1, 2, 3].map(() => ScriptedOrigin.start(page)))
      const proxy = await startBreakwater(['--workers', String(workers)], {
        config: `origins: [${origins.map(({ url }) => `"${url}"`).join(', ')}]\nbalance: { stickyCookie: bw }\ncacheStatus: { key: on }\n`,
      })
      t.after(() => Promise.all([proxy.stop(), ...origins.map((origin) => origin.close())]))
      const login = await fetchRaw(proxy.port, { target: '/login' })
      assert.match(login.fields.join('\n'), /\nbw=[\w-]{24}; Path=\/; HttpOnly; SameSite=Lax/)
      const cookie = /bw=[\w-]+/.exec(login.fields.join('\n'))![0]
      const home = origins.find(({ requests }) => requests.length > 0)!
      for (let i = 0; i < 20; i++) {
        const answer = await fetchRaw(proxy.port, { target: '/mine', fields: { Cookie: `${cookie}; a=1` } })
        assert.match(answer.text, / a=1$/)
        assert.ok(!answer.fields.join('\n').includes('bw='), 'said once')
      }
      assert.equal(home.requests.length, 21)

      await fetchRaw(proxy.port, { target: '/static' })
      for (const fields of [{ Cookie: cookie }, { Cookie: 'bw=other' }, {}]) {
        const hit = await fetchRaw(proxy.port, { target: '/static', fields })
        assert.match(firstValue(hit.fields, 'cache-status')!, /; hit/, 'it is no cookie of a visitor')
        assert.ok(!hit.fields.join('\n').includes('bw='))
      }
      const asked = origins.flatMap(({ requests }) => requests)
      assert.equal(asked.filter(({ target }) => target === '/static').length, 1)
      assert.ok(asked.every(({ head }) => !head.includes('bw=')))
    })
  }
})
