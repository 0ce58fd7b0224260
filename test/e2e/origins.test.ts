import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { firstValue } from '../../src/http/fields.ts'
import { type Apache, startApache } from '../support/apache.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { openConnection, type RawResponse } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const WEIGHTS = [5, 3, 2]
const CLIENTS = 8

/** Says which one it is, and is never stored: so each request goes to one of them. */
function startMember(number: number, port?: number): Promise<Apache> {
  return startApache({
    ...(port !== undefined && { port }),
    modules: ['headers'],
    files: { 'htdocs/index.html': `member ${number}` },
    configuration: `Header always set X-Member "${number}"\nHeader always set Cache-Control "no-store"\nTimeout 10\n`,
  })
}

const heldDown = ({ port }: Apache) =>
  new RegExp(`127\\.0\\.0\\.1:${port}[^\\n]*held-down|held-down[^\\n]*127\\.0\\.0\\.1:${port}`)

const memberOf = ({ fields }: RawResponse): number => Number(firstValue(fields, 'x-member') ?? -1)

describe('three Apaches behind the program', () => {
  const members: Apache[] = []
  before(async () => members.push(...(await Promise.all(WEIGHTS.map((_, number) => startMember(number))))))
  after(() => Promise.all(members.map((member) => member.kill())))

  async function startProxy(t: TestContext, more = ''): Promise<RunningBreakwater> {
    const origins = members.map(({ url }, number) => `  - { url: "${url}", weight: ${WEIGHTS[number]} }\n`)
    const proxy = await startBreakwater(['--workers', '1'], { config: `origins:\n${origins.join('')}${more}` })
    t.after(() => proxy.stop())
    return proxy
  }

  /** Clients that ask again and again, each on its connection, until that many are answered or they are told to stop. */
  function load(proxy: RunningBreakwater, count = Number.POSITIVE_INFINITY) {
    const responses: RawResponse[] = []
    const failures: unknown[] = []
    let left = count
    /** How often each client was answered. */
    const answers = new Array<number>(CLIENTS).fill(0)
    const client = async (number: number): Promise<void> => {
      const connection = await openConnection(proxy.port)
      while (left-- > 0) {
        responses.push(await connection.fetch({ target: '/', fields: ['Host', 'site.test'] }))
        answers[number]!++
      }
      connection.close()
    }
    const over = Promise.all(
      answers.map((_, number) => client(number).catch((error: unknown) => void failures.push(error))),
    )
    return {
      responses,
      failures,
      /** When so many more have been answered. */
      async answered(more: number): Promise<void> {
        const until = responses.length + more
        while (responses.length < until && failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      },
      /** When what is under way now is answered. */
      async roundTrip(): Promise<void> {
        const before = [...answers]
        const isOver = () => answers.every((times, number) => times > before[number]!)
        while (!isOver() && failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      },
      over,
      async stop(): Promise<void> {
        left = 0
        await over
      },
    }
  }

  function assertNoErrors({ responses, failures }: Pick<ReturnType<typeof load>, 'responses' | 'failures'>): void {
    assert.deepEqual(failures, [])
    assert.deepEqual([...new Set(responses.map(({ status, body }) => `${status} ${body.length > 0}`))], ['200 true'])
  }

  const answersOf = (responses: readonly RawResponse[], number: number): number =>
    responses.filter((response) => memberOf(response) === number).length

  it('get 10,000 requests by their weights, within one percent', async (t) => {
    const proxy = await startProxy(t)
    const clients = load(proxy, 10_000)
    await clients.over
    assertNoErrors(clients)
    const all = WEIGHTS.reduce((sum, weight) => sum + weight)
    for (const [number, weight] of WEIGHTS.entries()) {
      const share = answersOf(clients.responses, number) / 10_000
      assert.ok(Math.abs(share - weight / all) <= 0.01, `member ${number} got ${share} of ${weight / all}`)
    }
  })

  it('lose one under load, and get it back, and no client notices', async (t) => {
    const proxy = await startProxy(t, 'balance: { slowStart: 0s }\n')
    const clients = load(proxy)
    await clients.answered(500)
    const { port } = members[0]!
    await members[0]!.kill()
    const before = answersOf(clients.responses, 0)
    await clients.answered(1_000)
    assert.equal(answersOf(clients.responses.slice(-500), 0), 0)
    members[0] = await startMember(0, port)
    while (answersOf(clients.responses, 0) <= before) await clients.answered(50)
    await clients.stop()
    assertNoErrors(clients)
  })

  it('go on without one that hangs: what it had is given up in time, and no more comes to it but trials', async (t) => {
    const proxy = await startProxy(t, 'timeLimits: { firstByte: 500ms }\nhealth: { holdDown: 30s }\n')
    const clients = load(proxy)
    await clients.answered(200)
    const begun = clients.responses.length
    members[1]!.pause()
    t.after(() => members[1]!.resume())
    await proxy.output(heldDown(members[1]!))
    await clients.roundTrip()
    const asked = clients.responses.length
    await clients.answered(1_000)
    const since = clients.responses.slice(begun)
    await clients.stop()
    members[1]!.resume()
    assert.deepEqual(clients.failures, [])
    const others = since.filter(({ status }) => status !== 200)
    assert.ok(others.every(({ status }) => status === 504))
    // Every client can have been caught once, and none twice.
    assert.ok(others.length <= CLIENTS, `${others.length} were not answered in time`)
    assert.ok(clients.responses.slice(asked).every(({ status }) => status === 200))
  })

  it('hide one that answers 503, where the site asks for it, and the log names it', async (t) => {
    const proxy = await startProxy(
      t,
      'retries: { status: [502, 503, 504] }\nhealth: { failureStatus: 5xx, holdDown: 30s }\n',
    )
    const clients = load(proxy)
    await clients.answered(200)
    const broken = join(members[2]!.root, 'htdocs/.htaccess')
    writeFileSync(broken, 'Redirect 503 /\n')
    t.after(() => rmSync(broken, { force: true }))
    await proxy.output(heldDown(members[2]!))
    await clients.answered(1_000)
    const lately = clients.responses.slice(-500)
    await clients.stop()
    assertNoErrors(clients)
    assert.equal(answersOf(lately, 2), 0)
  })

  it('bear one that goes up and down: no client notices', async (t) => {
    const proxy = await startProxy(t, 'health: { holdDown: 100ms, holdDownMax: 200ms }\n')
    const clients = load(proxy)
    for (let round = 0; round < 4; round++) {
      const { port } = members[2]!
      await members[2]!.kill()
      await clients.answered(300)
      members[2] = await startMember(2, port)
      await clients.answered(300)
    }
    await clients.stop()
    assertNoErrors(clients)
  })

  it('take over from another origin by a reload, while a WebSocket to that one stays open', async (t) => {
    const chat = await ScriptedOrigin.start((request) =>
      request.connection.send(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello\r\n',
      ),
    )
    const folder = temporaryFolder()
    const file = join(folder.path, 'site.yaml')
    const port = await freePort()
    const write = (origins: readonly string[]) =>
      writeFileSync(file, `listen: 127.0.0.1:${port}\nadmin: off\norigins: ${JSON.stringify(origins)}\n`)
    write([chat.url])
    const proxy = await startBreakwater(['--config', file])
    t.after(async () => {
      await proxy.stop()
      await chat.close()
      folder.remove()
    })
    const client = await openConnection(port)
    client.write(
      'GET /chat HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    assert.equal((await client.readHead()).status, 101)
    assert.equal(await client.reader.line(), 'hello')
    write(members.map(({ url }) => url))
    proxy.signal('SIGHUP')
    await proxy.output(/the configuration was read anew/)
    const clients = load(proxy, 300)
    await clients.over
    assertNoErrors(clients)
    assert.deepEqual(
      [0, 1, 2].map((number) => answersOf(clients.responses, number)),
      [100, 100, 100],
    )
    const [tunnel] = chat.connections
    const before = tunnel!.received.length
    client.write('from the client\r\n')
    while (tunnel!.received.length === before) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(tunnel!.received.slice(before), 'from the client\r\n')
    await tunnel!.send('from the origin\r\n')
    assert.equal(await client.reader.line(), 'from the origin')
    client.close()
  })
})
