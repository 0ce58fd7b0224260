import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { formatHttpDate } from '../../src/http/date.ts'
import type { RawFields } from '../../src/http/fields.ts'
import { fieldLines } from '../../src/http1/writer.ts'
import { TrustedPeers } from '../../src/request/trusted-peers.ts'
import { Random } from '../http1/generate.ts'
import { ANY, type Asked, BARE_SETTINGS, ScriptedCore } from '../proxy/support/scripted-core.ts'
import { type ClientConnection, openConnection } from '../support/http-client.ts'
import { type OneLane, startOneLane } from './two-lanes.ts'

/** Requests in each configuration; the environment asks for more. */
const CASES = Number(process.env.FUZZ_CASES ?? 1500)
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_102)

interface Page {
  readonly status?: number
  readonly fields: RawFields
  readonly body?: string
}

const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT'
/** The day on which the held clocks stand; what node:http adds by itself is of another. */
const DAY = '01 Jan 2026'
const ETAG = '"v1"'
const LAST_MODIFIED = 'Wed, 31 Dec 2025 00:00:00 GMT'
const fresh = (...fields: string[]): string[] => ['Date', DATE, 'Cache-Control', 'max-age=60', ...fields]

/** What the origin has. */
const pages: Readonly<Record<string, Page>> = {
  '/plain': { fields: fresh('Content-Type', 'text/html', 'ETag', ETAG), body: 'plain' },
  '/undated': { fields: ['Cache-Control', 'max-age=60'], body: 'no Date of its own' },
  '/dated': { fields: fresh('Last-Modified', LAST_MODIFIED), body: 'x'.repeat(20_000) },
  '/large': { fields: fresh('ETag', 'W/"large"'), body: 'y'.repeat(300_000) },
  '/gone': { status: 410, fields: fresh(), body: 'gone' },
  '/moved': { status: 301, fields: fresh('Location', '/plain') },
  '/empty': { fields: fresh(), body: '' },
  '/coding': { fields: fresh('Vary', 'Accept-Encoding', 'ETag', ETAG), body: 'by coding' },
  '/language': { fields: fresh('Vary', 'Accept-Language, Accept-Encoding'), body: 'by language' },
  '/cookie': { fields: fresh('Vary', 'Cookie'), body: 'by cookie' },
  '/odd': { fields: fresh('Vary', 'X-Odd'), body: 'by an odd field' },
  '/star': { fields: fresh('Vary', '*'), body: 'by anything' },
  '/public': {
    fields: ['Date', DATE, 'Cache-Control', 'public, max-age=5, stale-while-revalidate=20'],
    body: 'public',
  },
  '/strict': { fields: ['Date', DATE, 'Cache-Control', 'max-age=2, must-revalidate', 'ETag', ETAG], body: 'strict' },
  '/targeted': { fields: fresh('Surrogate-Control', 'max-age=90', 'Age', '7'), body: 'targeted' },
  '/allowed': { fields: fresh('Access-Control-Allow-Origin', 'https://a.test'), body: 'allowed' },
  '/no-store': { fields: ['Cache-Control', 'no-store'], body: 'never stored' },
}

const noStore = (...fields: string[]): string[] => ['Cache-Control', 'no-store', ...fields]

/** What the origin has at an address in one second, and then the next of them: what cannot be shared, and then can, or fails. */
const turns: readonly (Page | 'fails')[] = [
  { fields: noStore('Set-Cookie', 'a=1'), body: 'not for others' },
  { fields: ['Cache-Control', 'private'], body: 'private' },
  { fields: noStore('X-LiteSpeed-Purge', 'public,tag=F'), body: 'purges' },
  { fields: fresh('ETag', ETAG), body: 'to be stored' },
  { status: 503, fields: noStore('Retry-After', '3'), body: 'busy' },
  { fields: noStore('Connection', 'x-odd', 'X-Odd', '1', 'Age', '3'), body: '' },
  'fails',
  { status: 404, fields: [], body: 'nothing said' },
  { fields: ['Cache-Control', 'max-age=0'], body: 'stale at once' },
  { status: 204, fields: noStore() },
  { fields: fresh('Vary', 'Cookie'), body: 'by cookie now' },
  { status: 500, fields: [], body: 'broken' },
]

/** Answers as the origin, at its time. */
function answerAs(asked: Asked, nowMs: number): void {
  const path = asked.request.target.split('?', 1)[0]!
  const turn = path.startsWith('/turns') ? turns[(Math.floor(nowMs / 1000) + path.length) % turns.length] : undefined
  if (turn === 'fails') return asked.fail()
  const page = turn ?? pages[path] ?? { status: 404, fields: noStore(), body: 'not found' }
  const fields = page.fields.map((text) => (text === DATE ? formatHttpDate(nowMs) : text))
  const matches = asked.field('if-none-match') === ETAG && page.fields.includes(ETAG)
  if (matches) return asked.respond(304, fields)
  asked.respond(page.status ?? 200, fields, page.body ?? '')
}

type Choices = readonly (readonly [name: string, ...values: string[]])[]

/** Fields that visitors send every day. */
const everyday: Choices = [
  ['Accept-Encoding', 'gzip, deflate, br, zstd', 'gzip', 'identity', 'br;q=0, gzip', ''],
  ['accept-language', 'en', 'de, en;q=0.5', 'fr'],
  ['Cookie', 'a=1', 'session=xyz; a=1', 'SESSION=xyz'],
  ['Cache-Control', 'no-cache', 'max-age=0', 'max-age=3', 'only-if-cached', 'min-fresh=58', 'max-stale', 'no-store'],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64)', 'curl/8', '"quoted" \\', ''],
  ['referer', 'http://h.test/?a=b', 'caf\xe9'],
  ['Accept', '*/*', 'text/html'],
  ['Connection', 'keep-alive', 'Keep-Alive', 'close', 'Close'],
  ['If-None-Match', ETAG, '"other"', '*', `"other", W/${ETAG}`, 'W/"large"'],
  ['If-Modified-Since', LAST_MODIFIED, DATE, 'Mon, 01 Jan 2024 00:00:00 GMT', 'yesterday'],
  ['X-Forwarded-For', '192.0.2.7', 'unknown'],
  ['X-Forwarded-Proto', 'https', 'http'],
]

/** And others. */
const rare: Choices = [
  ['Pragma', 'no-cache', 'x'],
  ['Range', 'bytes=0-2', 'bytes=-1', 'bytes=999999-', 'pages=1'],
  ['If-Range', ETAG, '"other"'],
  ['If-Match', ETAG],
  ['If-Unmodified-Since', DATE],
  ['Authorization', 'Basic x'],
  ['Origin', 'https://a.test', 'https://b.test'],
  ['X-Odd', '1', '2'],
  ['Via', '1.1 other', '1.1 breakwater'],
  ['X-Forwarded-Proto', 'HTTPS', 'http, https', 'gopher'],
  ['Forwarded', 'for=192.0.2.9;proto=https'],
  ['X-Real-IP', '192.0.2.8'],
  ['Connection', 'close, keep-alive', 'Cookie', 'X-Odd', 'Host', 'te, keep-alive', 'If-None-Match'],
  ['TE', 'trailers'],
  ['Upgrade', 'h2c'],
  ['Expect', '100-continue', 'nonsense'],
  ['Keep-Alive', 'timeout=5'],
  ['Proxy-Authorization', 'Basic x'],
  ['Content-Length', '0', '2', 'x'],
]

function someRequest(random: Random): string {
  const method = random.of(['GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'HEAD', 'OPTIONS'])
  const query = random.of(['', '', '', '', '', '?a=1', '?utm_source=x', '?'])
  const target =
    random.of([...Object.keys(pages), '/missing', '/turns', '/turns', '/turns/1', '/turns/two', '/no-store']) + query
  const host = random.of([...Array(20).fill('h.test'), 'H.TEST', 'h.test:80', 'other.test:81', 'a b', 'h.test.'])
  const fields = random.many(3, () => {
    const [name, ...values] = random.of(random.once(6) ? rare : everyday)
    return `${name}: ${random.of(values)}\r\n`
  })
  const version = random.once(8) ? 'HTTP/1.0' : 'HTTP/1.1'
  const hostLine = random.once(40) ? '' : `Host: ${host}\r\n`
  const repeated = random.once(8) ? (fields[0] ?? '') : ''
  // Last in the connection's life, so that whatever is refused or not consumed is seen in one way.
  return `${method} ${target} ${version}\r\n${hostLine}${fields.join('')}${repeated}\r\n`
}

/** All that a connection says until it is silent or ended, less what no two answers have in common. */
async function reply(connection: ClientConnection, request: string): Promise<string> {
  const method = request.slice(0, request.indexOf(' '))
  connection.write(request)
  try {
    const response = await connection.readResponse(method)
    const lines = response.fields.map((text, i) => (i % 2 === 0 ? text : `: ${text}\n`)).join('')
    const text = `${response.status} ${response.reason}\n${lines}\n${response.text}`
    return text
      .replace(/^Date: .*$/m, (line) => (line.includes(DAY) ? line : 'Date: now'))
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'boundary')
  } catch {
    return 'nothing'
  }
}

interface Setting {
  readonly name: string
  readonly core: () => ScriptedCore
  readonly trusted?: TrustedPeers
}

const ignoring = { ignore: ['utm_*'], only: undefined, sort: false }
const settings: readonly Setting[] = [
  { name: 'bare settings', core: () => new ScriptedCore() },
  { name: 'obedient to requests', core: () => new ScriptedCore({ obeyRequestDirectives: true }) },
  {
    name: 'noise parameters and a keyed cookie',
    core: () =>
      new ScriptedCore({
        settings: { key: { ...BARE_SETTINGS.key, query: ignoring, cookies: ['session'], headers: ['x-odd'] } },
      }),
  },
  {
    name: 'cookies of sessions, cookies that are noise, rules that look at fields',
    core: () =>
      new ScriptedCore({
        settings: { cookies: { pass: ['session'], ignore: ['*'] } },
        rules: [
          {
            name: 'odd',
            match: { ...ANY, headers: [['x-odd', ['2']]], queries: ['a'] },
            settings: { ...BARE_SETTINGS, cache: 'pass' },
          },
          {
            name: 'early',
            match: { ...ANY, responseHeaders: [['etag', ['"*"']]] },
            settings: { ...BARE_SETTINGS, freshnessSeconds: 3 },
          },
        ],
      }),
  },
  {
    name: 'noise parameters, changed fields, behind a trusted proxy',
    core: () =>
      new ScriptedCore({
        settings: {
          key: { ...BARE_SETTINGS.key, query: ignoring },
          responseFields: { remove: ['etag'], set: [['X-Set', 'by rule']] },
        },
      }),
    trusted: new TrustedPeers(['127.0.0.1']),
  },
]

for (const setting of settings) {
  describe(`both lanes answer alike: ${setting.name} (${CASES} requests from seed ${SEED})`, () => {
    let lanes: readonly [plain: OneLane, full: OneLane]

    before(async () => {
      const start = (kind: 'plain' | 'full'): Promise<OneLane> => {
        const core = setting.core()
        core.answer = (asked) => answerAs(asked, core.clock.now())
        const request = setting.trusted === undefined ? {} : { trusted: setting.trusted }
        return startOneLane(kind, core, { request })
      }
      lanes = [await start('plain'), await start('full')]
    })
    after(() => Promise.all(lanes.map((lane) => lane.stop())))

    it('byte for byte, on the wire and in the records', async () => {
      const random = new Random(SEED)
      const connections: (ClientConnection | undefined)[] = [undefined, undefined]
      for (let i = 0; i < CASES; i++) {
        const request = someRequest(random)
        const passedMs = random.once(25) ? random.below(2500) : 0
        for (const { core } of lanes) core.clock.advance(passedMs)
        const replies = []
        for (const [index, lane] of lanes.entries()) {
          const connection = connections[index] ?? (await openConnection(lane.port, { patienceMs: 3000 }))
          replies.push(await reply(connection, request))
          // The next one comes on a new connection now and then, and after an ending.
          const goesOn = replies[index] !== 'nothing' && !/^Connection: close$/m.test(replies[index]!) && i % 7 !== 0
          connections[index] = goesOn && !/^Content-Length|^Expect|^Upgrade/m.test(request) ? connection : undefined
          if (connections[index] === undefined) connection.close()
        }
        assert.equal(replies[0], replies[1], `request ${i}: ${JSON.stringify(request)}`)
      }
      for (const connection of connections) connection?.close()
      const [plain, full] = lanes
      assert.ok(plain.general < full.general * 0.75, `${plain.general} of ${full.general} took the general way`)
      assert.deepEqual(plain.core.memory.counts(), full.core.memory.counts())
      assert.deepEqual(plain.core.asked.map(upstream), full.core.asked.map(upstream))
      assert.ok(plain.core.asked.some(({ request }) => request.lines !== undefined))
      assert.deepEqual(plain.core.failures.map(String), full.core.failures.map(String))
      assert.deepEqual(plain.core.purges.length, full.core.purges.length)
      assert.equal(plain.core.core.flights.count, 0)
      assert.deepEqual(plain.records.map(comparable), full.records.map(comparable))
      assert.deepEqual(plain.log.split('\n'), full.log.split('\n'))
      for (const [i, record] of plain.records.entries()) {
        if ('fields' in record) assert.deepEqual(record.fields, fieldsOf(full.records[i]))
      }
    })
  })
}

/** What the origin was asked; where the lines are there as well, they are the fields. */
function upstream({ request }: Asked): unknown {
  const { method, target, fields, authority, clientAddress, upgrade } = request
  assert.equal(request.lines ?? fieldLines(fields), fieldLines(fields))
  return { method, target, fields, authority, clientAddress, upgrade }
}

function fieldsOf(record: OneLane['records'][number] | undefined): RawFields | undefined {
  return record !== undefined && 'fields' in record ? record.fields : undefined
}

/** What both lanes must say of an exchange; a connection's own end may come a moment later on one of them. */
function comparable(record: OneLane['records'][number]): unknown {
  const { method, target, authority, scheme, clientAddress, status, decision, responseType, userAgent } = record
  const { referer, bodyBytesSent, version } = record
  return {
    method,
    target,
    authority,
    scheme,
    clientAddress,
    status,
    decision,
    responseType,
    userAgent,
    referer,
    bodyBytesSent,
    version,
  }
}
