import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../src/clock.ts'
import { type PassOutcome, pass } from '../../src/forward/pass.ts'
import { upstreamRequest } from '../../src/forward/upstream-request.ts'
import type { OriginPool } from '../../src/origin/origin-client.ts'
import { originPool } from '../../src/origin/pool.ts'
import { poolSettings } from '../../src/origin/settings.ts'
import { upstreamForwardingFields } from '../../src/request/forwarding.ts'
import type { ProxyRequest } from '../../src/request/proxy-request.ts'
import type { ProxyResponse } from '../../src/request/proxy-response.ts'
import { openConnection } from '../support/http-client.ts'
import { type OriginScript, ScriptedOrigin } from '../support/scripted-origin.ts'
import { answer, type LaneOptions, type ScriptedLane, startLane } from './scripted-lane.ts'

const handshake = [
  ...['GET /chat?room=1 HTTP/1.1', 'Host: H.test:80', 'Connection: keep-alive, Upgrade', 'Upgrade: WebSocket'],
  ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', 'Cookie: a=1', '__proto__: x'],
  ...['X-Forwarded-For: 9.9.9.9', 'Proxy-Authorization: secret', 'X-Original-URL: /admin', '', ''],
].join('\r\n')

const switching =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade, X-Hop\r\nX-Hop: 1\r\nSec-WebSocket-Accept: s\r\n\r\n'

interface TunnelLane extends ScriptedLane {
  readonly origin: ScriptedOrigin
}

async function tunnelLane(t: TestContext, script: OriginScript, options: LaneOptions = {}): Promise<TunnelLane> {
  const origin = await ScriptedOrigin.start(script)
  const base = poolSettings([{ name: 'a', url: origin.url }])
  const settings = { ...base, timeLimits: { ...base.timeLimits, handshakeMs: 80 } }
  const pool = originPool(settings, { clock: systemClock() })
  const lane = await startLane(
    (request) => (request.upgrade === undefined ? answer('core') : passed(pool, request)),
    options,
  )
  t.after(async () => {
    await lane.stop()
    pool.close()
    await origin.close()
  })
  return { ...lane, origin }
}

/** What the core makes of a request for a tunnel, without its rules. */
async function passed(pool: OriginPool, request: ProxyRequest): Promise<ProxyResponse> {
  const forwardingFields = upstreamForwardingFields(request, { pseudonym: 'breakwater', sendForwarded: true })
  const changes = { set: [], remove: [] }
  const upstream = upstreamRequest(request, { conditions: 'client', changes, forwardingFields })
  const outcome = await new Promise<PassOutcome>((resolve) => pass(pool, request, upstream, resolve))
  if (outcome.kind === 'failed') return answer('failed', { status: outcome.error.status })
  const { status, reason, fields, body, announcedLength, tunnel } = outcome.response
  const decision = { outcome: 'pass', detail: 'upgrade' } as const
  return { status, reason, fields, body, announcedLength, decision, ...(tunnel && { tunnel }) }
}

describe('tunnels for WebSocket', () => {
  it('passes bytes both ways once the origin agrees (A-UP-02)', async (t) => {
    const { port, origin, requests, recorded } = await tunnelLane(t, async (request) => {
      await request.send(switching)
      await request.send('from origin')
    })
    const client = await openConnection(port)
    client.write(handshake)
    const head = await client.readHead()
    assert.equal(head.status, 101)
    assert.equal((await client.reader.upTo(11)).bytes.toString(), 'from origin')
    client.write('from client')
    await origin.until(() => origin.connections[0]!.received.endsWith('from client'))
    client.close()
    await origin.connections[0]!.closed
    const record = await recorded(1)
    assert.deepEqual([record.status, record.decision.detail, record.target], [101, 'upgrade', '/chat?room=1'])
    assert.equal(requests.length, 1)
  })

  it('sends the origin a clean request, and the client a clean answer', async (t) => {
    const { port, origin } = await tunnelLane(t, (request) => request.send(switching))
    const client = await openConnection(port)
    t.after(() => client.close())
    client.write(handshake)
    const head = await client.readHead()
    const names = head.fields.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
    assert.deepEqual(names.toSorted(), ['connection', 'sec-websocket-accept', 'upgrade'])
    const request = origin.requests[0]!
    assert.equal(request.head.split('\r\n')[0], 'GET /chat?room=1 HTTP/1.1')
    assert.deepEqual(
      ['host', 'connection', 'upgrade', 'cookie', 'via', 'x-forwarded-for', 'x-forwarded-proto'].map((name) =>
        request.field(name),
      ),
      ['h.test', 'Upgrade', 'websocket', 'a=1', '1.1 breakwater', '127.0.0.1', 'http'],
    )
    for (const name of ['proxy-authorization', 'x-original-url']) assert.equal(request.field(name), undefined)
  })

  it('passes an ordinary answer on, and nothing the client sent early (A-UP-03)', async (t) => {
    const { port, origin, recorded } = await tunnelLane(t, (request) => request.respond({ body: 'no tunnel' }))
    const client = await openConnection(port)
    client.write(`${handshake}GET /SMUG HTTP/1.1\r\nHost: h\r\n\r\n`)
    const response = await client.readResponse('GET')
    assert.deepEqual([response.status, response.text, await client.ended()], [200, 'no tunnel', true])
    client.close()
    assert.equal((await recorded(1)).status, 200)
    assert.ok(!origin.connections[0]!.received.includes('SMUG'))
  })

  it('refuses a switch to something else', async (t) => {
    const { port } = await tunnelLane(t, (request) => request.send(switching.replace('websocket', 'h2c')))
    const client = await openConnection(port)
    client.write(handshake)
    assert.equal((await client.readResponse('GET')).status, 502)
    await client.ended()
  })

  it('answers 504 when the origin does not answer in time', async (t) => {
    const { port } = await tunnelLane(t, () => {})
    const client = await openConnection(port)
    client.write(handshake)
    assert.equal((await client.readResponse('GET')).status, 504)
    await client.ended()
  })

  it('answers 502 when the origin cannot be reached', async (t) => {
    const { port, origin, recorded } = await tunnelLane(t, () => {})
    await origin.stop()
    const client = await openConnection(port)
    client.write(handshake)
    assert.equal((await client.readResponse('GET')).status, 502)
    await client.ended()
    client.close()
    assert.equal((await recorded(1)).status, 502)
  })

  it('ends the origin side when the client breaks off, during the handshake too', async (t) => {
    const { port, origin } = await tunnelLane(t, async (request) => {
      if (request.number === 1) await request.send(switching)
    })
    const joined = await openConnection(port)
    joined.write(handshake)
    await joined.readHead()
    joined.reset()
    await origin.connections[0]!.closed
    const pending = await openConnection(port)
    pending.write(handshake)
    await origin.request(2)
    pending.reset()
    const other = await openConnection(port)
    t.after(() => other.close())
    assert.equal((await other.fetch({})).text, 'core')
  })

  it('ends the client side when the origin breaks off', async (t) => {
    const { port, origin } = await tunnelLane(t, (request) => request.send(switching))
    const client = await openConnection(port)
    client.write(handshake)
    await client.readHead()
    origin.connections[0]!.reset()
    await client.ended()
  })

  it('closes a tunnel in which nothing moves', async (t) => {
    const { port, origin } = await tunnelLane(t, (request) => request.send(switching), { times: { tunnelIdleMs: 100 } })
    const client = await openConnection(port)
    client.write(handshake)
    await client.readHead()
    await client.ended()
    await origin.connections[0]!.closed
  })

  it('counts as a response under way in a drain', async (t) => {
    const { port, listeners, origin } = await tunnelLane(t, (request) => request.send(switching))
    const client = await openConnection(port)
    client.write(handshake)
    await client.readHead()
    let stopped = false
    const stopping = listeners.stop(200).then(() => (stopped = true))
    await pause(50)
    client.write('still open')
    await origin.until(() => origin.connections[0]!.received.endsWith('still open'))
    assert.equal(stopped, false)
    await stopping
    await client.ended()
  })

  it('treats other upgrades, other methods and requests with a body as ordinary ones', async (t) => {
    const { port, requests } = await tunnelLane(t, () => {})
    for (const request of [
      handshake.replace('WebSocket', 'h2c'),
      handshake.replace('GET', 'POST'),
      handshake.replace('keep-alive, Upgrade', 'keep-alive'),
      handshake.replace('Cookie: a=1', 'Content-Length: 0'),
      handshake.replace('HTTP/1.1', 'HTTP/1.0'),
    ]) {
      const client = await openConnection(port)
      t.after(() => client.close())
      client.write(request)
      assert.equal((await client.readResponse()).text, 'core')
    }
    assert.equal(requests.length, 5)
    assert.ok(requests.every((request) => !request.fields.includes('Upgrade')))
  })

  it('refuses a bad handshake as it does any other request', async (t) => {
    const { port, origin } = await tunnelLane(t, () => {})
    const client = await openConnection(port)
    client.write(handshake.replace('H.test:80', 'h/evil'))
    assert.equal((await client.readResponse('GET')).status, 400)
    await client.ended()
    assert.equal(origin.connections.length, 0)
  })
})
