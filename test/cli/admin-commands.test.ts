import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { freePort } from '../../src/bench/servers/free-port.ts'
import { type RunningAdmin, startWithAdmin } from '../admin/running-admin.ts'
import { startBreakwater } from '../support/breakwater.ts'
import { fetchRaw } from '../support/http-client.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { Run } from './support.ts'

describe('the commands that ask a running Breakwater', () => {
  let origin: ScriptedOrigin
  let box: RunningAdmin
  const token = 'a-token-of-some-length'

  before(async () => {
    origin = await ScriptedOrigin.start((request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60'], body: 'page' }),
    )
    box = await startWithAdmin(['--origin', origin.url], { environment: { BREAKWATER_ADMIN_TOKEN: token } })
    for (let i = 0; i < 3; i++) await fetchRaw(box.port, { target: '/page', fields: ['Host', 'site.test'] })
  })

  after(async () => {
    await box?.stop()
    await origin?.close()
  })

  async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const one = new Run()
    one.env = { BREAKWATER_ADMIN_TOKEN: token }
    const code = await one.start(...args, '--admin', box.admin)
    return { code, stdout: one.stdout.text, stderr: one.stderr.text }
  }

  /** Without the token of the other box. */
  async function reloadBy(args: readonly string[]): Promise<[code: number, stdout: string, stderr: string]> {
    const one = new Run()
    const code = await one.start('reload', ...args)
    return [code, one.stdout.text, one.stderr.text]
  }

  it('explain a page, with the words of Cache-Status', async () => {
    const { code, stdout } = await run('explain', 'http://site.test/page')
    assert.equal(code, 0)
    assert.match(stdout, /^hit: stored in 1 of the threads, fresh for \d+ s more/)
    const sent = await run('explain', '--send', 'http://site.test/page')
    assert.match(sent.stdout, /sent {7}200 {2}Cache-Status: breakwater; hit; ttl=/)
  })

  it('show what happens, once or as JSON', async () => {
    const { code, stdout } = await run('top', '--once')
    assert.equal(code, 0)
    assert.match(stdout, /http:\/\/site\.test\/page/)
    const json = await run('top', '--once', '--json')
    assert.equal((JSON.parse(json.stdout) as { status: { requests: number } }).status.requests >= 3, true)
  })

  it('purge, and say what matched and who acknowledged', async () => {
    const { code, stdout } = await run('purge', 'http://site.test/page', '--hard')
    assert.equal(code, 0)
    assert.match(stdout, /^1 stored responses matched/)
    assert.match(stdout, /1 of 1 acknowledged/)
    assert.equal((await run('purge')).code, 1)
  })

  it('reload, and say what needs a restart, or all that is wrong', async () => {
    const folder = temporaryFolder()
    const file = join(folder.path, 'site.yaml')
    const text = `listen: "127.0.0.1:0"\norigins: ["${origin.url}"]\nadmin: { listen: "127.0.0.1:${await freePort()}" }\n`
    writeFileSync(file, text)
    const other = await startBreakwater(['--config', file])
    const reload = () => reloadBy(['--config', file])
    const done = 'the configuration was read anew and is in force\n'
    assert.deepEqual(await reload(), [0, done, ''])
    writeFileSync(file, `${text}memory: 64MiB\nworkers: 3\n`)
    assert.deepEqual(await reload(), [0, `${done}  needs a restart  workers\n  needs a restart  memory\n`, ''])
    const admin = ['--admin', /admin at (http:\S+)/.exec(other.stderr())?.[1] ?? '']
    writeFileSync(file, `${text}memory: much\nnonsense: 1\n`)
    const [code, stdout, stderr] = await reloadBy(admin)
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /site\.yaml:4:9 memory: .*\n.*site\.yaml:5:1 nonsense: .*\nnothing has changed\n$/)
    const [jsonCode, json] = await reloadBy([...admin, '--json'])
    assert.deepEqual([jsonCode, (JSON.parse(json) as { kind: string }).kind], [1, 'refused'])
    await other.stop()
    folder.remove()
  })

  it('say what to do without the right token, and where nobody listens', async () => {
    const without = new Run()
    assert.equal(await without.start('purge', '--all', '--admin', box.admin), 1)
    assert.match(without.stderr.text, /401: a token is needed[\s\S]*BREAKWATER_ADMIN_TOKEN/)
    const nowhere = new Run()
    assert.equal(await nowhere.start('top', '--once', '--admin', 'http://127.0.0.1:1'), 1)
    assert.match(nowhere.stderr.text, /no admin listener can be reached at http:\/\/127\.0\.0\.1:1/)
  })
})
