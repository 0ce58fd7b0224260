import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, openConnection } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const mainFile = resolve(import.meta.dirname, '../../src/main.ts')

describe('handing over to a successor', () => {
  let origin: ScriptedOrigin
  before(async () => {
    origin = await ScriptedOrigin.start()
    origin.script = (request) => request.respond({ fields: ['Cache-Control', 'max-age=60'], body: request.target })
  })
  after(() => origin.close())

  /** One whose successors are ended after the test, too. */
  async function started(t: TestContext, ...flags: string[]): Promise<RunningBreakwater> {
    const proxy = await startBreakwater(['--origin', origin.url, ...flags])
    t.after(async () => {
      for (const pid of successors(proxy)) await ended(pid)
      await proxy.stop()
    })
    return proxy
  }

  /** Its output is open as long as that of its successor is, which has to be ended first. */
  async function exitCode(proxy: RunningBreakwater): Promise<number | null> {
    for (const pid of successors(proxy)) await ended(pid)
    return proxy.exitCode
  }

  const successors = (proxy: RunningBreakwater): number[] =>
    [...proxy.stderr().matchAll(/"successor":(\d+)/g)].map(([, pid]) => Number(pid))

  for (const workers of ['1', '2']) {
    it(`refuses and resets no connection (workers: ${workers})`, async (t) => {
      const proxy = await started(t, '--workers', workers)
      let isOver = false
      let answered = 0
      const crowd = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const { status } = await fetchRaw(proxy.port, { target: '/page' })
          assert.equal(status, 200)
          answered++
        }
      })
      const until = async (count: number): Promise<void> => {
        while (answered < count) await Promise.race([...crowd, new Promise((next) => setTimeout(next, 5))])
      }
      await until(50)
      proxy.signal('SIGUSR2')
      await Promise.race([...crowd, proxy.output(/"msg":"stopped"/)])
      await until(answered + 100)
      isOver = true
      await Promise.all(crowd)
      assert.equal(await exitCode(proxy), 0)
      assert.equal(successors(proxy).length, 1)
    })
  }

  it('finishes what is under way', async (t) => {
    const proxy = await started(t)
    const asked = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const usual = origin.script
    origin.script = async (request) => {
      asked.resolve()
      await go.promise
      await request.respond({ body: 'finished' })
    }
    const underWay = fetchRaw(proxy.port, { target: '/slow' })
    await asked.promise
    origin.script = usual
    proxy.signal('SIGUSR2')
    await proxy.output(/another process serves now/)
    assert.equal((await fetchRaw(proxy.port, { target: '/other' })).status, 200)
    go.resolve()
    assert.equal((await underWay).body.toString(), 'finished')
    assert.equal(await exitCode(proxy), 0)
  })

  it('goes on as before when the successor does not come up', async (t) => {
    const folder = temporaryFolder()
    t.after(() => folder.remove())
    const file = join(folder.path, 'site.yaml')
    writeFileSync(file, `listen: 127.0.0.1:0\norigins: ["${origin.url}"]\n`)
    const proxy = await startBreakwater(['--config', file])
    t.after(() => proxy.stop())
    writeFileSync(file, 'bogus: 1\n')
    proxy.signal('SIGUSR2')
    await proxy.output(/it ended before it served: exit code 1.*going on without one/s)
    assert.equal((await fetchRaw(proxy.port, { target: '/page' })).status, 200)
  })
})

describe('memory written down', () => {
  let origin: ScriptedOrigin
  let asked: string[] = []
  let version = 1
  before(async () => {
    origin = await ScriptedOrigin.start()
    origin.script = (request) => {
      asked.push(request.target)
      if (request.method === 'POST') return request.respond({ status: 204 })
      return request.respond({ fields: ['Cache-Control', 'max-age=60'], body: `version ${version}` })
    }
  })
  after(() => origin.close())

  function configuration(t: TestContext, more = ''): string {
    const folder = temporaryFolder()
    t.after(() => folder.remove())
    const file = join(folder.path, 'snapshot')
    return `origins: ["${origin.url}"]\nsnapshot: { file: "${file}" }\n${more}`
  }

  /** Starts, has so many pages stored, and is told to end in this way. */
  async function oneLife(config: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const proxy = await startBreakwater([], { config })
    for (let i = 0; i < 20; i++) await fetchRaw(proxy.port, { target: `/${i}`, fields: ['Host', 'site.test'] })
    if (signal === 'SIGTERM') assert.equal((await proxy.stop()).code, 0)
    else await proxy.kill()
  }

  async function missesOf(proxy: RunningBreakwater): Promise<number> {
    asked = []
    for (let i = 0; i < 20; i++) await fetchRaw(proxy.port, { target: `/${i}`, fields: ['Host', 'site.test'] })
    return asked.length
  }

  it('makes the next start warm', async (t) => {
    const config = configuration(t)
    await oneLife(config, 'SIGTERM')
    const proxy = await startBreakwater([], { config })
    t.after(() => proxy.stop())
    assert.equal(await missesOf(proxy), 0)
    assert.match(proxy.stderr(), /"responses":20.*memory was restored/)
  })

  it('is read by any number of workers', async (t) => {
    const config = configuration(t)
    await oneLife(`${config}workers: 3\n`, 'SIGTERM')
    const proxy = await startBreakwater([], { config: `${config}workers: 2\n` })
    t.after(() => proxy.stop())
    assert.equal(await missesOf(proxy), 0)
  })

  it('is used once: after a crash nothing comes back that was invalidated since', async (t) => {
    const config = configuration(t)
    await oneLife(config, 'SIGTERM')
    await oneLife(config, 'SIGKILL')
    const proxy = await startBreakwater([], { config })
    t.after(() => proxy.stop())
    assert.equal(await missesOf(proxy), 20)
  })

  it('goes to a successor, and what is invalidated by requests that still end here does, too', async (t) => {
    const proxy = await startBreakwater([], { config: configuration(t) })
    const page = (): Promise<string> =>
      fetchRaw(proxy.port, { target: '/page', fields: ['Host', 'site.test'] }).then(({ body }) => body.toString())
    await page()
    const posted = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const usual = origin.script
    origin.script = async (request) => {
      posted.resolve()
      await go.promise
      await request.respond({ status: 204 })
    }
    const post = fetchRaw(proxy.port, {
      method: 'POST',
      target: '/page',
      fields: ['Host', 'site.test', 'Content-Length', '0'],
    })
    await posted.promise
    origin.script = usual
    proxy.signal('SIGUSR2')
    const [, pid] = await proxy.output(/"successor":(\d+)/)
    t.after(async () => {
      await ended(Number(pid))
      await proxy.stop()
    })
    asked = []
    assert.equal(await page(), 'version 1')
    assert.deepEqual(asked, [])
    version = 2
    go.resolve()
    assert.equal((await post).status, 204)
    // The word passes from process to process in a moment.
    while ((await page()) !== 'version 2') await new Promise((later) => setTimeout(later, 5))
  })
})

async function ended(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM')
    while (process.kill(pid, 0)) await new Promise((later) => setTimeout(later, 20))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

describe('socket activation (sd_listen_fds)', () => {
  it('serves on the socket that it was given', async (t) => {
    const origin = await ScriptedOrigin.start((request) => request.respond({ body: 'from the origin' }))
    t.after(() => origin.close())
    const { server, port } = await listening()
    const activation = activated(t, server, ['--origin', origin.url, '--listen', `127.0.0.1:${port}`])
    // The program is not there yet: the client waits in the socket's queue.
    const client = await openConnection(port)
    client.write({ target: '/' })
    const proxy = await activation
    assert.equal((await client.readResponse()).body.toString(), 'from the origin')
    assert.equal(proxy.exitCode, null)
  })

  it('ends with 3 when that listens elsewhere than the configuration says', async (t) => {
    const { server, port } = await listening()
    const proxy = await activated(t, server, ['--origin', 'http://127.0.0.1:1', '--listen', `127.0.0.1:${port + 1}`])
    const [code] = proxy.exitCode === null ? await once(proxy, 'exit') : [proxy.exitCode]
    assert.equal(code, 3)
  })

  async function listening(): Promise<{ server: Server; port: number }> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    return { server, port }
  }

  /** As systemd starts it: the socket is descriptor 3, and the environment says for whom. */
  async function activated(t: TestContext, server: Server, flags: readonly string[]) {
    const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle
    // The process id is that of the program only behind `exec`.
    const script = `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"`
    const child = spawn('/bin/sh', ['-c', script, process.execPath, mainFile, 'serve', ...flags], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
    })
    assert.ok(child.stderr !== null)
    // From here on the socket is the other process's alone.
    server.close()
    t.after(async () => {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    })
    let said = ''
    child.stderr.on('data', (text) => {
      said += text
    })
    while (child.exitCode === null && !/listening on|Cannot listen/.test(said)) {
      await Promise.race([once(child.stderr, 'data'), once(child, 'exit')])
    }
    return child
  }
})
