import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fetchRaw } from './support/http-client.ts'
import { type Program, startProgram } from './support/processes.ts'
import { ScriptedOrigin } from './support/scripted-origin.ts'
import { type TemporaryFolder, temporaryFolder } from './support/temporary-folder.ts'

const checkout = resolve(import.meta.dirname, '..')
/** What a build needs; everything else in a checkout is nobody's business. */
const SOURCES = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'README.md',
  'LICENSE',
  'bin',
  'config',
  'docs',
]

/** Packs a copy of the checkout as for publishing, so that no build of the checkout itself is taken for it or replaced. */
function pack(folder: string): string {
  const copy = join(folder, 'checkout')
  mkdirSync(copy)
  for (const name of [...SOURCES, 'src']) cpSync(join(checkout, name), join(copy, name), { recursive: true })
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'))
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: copy, stdio: 'pipe' })
  const { name, version } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
  return join(folder, `${name}-${version}.tgz`)
}

/** As `npm install FILE` would put it, with the dependencies that it would fetch linked from the checkout. @returns its folder */
function install(archive: string, folder: string): string {
  const modules = join(folder, 'installed/node_modules')
  const installed = join(modules, 'breakwater')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1'])
  const { packages } = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>
  }
  for (const [place, { dev, optional }] of Object.entries(packages)) {
    // Those of dependencies are found from the place that a link leads to.
    if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(place) || dev === true || optional === true) continue
    const link = join(folder, 'installed', place)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(checkout, place), link)
  }
  return installed
}

interface Box {
  readonly program: Program
  readonly port: number
  readonly admin: string
}

describe('the published package', () => {
  let folder: TemporaryFolder
  let installed: string
  let origin: ScriptedOrigin
  let box: Box

  before(async () => {
    folder = temporaryFolder()
    installed = install(pack(folder.path), folder.path)
    origin = await ScriptedOrigin.start((request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60'], body: 'page' }),
    )
    box = await serve()
  })

  after(async () => {
    await box?.program.stop()
    await origin?.close()
    folder?.remove()
  })

  const start = (ready: RegExp, ...args: string[]): Promise<Program> =>
    startProgram({
      command: process.execPath,
      arguments: [join(installed, 'bin/breakwater.cjs'), ...args],
      folder: folder.path,
      ready,
    })

  async function serve(): Promise<Box> {
    const site = ['--preset', 'wordpress', '--origin', origin.url]
    const addresses = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0']
    const program = await start(
      /listening on http:\/\/127\.0\.0\.1:(\d+)/,
      'serve',
      '--workers',
      '2',
      ...site,
      ...addresses,
    )
    const admin = /breakwater: admin at (http:\S+)/.exec(program.stderr())?.[1] ?? ''
    return { program, port: Number(program.readyLine?.[1]), admin }
  }

  /** Runs a command to its end. */
  async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const program = await start(/^/, ...args)
    const { code } = await program.exited
    return { code, stdout: program.stdout(), stderr: program.stderr() }
  }

  it('serves pages and caches them, by two worker threads', async () => {
    const visit = () => fetchRaw(box.port, { target: '/', fields: ['Host', 'site.test'] })
    assert.equal((await visit()).body.toString(), 'page')
    assert.match((await visit()).fields.join(' '), /breakwater; hit/)
    assert.match(await (await fetch(`${box.admin}/metrics`)).text(), /^breakwater_threads 2$/m)
  })

  it('has the dashboard with all that it loads', async () => {
    const page = await fetch(`${box.admin}/`)
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
    const loaded = [...(await page.text()).matchAll(/(?:src|href)="\.?\/?([\w.-]+\.(?:js|css|svg))"/g)]
    assert.ok(loaded.length > 1)
    for (const [, name = ''] of loaded) assert.equal((await fetch(`${box.admin}/${name}`)).status, 200, name)
  })

  it('has presets', async () => {
    const { json } = await fetch(`${box.admin}/api/configuration`).then(async (answer) => ({
      json: await answer.json(),
    }))
    assert.match(JSON.stringify(json), /wp-admin/)
  })

  it('checks, explains, advises, and says how to measure', async () => {
    const file = join(folder.path, 'site.yaml')
    writeFileSync(file, 'preset: wordpress\norigins: ["http://127.0.0.1:8081"]\n')
    const logFile = join(folder.path, 'access.log')
    const line = '192.0.2.1 - - [10/Oct/2025:13:55:36 +0000] "GET /page HTTP/1.1" 200 2326 "-" "Mozilla/5.0"\n'
    writeFileSync(logFile, line.repeat(20))
    const [checked, explained, advised, measured] = await Promise.all([
      run('check', file),
      run('explain', 'http://site.test/', '--admin', box.admin),
      run('advise', logFile),
      run('bench', '--help'),
    ])
    assert.deepEqual([checked.code, explained.code, advised.code, measured.code], [0, 0, 0, 0], advised.stderr)
    assert.match(checked.stdout, /site\.yaml: ok/)
    assert.match(explained.stdout, /^(hit|miss)/)
    assert.match(advised.stdout, /20/)
    assert.match(measured.stdout, /--scenario/)
  })

  it('serves without its dashboard where the files of that are gone, and says so', async () => {
    const pages = join(installed, 'src/admin/dashboard')
    rmSync(pages, { recursive: true })
    const other = await serve()
    assert.match(other.program.stderr(), /files of the dashboard are missing/)
    assert.equal((await fetchRaw(other.port, { target: '/', fields: ['Host', 'site.test'] })).status, 200)
    assert.equal((await fetch(`${other.admin}/metrics`)).status, 200)
    assert.equal((await fetch(`${other.admin}/`)).status, 404)
    await other.program.stop()
  })
})
