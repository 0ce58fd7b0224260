import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, runBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, openConnection } from '../support/http-client.ts'
import type { ScriptedRequest } from '../support/scripted-connection.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('the program', () => {
  let origin: ScriptedOrigin
  before(async () => {
    origin = await ScriptedOrigin.start()
  })
  after(() => origin.close())

  for (const workers of ['1', '2']) {
    it(`says in one line that its port is taken, and exits with 3 (workers: ${workers})`, async () => {
      const taken = createServer()
      // Several threads could share it with any other that shares it, too.
      await new Promise<void>((resolve) => taken.listen({ port: 0, host: '127.0.0.1', reusePort: true }, resolve))
      const { port } = taken.address() as { port: number }
      const listen = `127.0.0.1:${port}`
      const run = await runBreakwater(['serve', '--origin', origin.url, '--listen', listen, '--workers', workers])
      taken.close()
      assert.equal(run.code, 3)
      const lines = run.stderr.trimEnd().split('\n')
      assert.match(
        lines.at(-1)!,
        new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${port}: another program listens there$`),
      )
      assert.equal(lines.length, 1, run.stderr)
    })
  }

  it('reports every problem of its configuration with line and column, and exits with 1', async () => {
    const folder = temporaryFolder()
    const file = join(folder.path, 'bad.yaml')
    writeFileSync(file, 'lisen: 127.0.0.1:1\norigins: [http://127.0.0.1:1]\nmemory: lots\n')
    const run = await runBreakwater(['serve', '--config', file])
    folder.remove()
    assert.equal(run.code, 1)
    assert.match(run.stderr, /bad\.yaml:1:1 lisen: .*"listen"/)
    assert.match(run.stderr, /bad\.yaml:3:9 memory: /)
  })

  it('on SIGTERM finishes what is under way, takes nothing new, writes its logs and exits with 0', async () => {
    const asked = Promise.withResolvers<ScriptedRequest>()
    origin.script = (request) => asked.resolve(request)
    const folder = temporaryFolder()
    const log = join(folder.path, 'access.log')
    const proxy = await startBreakwater([], {
      config: `origins: ["${origin.url}"]\nlog: { access: combined, accessFile: "${log}" }\n`,
    })
    const client = await openConnection(proxy.port)
    client.write({ target: '/slow' })
    const request = await asked.promise
    const stopped = proxy.stop()
    await refusesConnections(proxy.port)
    await request.respond({ body: 'finished' })
    const response = await client.readResponse()
    assert.equal(response.body.toString(), 'finished')
    assert.equal(await client.ended(), true)
    await stopped
    assert.equal(await proxy.exitCode, 0)
    assert.match(readFileSync(log, 'latin1'), /"GET \/slow HTTP\/1\.1" 200 8 /)
    folder.remove()
  })

  it('starts with an origin whose name does not resolve, and says so per request', async () => {
    const proxy = await startBreakwater(['--origin', 'http://no-such-host.invalid:81'])
    const response = await fetchRaw(proxy.port)
    await proxy.stop()
    assert.ok([502, 503, 504].includes(response.status), `${response.status}`)
    const cacheStatus = firstValue(response.fields, 'cache-status') ?? ''
    assert.match(cacheStatus, /^breakwater; fwd=uri-miss; detail=origin-unresolved$/)
  })
})

describe('access logs', () => {
  let origin: ScriptedOrigin
  let proxy: RunningBreakwater
  let log: string
  const folder = temporaryFolder()

  before(async () => {
    origin = await ScriptedOrigin.start((request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60'], body: 'x' }),
    )
    log = join(folder.path, 'squid.log')
    proxy = await startBreakwater([], {
      config: `origins: ["${origin.url}"]\nlog: { access: squid, accessFile: "${log}" }\n`,
    })
  })
  after(async () => {
    await origin.close()
    folder.remove()
  })

  it("speak Squid's words and never tell a secret", async () => {
    const fields = ['Cookie', 'sid=secret1', 'Authorization', 'Basic secret2']
    await fetchRaw(proxy.port, { target: '/a' })
    await fetchRaw(proxy.port, { target: '/a' })
    await fetchRaw(proxy.port, { target: '/b', fields })
    await fetchRaw(proxy.port, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
    await proxy.stop()
    const text = readFileSync(log, 'latin1')
    const codes = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/)[3])
    assert.deepEqual(codes, ['TCP_MISS/200', 'TCP_MEM_HIT/200', 'TCP_MISS/200', 'NONE/400'])
    assert.doesNotMatch(text + proxy.stderr(), /secret/)
  })
})

/** Connections are refused from some moment on. */
async function refusesConnections(port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const connection = await openConnection(port).catch(() => undefined)
    if (connection === undefined) return
    const ended = connection.ended()
    connection.end()
    await ended
  }
  throw new Error('still accepts connections')
}
