import assert from 'node:assert/strict'
import { after, before, describe, it, mock } from 'node:test'
import { KnownSection } from '../../src/http1/known-section.ts'
import type { OriginPool } from '../../src/origin/origin-client.ts'
import { originPool } from '../../src/origin/pool.ts'
import { poolSettings } from '../../src/origin/settings.ts'
import { RememberedTemplates, TemplatesOfKey } from '../../src/proxy/remembered-templates.ts'
import { TrustedPeers } from '../../src/request/trusted-peers.ts'
import { Random } from '../http1/generate.ts'
import { ANY, BARE_SETTINGS, ScriptedCore, type ScriptedCoreOptions } from '../proxy/support/scripted-core.ts'
import { type ClientConnection, openConnection } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { answerFickly } from './fickle-origin.ts'
import { type OneLane, startOneLane } from './two-lanes.ts'

/** Requests in each configuration; the environment asks for more. */
const CASES = Number(process.env.FUZZ_CASES ?? 1500)
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123)

/** Remembers nothing, so that everything is answered as if it had never been seen. */
class NoTemplates extends RememberedTemplates {
  override add(): void {}
}

/** A lane over an origin of its own. */
interface Side {
  readonly lane: OneLane
  readonly origin: ScriptedOrigin
  readonly core: ScriptedCore
  stop(): Promise<void>
}

async function startSide(
  options: ScriptedCoreOptions,
  templates: RememberedTemplates,
  trusted?: TrustedPeers,
): Promise<Side> {
  const parts: { core?: ScriptedCore } = {}
  // The same on both sides, as long as both ask for the same in the same order.
  let asked = 0
  const origin = await ScriptedOrigin.start((request) => {
    return answerFickly(request, new Random(SEED + asked++ * 7919), parts.core!.clock.now())
  })
  const pool: OriginPool = {
    sick: false,
    send: (request, handler) => real.send(request, handler),
    close: () => real.close(),
  }
  const core = new ScriptedCore({ ...options, templates, pool })
  parts.core = core
  const settings = poolSettings([{ name: 'a', url: origin.url }])
  const real = originPool({ ...settings, retriesMax: 0 }, { clock: core.clock, random: () => 0 })
  const lane = await startOneLane('plain', core, { request: trusted === undefined ? {} : { trusted } })
  const stop = async (): Promise<void> => {
    await lane.stop()
    real.close()
    await origin.close()
  }
  return { lane, origin, core, stop }
}

const fields: readonly string[] = [
  ...['User-Agent: Mozilla/5.0 (X11; Linux x86_64)', 'user-agent: curl/8', 'Accept: */*', 'Accept-Encoding: gzip, br'],
  ...['Cookie: a=1', 'Cookie: session=xyz; a=1', 'Cookie: _ga=1; a=2', 'Referer: http://h.test/caf\xe9', 'X-Own: 1'],
  ...[
    'Connection: keep-alive',
    'Connection: Keep-Alive',
    'Accept-Language: de, en;q=0.5',
    'Upgrade-Insecure-Requests: 1',
  ],
]
const rareFields: readonly string[] = [
  ...['X-Forwarded-For: 192.0.2.7', 'X-Real-IP: 192.0.2.8', 'X_Forwarded_For: 192.0.2.9', 'Via: 1.1 other', 'Proxy: x'],
  ...['Keep-Alive: timeout=5', 'Connection: close', 'Connection: X-Own', 'TE: trailers', 'Authorization: Basic x'],
  ...['Cache-Control: no-cache', 'Cache-Control: no-store', 'If-None-Match: "a"', 'Range: bytes=0-2', 'Accept:*/*'],
  ...['Accept: */* ', 'X-Empty:', 'X-HTTP-Method-Override: POST', 'Trailer: x', 'Cookie: b=2', 'X-Host: h'],
]

/** Its field lines are often those of the one before. */
function someRequest(random: Random, before: string): string {
  const target = random.of(['/', '/', '/', '/languages', '/?a=1', '/other', '/purges', '/chunks', '/chunks'])
  const method = random.once(15) ? 'HEAD' : 'GET'
  const host = random.once(10) ? 'H.test:80' : 'h.test'
  const own = random.many(4, () => random.of(random.once(12) ? rareFields : fields))
  const lines = [`Host: ${host}`, ...own]
  if (random.once(5)) lines.push(lines.shift()!)
  const section = before === '' || random.once(2) ? `\r\n${lines.join('\r\n')}\r\n\r\n` : sectionOf(before)
  return `${random.once(40) ? '\r\n' : ''}${method} ${target} HTTP/1.1${section}`
}

function sectionOf(request: string): string {
  return request.slice(request.indexOf('HTTP/1.1') + 'HTTP/1.1'.length)
}

/** All that a connection says to one request. */
async function reply(connection: ClientConnection, method: string): Promise<string> {
  try {
    const { interim, status, reason, fields, body, cut } = await connection.readResponse(method)
    return JSON.stringify({ interim, status, reason, fields, body: body.toString('latin1'), cut })
  } catch {
    return 'nothing'
  }
}

/** Nothing more is said behind it. */
function isLast(said: string): boolean {
  return said === 'nothing' || said.includes('"Connection"') || said.includes('"cut":true')
}

async function repliesOn(connection: ClientConnection, requests: readonly string[]): Promise<string[]> {
  const replies: string[] = []
  connection.write(requests.join(''))
  for (const request of requests) {
    replies.push(await reply(connection, request.includes('HEAD ') ? 'HEAD' : 'GET'))
    if (isLast(replies.at(-1)!)) break
  }
  return replies
}

/** On a connection of their own, so that nothing is known of requests before. */
async function repliesApart(port: number, requests: readonly string[]): Promise<string[]> {
  const connection = await openConnection(port, { patienceMs: 3000 })
  const replies = await repliesOn(connection, requests)
  connection.close()
  return replies
}

interface Setting {
  readonly name: string
  readonly options: ScriptedCoreOptions
  readonly trusted?: TrustedPeers
  /** Of all answers, at least so many in a hundred are templated. */
  readonly templatedMin: number
}

const settings: readonly Setting[] = [
  { name: 'bare settings', options: {}, templatedMin: 15 },
  {
    name: 'noise cookies, cookies that pass, rules by fields',
    options: {
      settings: { cookies: { pass: ['session'], ignore: ['_ga'] } },
      rules: [
        {
          name: 'own',
          match: { ...ANY, headers: [['x-own', ['1']]] },
          settings: { ...BARE_SETTINGS, requestFields: { remove: ['referer'], set: [['X-Set', '1']] } },
        },
        {
          name: 'typed',
          match: { ...ANY, types: ['text/plain'] },
          settings: { ...BARE_SETTINGS, responseFields: { remove: [], set: [['X-Typed', '1']] } },
        },
      ],
    },
    templatedMin: 5,
  },
  {
    name: 'a rule by a field of the response',
    options: {
      rules: [
        {
          name: 'visit',
          match: { ...ANY, responseHeaders: [['set-cookie', ['visit=1*']]] },
          settings: { ...BARE_SETTINGS, responseFields: { remove: ['set-cookie'], set: [] } },
        },
      ],
    },
    templatedMin: 0,
  },
  { name: 'behind a trusted proxy', options: {}, trusted: new TrustedPeers(['127.0.0.1']), templatedMin: 15 },
]

for (const { name, options, trusted, templatedMin } of settings) {
  describe(`templated answers are those made anew: ${name} (${CASES} requests from seed ${SEED})`, () => {
    let sides: readonly [templated: Side, anew: Side]
    before(async () => {
      sides = [
        await startSide(options, new RememberedTemplates(), trusted),
        await startSide(options, new NoTemplates(), trusted),
      ]
    })
    after(() => Promise.all(sides.map((side) => side.stop())))

    it('to clients, to origins and in the records', async () => {
      const found = mock.method(TemplatesOfKey.prototype, 'find')
      const again = mock.method(KnownSection.prototype, 'isAt')
      const random = new Random(SEED)
      let kept: ClientConnection | undefined
      let before = ''
      for (let i = 0; i < CASES; i++) {
        for (const { core } of sides) core.clock.advance(i % 10 === 0 ? 700 : 0)
        const requests = Array.from({ length: random.once(8) ? 3 : 1 }, () => {
          before = someRequest(random, before)
          return before
        })
        kept ??= await openConnection(sides[0].lane.port, { patienceMs: 3000 })
        const replies = await repliesOn(kept, requests)
        assert.deepEqual(replies, await repliesApart(sides[1].lane.port, requests), `requests ${i}: ${requests}`)
        if (replies.some(isLast) || i % 50 === 0) {
          kept.close()
          kept = undefined
        }
      }
      kept?.close()
      const [templated, anew] = sides
      const heads = sides.map(({ origin }) => origin.requests.map(({ head }) => head))
      assert.deepEqual(heads[0], heads[1])
      assert.deepEqual(templated.core.failures.map(String), anew.core.failures.map(withPortOf(anew, templated)))
      assert.equal(templated.core.core.flights.count, 0)
      assert.ok(templated.core.purges.length > 0)
      assert.deepEqual(templated.core.purges.length, anew.core.purges.length)
      assert.deepEqual(templated.lane.records.map(comparable), anew.lane.records.map(comparable))
      assert.deepEqual(templated.lane.log.split('\n'), anew.lane.log.split('\n'))
      const count = found.mock.calls.filter(({ result }) => result !== undefined).length
      found.mock.restore()
      assert.ok(again.mock.calls.filter(({ result }) => result === true).length > CASES / 10)
      again.mock.restore()
      assert.ok(count >= (CASES * templatedMin) / 100, `${count} of ${CASES} were templated`)
      if (templatedMin === 0) assert.equal(count, 0)
    })
  })
}

function withPortOf(from: Side, to: Side): (error: unknown) => string {
  return (error) => String(error).replaceAll(`:${from.origin.port}`, `:${to.origin.port}`)
}

/** All of a record but the time, which is held, and how many bytes chunks took: small ones are joined. */
function comparable(record: OneLane['records'][number]): unknown {
  const { method, target, authority, scheme, version, clientAddress, peerAddress, status, decision } = record
  const { responseType, userAgent, referer, bodyBytesSent, bytesSent, requestBodyBytes, complete } = record
  return {
    ...{ method, target, authority, scheme, version, clientAddress, peerAddress, status, decision },
    ...{ responseType, userAgent, referer, bodyBytesSent, requestBodyBytes, complete },
    bytesSent: target === '/chunks' ? undefined : bytesSent,
    fields: 'fields' in record ? record.fields : undefined,
  }
}
