import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readResults } from '../../src/bench/against.ts'
import { startDemoSite } from '../../src/demo/demo-site.ts'
import { figure, sampleResults, sampleRun } from '../bench/sample-results.ts'
import { runBreakwater } from '../support/breakwater.ts'
import { startProgram } from '../support/processes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
after(() => folder.remove())
const file = (name: string) => join(folder.path, name)
const mainFile = join(import.meta.dirname, '../../src/main.ts')

/** All that descend from a process, by number. */
function descendants(pid: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
  const found = [pid]
  for (const one of found) found.push(...rows.filter(([, parent]) => parent === one).map(([child]) => child))
  return found.slice(1)
}

/** Whether it runs; one that has ended and that nobody has asked about does not. */
const isAlive = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

/** A benchmark in the middle of its work, with what it has started: at least the watchdog, the site, a server and the load. */
async function startBenchAtWork(...words: string[]) {
  const program = await startProgram({
    command: process.execPath,
    arguments: [mainFile, 'bench', ...words],
    ready: /^/,
  })
  let started = descendants(program.pid)
  while (started.length < 4) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    started = descendants(program.pid)
  }
  return { program, started }
}

describe('breakwater bench', () => {
  it('measures the demo site, judges, compares, and writes table, JSON and report', async () => {
    const figures = [figure('served', 60, { unit: '%', better: 'higher' })]
    const scenario = { name: 'logged-in', title: '', description: '', runs: [sampleRun('breakwater', { figures })] }
    writeFileSync(file('before.json'), JSON.stringify(sampleResults([], { scenarios: [scenario] })))
    const files = ['--json', file('now.json'), '--report', file('now.html'), '--against', file('before.json')]
    const run = await runBreakwater(['bench', '--quick', '--scenario', 'logged-in', ...files])
    const results = readResults(readFileSync(file('now.json'), 'utf8'))
    const [measured] = results.scenarios[0]!.runs
    const { outcome } = measured!.verdict
    // Visitors lose patience on a busy machine, and then it is right to say so; nothing gets into wrong hands on any.
    assert.equal(measured!.figures.find(({ name }) => name === 'pages in the wrong hands')?.value, 0)
    assert.match(
      run.stdout,
      new RegExp(`Some are logged in\\n {2}Breakwater +${outcome} {3}[\\d,]+ pages were looked into`),
    )
    assert.match(run.stdout, new RegExp(`${outcome === 'passed' ? 1 : 0} of 1 runs through Breakwater passed\\.\\n`))
    const compared = /\n1 figures compared with the run of 2026-11-23T00:00:00\.000Z: (none|1) worse\n/.exec(run.stderr)
    assert.equal(run.code, outcome === 'failed' || compared?.[1] !== 'none' ? 1 : 0, run.stdout + run.stderr)
    assert.ok(measured!.seconds.every(({ memoryMiB }) => (memoryMiB ?? 0) > 10))
    assert.match(readFileSync(file('now.html'), 'utf8'), /^<!doctype html>/)
  })

  it('measures a site that runs already, as far as that is possible', async () => {
    const site = await startDemoSite({ serviceMs: 2 })
    const url = ['--url', site.url, '--quick', '--scenario', 'cold-herd', '--scenario', 'purge', '--json']
    const run = await runBreakwater(['bench', ...url])
    await site.close()
    assert.equal(run.code, 0, run.stderr)
    const { scenarios, leftOut } = readResults(run.stdout)
    assert.deepEqual(
      scenarios.map(({ name }) => name),
      ['cold-herd'],
    )
    assert.match(scenarios[0]!.runs[0]!.verdict.sentence, /^[\d,]+ of 200 visitors/)
    assert.match(leftOut.join(), /Purge under load: needs a site that can be stopped/)
    assert.ok(site.requests() > 1)
  })

  it('ends everything that it has started when it is interrupted', async () => {
    const { program, started } = await startBenchAtWork('--scenario', 'expiry')
    program.signal('SIGINT')
    assert.deepEqual(await program.exited, { code: 130, signal: null })
    assert.match(program.stderr(), /interrupted, everything that was started is ended\n$/)
    // The watchdog has nothing left to end, and goes when it hears of it.
    while (started.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 50))
  })

  it('leaves nothing running when it is killed', async () => {
    const { program, started } = await startBenchAtWork('--scenario', 'redis-dies')
    program.signal('SIGKILL')
    while (started.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(await program.exited, { code: null, signal: 'SIGKILL' })
  })
})
