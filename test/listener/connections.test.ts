import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { systemClock } from '../../src/clock.ts'
import { ListenError } from '../../src/listener/listen-error.ts'
import { SILENT_HOOKS } from '../../src/listener/listener-hooks.ts'
import { startListeners } from '../../src/listener/start-listeners.ts'
import type { RequestHandler } from '../../src/request/proxy-response.ts'
import { fetchRaw, openConnection } from '../support/http-client.ts'
import { ScriptedBody } from './pieces.ts'
import { answer, type LaneOptions, laneSettings, type ScriptedLane, startLane } from './scripted-lane.ts'

async function lane(t: TestContext, handle: RequestHandler, options?: LaneOptions): Promise<ScriptedLane> {
  const started = await startLane(handle, options)
  t.after(() => started.stop())
  return started
}

describe('time limits of a connection', () => {
  it('answers 408 to a head that does not come to its end (A-SL-01)', async (t) => {
    const { port, recorded } = await lane(t, () => answer(), { times: { headMs: 80 } })
    const connection = await openConnection(port)
    connection.write('GET / HTTP/1.1\r\nHost: h\r\nX-')
    const response = await connection.readResponse('GET')
    assert.deepEqual([response.status, await connection.ended()], [408, true])
    assert.equal((await recorded(1)).decision.detail, 'head-timeout')
  })

  it('counts from the first byte of a later head, however slowly it drips', async (t) => {
    const { port } = await lane(t, () => answer(), { times: { headMs: 120, idleMs: 10_000 } })
    const connection = await openConnection(port)
    connection.socket.on('error', () => {})
    await connection.fetch({})
    await pause(200)
    connection.write('GET / HTTP/1.1\r\n')
    const drip = setInterval(() => connection.socket.write('X: 1\r\n'), 20)
    const response = await connection.readResponse('GET')
    clearInterval(drip)
    assert.equal(response.status, 408)
  })

  it('closes a connection that says nothing at all, without an answer', async (t) => {
    const { port, records } = await lane(t, () => answer(), { times: { headMs: 80 } })
    const connection = await openConnection(port)
    await connection.ended()
    assert.deepEqual([connection.reader.buffered.length, records.length], [0, 0])
  })

  it('closes an idle connection after the idle time (A-SL-04)', async (t) => {
    const { port } = await lane(t, () => answer(), { times: { idleMs: 80 } })
    const connection = await openConnection(port)
    await connection.fetch({})
    await connection.ended()
    assert.equal(connection.reader.buffered.length, 0)
  })

  it('does not count while a response is awaited', async (t) => {
    const handle: RequestHandler = async () => {
      await pause(250)
      return answer()
    }
    const { port } = await lane(t, handle, { times: { headMs: 60, idleMs: 60, bodyStallMs: 60, sendStallMs: 60 } })
    assert.equal((await fetchRaw(port)).text, 'ok')
  })
})

describe('limits of connections', () => {
  it('closes those above the most there may be, and serves the others (A-SL-05)', async (t) => {
    const refused: string[] = []
    const onConnectionRefused = (reason: string): void => void refused.push(reason)
    const { port } = await lane(t, () => answer(), { limits: { connectionsMax: 2 }, hooks: { onConnectionRefused } })
    const first = await openConnection(port)
    const second = await openConnection(port)
    await first.fetch({})
    await second.fetch({})
    const third = await openConnection(port)
    await third.ended()
    assert.deepEqual([(await first.fetch({})).status, refused], [200, ['connections']])
    first.close()
    second.close()
    await pause(30)
    assert.equal((await fetchRaw(port)).status, 200)
  })

  it('counts each address for itself', async (t) => {
    const { port } = await lane(t, () => answer(), { limits: { connectionsPerAddressMax: 1 } })
    const first = await openConnection(port)
    t.after(() => first.close())
    await first.fetch({})
    const second = await openConnection(port)
    await second.ended()
    assert.equal((await fetchRaw(port, {}, { localAddress: '127.0.0.2' })).status, 200)
  })
})

describe('draining', () => {
  it('closes idle connections at once, and lets a response under way finish and close (A-RE-03)', async () => {
    const body = new ScriptedBody()
    const { port, listeners } = await startLane((request) => answer(request.target === '/slow' ? body : 'ok'))
    const idle = await openConnection(port)
    await idle.fetch({})
    const busy = await openConnection(port)
    busy.write({ target: '/slow' })
    await body.write('hel')
    const stopped = listeners.stop(5000)
    await idle.ended()
    await assert.rejects(openConnection(port), /ECONNREFUSED/)
    await body.write('lo')
    await body.end()
    assert.equal((await busy.readResponse('GET')).text, 'hello')
    assert.equal(await busy.ended(), true)
    await stopped
  })

  it('says Connection: close on responses that have not begun', async () => {
    let respond: () => void = () => {}
    const waited = new Promise<void>((resolve) => (respond = resolve))
    const { port, listeners } = await startLane(() => waited.then(() => answer()))
    const connection = await openConnection(port)
    connection.write({})
    await pause(20)
    const stopped = listeners.stop(5000)
    respond()
    assert.ok((await connection.readResponse('GET')).fields.includes('close'))
    await stopped
  })

  it('still answers the first request of a connection just accepted', async () => {
    const { port, listeners } = await startLane(() => answer())
    const connection = await openConnection(port)
    await pause(20)
    const stopped = listeners.stop(5000)
    assert.equal((await connection.fetch({})).text, 'ok')
    await stopped
  })

  it('cuts what is left when the time is over', async () => {
    const { port, listeners, recorded } = await startLane(() => new Promise(() => {}))
    const connection = await openConnection(port)
    connection.socket.on('error', () => {})
    connection.write({})
    await pause(20)
    const begun = performance.now()
    await listeners.stop(100)
    const tookMs = performance.now() - begun
    assert.ok(tookMs >= 90 && tookMs < 1000, `${tookMs} ms`)
    assert.equal((await recorded(1)).complete, false)
  })
})

describe('listening', () => {
  it('listens on several addresses', async () => {
    const settings = { ...laneSettings(), addresses: [0, 0].map((port) => ({ host: '127.0.0.1', port })) }
    const listeners = await startListeners({
      settings,
      handle: () => answer(),
      hooks: SILENT_HOOKS,
      clock: systemClock(),
    })
    for (const { port } of listeners.addresses) assert.equal((await fetchRaw(port)).status, 200)
    await listeners.stop(0)
  })

  it('says clearly where it cannot listen, and opens none of the others', async (t) => {
    const taken = await lane(t, () => answer())
    const free = await freePort()
    const settings = { ...laneSettings(), addresses: [free, taken.port].map((port) => ({ host: '127.0.0.1', port })) }
    const starting = startListeners({ settings, handle: () => answer(), hooks: SILENT_HOOKS, clock: systemClock() })
    const error = await starting.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof ListenError)
    assert.deepEqual(
      [error.code, error.message],
      ['EADDRINUSE', `Cannot listen on 127.0.0.1:${taken.port}: another program listens there`],
    )
    await assert.rejects(openConnection(free), /ECONNREFUSED/)
  })

  it('applies new settings from the next request on', async (t) => {
    const { port, listeners } = await lane(t, () => answer())
    const target = `/${'a'.repeat(100)}`
    assert.equal((await fetchRaw(port, { target })).status, 200)
    listeners.update({ settings: laneSettings({ request: { targetBytesMax: 50 } }) })
    assert.equal((await fetchRaw(port, { target })).status, 414)
  })
})

describe('changing where is listened', () => {
  async function twoPorts(t: TestContext) {
    const { port, listeners } = await lane(t, () => answer())
    return { former: port, next: await freePort(), listeners }
  }

  it('opens what is new and closes what is not wanted any more, when it is told to', async (t) => {
    const { former, next, listeners } = await twoPorts(t)
    const change = await listeners.listen([{ host: '127.0.0.1', port: next }])
    assert.equal((await fetchRaw(former)).status, 200)
    change.commit()
    assert.equal((await fetchRaw(next)).status, 200)
    await assert.rejects(openConnection(former), /ECONNREFUSED/)
    assert.deepEqual(
      listeners.addresses.map(({ port }) => port),
      [next],
    )
  })

  it('does not touch what stays: the same socket goes on', async (t) => {
    const { former, next, listeners } = await twoPorts(t)
    const [descriptor] = listeners.descriptors
    const change = await listeners.listen([former, next].map((port) => ({ host: '127.0.0.1', port })))
    change.commit()
    assert.equal(listeners.descriptors[0], descriptor)
    assert.equal((await fetchRaw(former)).status, 200)
  })

  it('is as before after an abort', async (t) => {
    const { former, next, listeners } = await twoPorts(t)
    const change = await listeners.listen([{ host: '127.0.0.1', port: next }])
    await change.abort()
    assert.equal((await fetchRaw(former)).status, 200)
    await assert.rejects(openConnection(next), /ECONNREFUSED/)
  })
})
