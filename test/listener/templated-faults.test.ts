import assert from 'node:assert/strict'
import { describe, it, mock, type TestContext } from 'node:test'
import { AdaptiveLimit } from '../../src/origin/adaptive-limit.ts'
import { originPool } from '../../src/origin/pool.ts'
import { poolSettings } from '../../src/origin/settings.ts'
import { RememberedTemplates, TemplatesOfKey } from '../../src/proxy/remembered-templates.ts'
import { ScriptedCore } from '../proxy/support/scripted-core.ts'
import { type ClientConnection, openConnection } from '../support/http-client.ts'
import { type OriginScript, ScriptedOrigin } from '../support/scripted-origin.ts'
import { startOneLane } from './two-lanes.ts'

const FIELDS = 'Date: Mon, 23 Nov 2026 10:00:00 GMT\r\nCache-Control: no-store\r\n'
const OK = `HTTP/1.1 200 OK\r\n${FIELDS}Content-Length: 2\r\n\r\nok`

const CONCURRENCY = { connectionsMax: 4, queueMax: 10, queueMs: 5000, adaptive: { least: 1, tolerance: 2 } }

interface Started {
  readonly core: ScriptedCore
  readonly port: number
  /** How many responses templates have answered. */
  readonly templated: () => number
  ask(connection: ClientConnection, lines?: string): Promise<{ status: number; body: string }>
}

/** The plain lane over a real pool and an origin that does as it is told. */
async function start(t: TestContext, script: OriginScript): Promise<Started> {
  const origin = await ScriptedOrigin.start(script)
  const parts: { core?: ScriptedCore } = {}
  const settings = { ...poolSettings([{ name: 'a', url: origin.url }]), retriesMax: 0 }
  const core = new ScriptedCore({
    templates: new RememberedTemplates(),
    pool: {
      sick: false,
      send: (request, handler) => real.send(request, handler),
      close: () => real.close(),
    },
  })
  parts.core = core
  const real = originPool({ ...settings, concurrency: CONCURRENCY }, { clock: core.clock, random: () => 0 })
  const lane = await startOneLane('plain', core)
  const found = mock.method(TemplatesOfKey.prototype, 'find')
  t.after(async () => {
    found.mock.restore()
    await lane.stop()
    real.close()
    await origin.close()
  })
  return {
    core,
    port: lane.port,
    templated: () => found.mock.calls.filter(({ result }) => result !== undefined).length,
    async ask(connection, lines = '') {
      connection.write(`GET / HTTP/1.1\r\nHost: h.test\r\n${lines}\r\n`)
      const { status, body } = await connection.readResponse('GET')
      return { status, body: body.toString('latin1') }
    },
  }
}

describe('what templates must not do', () => {
  const resets: readonly (readonly [framing: string, response: string])[] = [
    ['chunks', `HTTP/1.1 205 Reset\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\n5\r\nHELLO\r\n0\r\n\r\n`],
    ['a length', `HTTP/1.1 205 Reset\r\n${FIELDS}Content-Length: 5\r\n\r\nHELLO`],
  ]
  for (const [framing, response] of resets) {
    it(`give a 205 the body that it must not have, received in ${framing}`, async (t) => {
      let bodies = 0
      const { port, ask } = await start(t, (request) => {
        const empty = framing === 'a length' && bodies++ < 3
        return request.send(empty ? response.replace('5\r\n\r\nHELLO', '0\r\n\r\n') : response)
      })
      const connection = await openConnection(port)
      for (let i = 0; i < 6; i++) assert.deepEqual(await ask(connection), { status: 205, body: '' })
      connection.close()
    })
  }

  it('count a response out of those under way before its latency is told', async (t) => {
    const sample = mock.method(AdaptiveLimit.prototype, 'sample')
    t.after(() => sample.mock.restore())
    const { port, ask, templated } = await start(t, (request) => request.send(OK))
    const connection = await openConnection(port)
    for (let i = 0; i < 6; i++) await ask(connection)
    connection.close()
    assert.ok(templated() >= 3)
    assert.deepEqual(
      sample.mock.calls.map(({ arguments: [, inFlight] }) => inFlight),
      [1, 1, 1, 1, 1, 1],
    )
  })

  it('leave a client without an answer when something in them throws, or the next request with it', async (t) => {
    const { core, port, ask, templated } = await start(t, (request) => request.send(OK))
    const connection = await openConnection(port)
    for (let i = 0; i < 4; i++) await ask(connection)
    const { lookup } = core.core
    const remember = mock.method(lookup, 'rememberUnshareable', () => {
      throw new Error('a defect')
    })
    assert.equal((await ask(connection)).status, 500)
    remember.mock.restore()
    assert.equal((await ask(connection)).status, 200)
    assert.ok(templated() >= 3)
    assert.equal(core.core.flights.count, 0)
    connection.close()
  })

  it('be made anew for requests that none can answer, until there are none for the others', async (t) => {
    const { port, ask, templated } = await start(t, (request) => request.send(OK))
    const connection = await openConnection(port)
    for (let i = 0; i < 3; i++) await ask(connection)
    const before = templated()
    for (const lines of ['Cache-Control: max-age=0\r\n', 'X-Real-IP: 192.0.2.1\r\n']) {
      for (let i = 0; i < 5; i++) await ask(connection, lines)
    }
    assert.equal(templated(), before)
    await ask(connection)
    assert.equal(templated(), before + 1)
    connection.close()
  })

  it('keep long heads for every key', async (t) => {
    const long = OK.replace('Date', `Content-Security-Policy: ${'default-src x; '.repeat(800)}end\r\nDate`)
    const { core, port, ask, templated } = await start(t, (request) => request.send(long))
    const connection = await openConnection(port)
    for (let i = 0; i < 5; i++) assert.deepEqual(await ask(connection), { status: 200, body: 'ok' })
    connection.close()
    assert.equal(templated(), 0)
    assert.equal(core.failures.length, 0)
  })
})
