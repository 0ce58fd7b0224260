import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
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

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('breakwater bench', () => {
  it('measures the demo site, judges, compares, and writes table, JSON and report', async () => {
    const figures = [figure('served', 60, { unit: '%', better: 'higher' })]
    const scenario = { name: 'logged-in', title: '', description: '', runs: [sampleRun('breakwater', { figures })] }
    writeFileSync(file('before.json'), JSON.stringify(sampleResults([], { scenarios: [scenario] })))
    const files = ['--json', file('now.json'), '--report', file('now.html'), '--against', file('before.json')]
    const run = await runBreakwater(['bench', '--quick', '--scenario', 'logged-in', ...files])
    assert.equal(run.code, 0, run.stdout + run.stderr)
    assert.match(run.stdout, /Some are logged in\n {2}Breakwater +passed {3}[\d,]+ pages were looked into/)
    assert.match(run.stderr, /\n1 figures compared with the run of 2026-11-23T00:00:00\.000Z: none worse\n$/)
    assert.match(run.stdout, /1 of 1 runs through Breakwater passed\.\n$/)
    const results = readResults(readFileSync(file('now.json'), 'utf8'))
    assert.equal(results.scenarios[0]?.runs[0]?.verdict.outcome, 'passed')
    assert.ok(results.scenarios[0]?.runs[0]?.seconds.every(({ memoryMiB }) => (memoryMiB ?? 0) > 10))
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
    assert.match(scenarios[0]!.runs[0]!.verdict.sentence, /^200 of 200 visitors/)
    assert.match(leftOut.join(), /Purge under load: needs a site that can be stopped/)
    assert.equal(site.requests() > 200, true)
  })

  it('ends everything that it has started when it is interrupted', async () => {
    const program = await startProgram({
      command: process.execPath,
      arguments: [mainFile, 'bench', '--scenario', 'cold-herd', '--scenario', 'expiry'],
      ready: /1\/\d+ A cold herd, direct/,
    })
    const started = descendants(program.pid)
    assert.ok(started.length > 0)
    program.signal('SIGINT')
    assert.deepEqual(await program.exited, { code: 130, signal: null })
    assert.match(program.stderr(), /interrupted, everything that was started is ended\n$/)
    assert.deepEqual(started.filter(isAlive), [])
  })
})
