import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { startWithAdmin } from '../admin/running-admin.ts'
import { runBreakwater, startBreakwater } from '../support/breakwater.ts'
import { type ClientConnection, openConnection, type RawResponse } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** So many that every worker has some of their connections. */
const CLIENTS = 12
/** Of each client: the third for a page goes through as bytes, and those that follow. */
const TIMES = 30
const PAGES = ['/cart', '/account', '/cart?step=2']

/** What the origin says of a request: nobody else gets the same. */
function told(request: { target: string; field(name: string): string | undefined }): string {
  const { target } = request
  return JSON.stringify([target, request.field('host'), request.field('cookie'), request.field('x-forwarded-for')])
}

function startOrigin(name = 'one'): Promise<ScriptedOrigin> {
  return ScriptedOrigin.start((request) => {
    const fields = ['Date', new Date().toUTCString(), 'Cache-Control', 'no-store', 'X-Member', name]
    return request.respond({ fields: [...fields, 'Set-Cookie', `seen=${request.number}`], body: told(request) })
  })
}

/** Asks on one connection, and is each time told of itself. */
class Visitor {
  readonly #connection: ClientConnection
  readonly #cookie: string
  readonly #host: string
  /** Cookies that the proxy has given, and keeps to itself. */
  #own = ''

  static async arrive(port: number, number: number): Promise<Visitor> {
    return new Visitor(await openConnection(port), number)
  }

  constructor(connection: ClientConnection, number: number) {
    this.#connection = connection
    this.#cookie = `session=${number}`
    this.#host = `site-${number % 3}.test`
  }

  async ask(target: string): Promise<RawResponse> {
    const cookie = `${this.#cookie}${this.#own}`
    const fields = ['Host', this.#host, 'User-Agent', `visitor of ${this.#host}`, 'Cookie', cookie]
    const response = await this.#connection.fetch({ target, fields })
    assert.equal(response.status, 200)
    assert.deepEqual(JSON.parse(response.text), [target, this.#host, this.#cookie, '127.0.0.1'])
    assert.match(firstValue(response.fields, 'cache-status') ?? '', /^breakwater; fwd=/)
    const given = response.fields.find((value) => value.startsWith('member='))
    if (given !== undefined) this.#own = `; ${given.split(';')[0]}`
    return response
  }

  /** The pages in turn. @returns the members that answered */
  async askAll(): Promise<Set<string>> {
    const members = new Set<string>()
    for (let i = 0; i < TIMES; i++) {
      const { fields } = await this.ask(PAGES[i % PAGES.length]!)
      members.add(firstValue(fields, 'x-member')!)
    }
    return members
  }

  leave(): void {
    this.#connection.close()
  }
}

/** @returns for each the members that answered it */
async function crowd(port: number): Promise<Set<string>[]> {
  const visitors = await Promise.all(Array.from({ length: CLIENTS }, (_, number) => Visitor.arrive(port, number)))
  const members = await Promise.all(visitors.map((visitor) => visitor.askAll()))
  for (const visitor of visitors) visitor.leave()
  return members
}

describe('pages that must not be stored', () => {
  let origin: ScriptedOrigin
  before(async () => {
    origin = await startOrigin()
  })
  after(() => origin.close())

  const start = async (t: TestContext, config: string) => {
    const proxy = await startWithAdmin(['--origin', origin.url], { config })
    t.after(() => proxy.stop())
    return proxy
  }

  it('reach who asked for them, in every worker, and each is logged and counted', async (t) => {
    const folder = temporaryFolder()
    t.after(() => folder.remove())
    const log = join(folder.path, 'access.log')
    const config = `workers: 2\nlog: { access: json, accessFile: "${log}" }\n`
    const { admin, ...proxy } = await start(t, config)
    const askedBefore = origin.requests.length
    await crowd(proxy.port)
    const count = CLIENTS * TIMES
    assert.equal(origin.requests.length - askedBefore, count)

    const metrics = await (await fetch(`${admin}/metrics`)).text()
    assert.match(metrics, new RegExp(`^breakwater_requests_total(\\{[^}]*\\})? ${count}$`, 'm'))
    await proxy.stop()
    const lines = readFileSync(log, 'latin1').trim().split('\n')
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.equal(entries.length, count)
    for (const { target, authority, userAgent, status, outcome, detail, bytes } of entries) {
      assert.ok(PAGES.includes(String(target)))
      assert.deepEqual([userAgent, status], [`visitor of ${authority}`, 200])
      assert.deepEqual([outcome, detail], ['miss', 'no-store'])
      assert.ok(Number(bytes) > 0)
    }
  })

  it('are learned of, with the reason, and explained', async (t) => {
    const { admin, port } = await start(t, 'learn: on\n')
    await crowd(port)
    const advice = await runBreakwater(['advise', '--live', '--json', '--admin', admin])
    assert.equal(advice.code, 0, advice.stderr)
    const { now, live } = JSON.parse(advice.stdout)
    assert.deepEqual([now.requests, now.hits], [CLIENTS * TIMES, 0])
    for (const { reason } of live.unstored) assert.match(reason, /no-store/)
    const told = await runBreakwater(['explain', 'http://site-0.test/cart', '--admin', admin])
    assert.equal(told.code, 0, told.stderr)
    assert.match(told.stdout, /^miss: not stored: lately the origin sent `Cache-Control: no-store`/)
  })

  it('come from the member where the session began, when a cookie says so', async (t) => {
    const others = await Promise.all(['two', 'three'].map(startOrigin))
    t.after(() => Promise.all(others.map((other) => other.close())))
    const urls = [origin, ...others].map(({ url }) => `"${url}"`).join(', ')
    const config = `origins: [${urls}]\nbalance: { stickyCookie: member, stickySecret: sixteen-letters-x }\n`
    const proxy = await startBreakwater([], { config })
    t.after(() => proxy.stop())
    const members = await crowd(proxy.port)
    assert.ok(members.every(({ size }) => size === 1))
    assert.equal(new Set(members.flatMap((own) => [...own])).size, 3)
  })

  it('are ten thousand on one connection, of which the last closes it', async (t) => {
    const proxy = await start(t, 'log: { level: warn }\n')
    const connection = await openConnection(proxy.port)
    t.after(() => connection.close())
    const request = { target: '/cart', fields: ['Host', 'site.test'] }
    const batch = 100
    let answered = 0
    for (let last = false; !last; ) {
      for (let i = 0; i < batch; i++) connection.write(request)
      for (let i = 0; i < batch && !last; i++) {
        const { text, fields } = await connection.readResponse()
        assert.deepEqual(JSON.parse(text), ['/cart', 'site.test', null, '127.0.0.1'])
        last = firstValue(fields, 'connection') === 'close'
        answered++
      }
    }
    assert.equal(answered, 10_000)
    assert.ok(await connection.ended())
  })
})
