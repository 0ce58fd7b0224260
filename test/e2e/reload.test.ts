import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, openConnection } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('reading the configuration anew', () => {
  let origin: ScriptedOrigin
  before(async () => {
    origin = await ScriptedOrigin.start()
    origin.script = (request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60'], body: `origin saw ${request.target}` })
  })
  after(() => origin.close())

  interface Reloadable {
    readonly proxy: RunningBreakwater
    readonly file: string
    write(text: string): void
    /** Sends SIGHUP and waits for what comes of it. */
    reload(text: string, said: RegExp): Promise<void>
  }

  async function reloadable(t: TestContext, text = '', ...flags: string[]): Promise<Reloadable> {
    const folder = temporaryFolder()
    const file = join(folder.path, 'site.yaml')
    const port = await freePort()
    const write = (more: string): void => {
      const beside = `${file}.new`
      writeFileSync(beside, `listen: 127.0.0.1:${port}\norigins: ["${origin.url}"]\n${more}`)
      renameSync(beside, file)
    }
    write(text)
    const proxy = await startBreakwater(['--config', file, ...flags])
    t.after(async () => {
      await proxy.stop()
      folder.remove()
    })
    const reload = async (more: string, said: RegExp): Promise<void> => {
      write(more)
      proxy.signal('SIGHUP')
      await proxy.output(said)
    }
    return { proxy, file, write, reload }
  }

  async function cacheStatus({ proxy }: Reloadable, target: string): Promise<string> {
    const { fields } = await fetchRaw(proxy.port, { target })
    return firstValue(fields, 'cache-status') ?? ''
  }

  const passRule = 'rules: [{ name: never, match: { path: /p* }, cache: pass }]\n'

  for (const workers of ['1', '2']) {
    it(`keeps what is stored, and follows new rules on connections that are open (workers: ${workers})`, async (t) => {
      const site = await reloadable(t, '', '--workers', workers)
      const client = await openConnection(site.proxy.port)
      for (const target of ['/p', '/kept']) {
        client.write({ target })
        await client.readResponse()
      }
      await site.reload(passRule, /the configuration was read anew/)
      client.write({ target: '/p' })
      assert.match(firstValue((await client.readResponse()).fields, 'cache-status') ?? '', /rule="never"/)
      client.write({ target: '/kept' })
      assert.match(firstValue((await client.readResponse()).fields, 'cache-status') ?? '', /hit/)
    })
  }

  it('changes nothing for a file with a mistake, and says all that is wrong with it', async (t) => {
    const site = await reloadable(t)
    await cacheStatus(site, '/p')
    await site.reload(`${passRule}bogus: 1\nmemory: lots\n`, /the configuration stays as it was/)
    assert.match(await cacheStatus(site, '/p'), /hit/)
    const said = site.proxy.stderr()
    assert.match(said, /site\.yaml:4:1 bogus: unknown option/)
    assert.match(said, /site\.yaml:5:9 memory: /)
  })

  it('changes nothing when a new address cannot be listened on', async (t) => {
    const taken = await ScriptedOrigin.start()
    t.after(() => taken.close())
    const site = await reloadable(t)
    await cacheStatus(site, '/p')
    const both = `listen: ["127.0.0.1:${site.proxy.port}", "127.0.0.1:${new URL(taken.url).port}"]\n`
    writeFileSync(site.file, `${both}origins: ["${origin.url}"]\n${passRule}`)
    site.proxy.signal('SIGHUP')
    await site.proxy.output(/Cannot listen on 127\.0\.0\.1:\d+: another program listens there/)
    assert.match(await cacheStatus(site, '/p'), /hit/)
  })

  it('listens elsewhere without refusing a connection where it stays', async (t) => {
    const site = await reloadable(t)
    const next = await freePort()
    writeFileSync(
      site.file,
      `listen: ["127.0.0.1:${site.proxy.port}", "127.0.0.1:${next}"]\norigins: ["${origin.url}"]\n`,
    )
    site.proxy.signal('SIGHUP')
    await site.proxy.output(/the configuration was read anew/)
    assert.equal((await fetchRaw(next)).status, 200)
    assert.equal((await fetchRaw(site.proxy.port)).status, 200)
  })

  it('names what needs a restart', async (t) => {
    const site = await reloadable(t)
    await site.reload('memory: 1GiB\n', /"needRestart":\["memory"\]/)
    assert.match(await cacheStatus(site, '/p'), /stored/)
  })

  it('happens by itself when the file changes, with --watch', async (t) => {
    const site = await reloadable(t, '', '--watch')
    site.write(passRule)
    await site.proxy.output(/the configuration was read anew/)
    assert.match(await cacheStatus(site, '/p'), /rule="never"/)
  })

  it('sends requests to other origins without dropping those under way', async (t) => {
    const slow = await ScriptedOrigin.start()
    const asked = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    slow.script = async (request) => {
      asked.resolve()
      await go.promise
      await request.respond({ body: 'from the former' })
    }
    t.after(() => slow.close())
    const folder = temporaryFolder()
    t.after(() => folder.remove())
    const file = join(folder.path, 'site.yaml')
    const write = (url: string): void => writeFileSync(file, `listen: 127.0.0.1:0\norigins: ["${url}"]\n`)
    write(slow.url)
    const proxy = await startBreakwater(['--config', file])
    t.after(() => proxy.stop())
    const underWay = fetchRaw(proxy.port, { target: '/slow' })
    await asked.promise
    write(origin.url)
    proxy.signal('SIGHUP')
    await proxy.output(/the configuration was read anew/)
    assert.equal((await fetchRaw(proxy.port, { target: '/next' })).body.toString(), 'origin saw /next')
    go.resolve()
    assert.equal((await underWay).body.toString(), 'from the former')
  })
})
