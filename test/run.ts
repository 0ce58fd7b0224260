import { existsSync, globSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from 'node:test'
import { ensureServers } from './support/required-servers.ts'
import { reportTests } from './support/test-report.ts'

/*
 * The test command: `npm test`, or `npm test -- test/http1 test/log/redaction.test.ts` for a part.
 * The last line says how many tests passed and failed; the exit code is 1 when any failed or none ran.
 */

const root = resolve(import.meta.dirname, '..')

/** Two cores are what a small box has, and more files at a time make the tests with real servers slow. */
const concurrency = 2
/** Of one test. Nothing should take a tenth of it. */
const testTimeoutMs = 120_000

/** Tests that may be skipped, by name, and why. Every other skipped test counts as failed. */
const allowedSkips: ReadonlyMap<string, string> = new Map()

const say = (text: string) => process.stdout.write(`${text}\n`)

process.chdir(root)
process.exitCode = await main(process.argv.slice(2))

async function main(wanted: readonly string[]): Promise<number> {
  const files: string[] = []
  for (const path of wanted.length === 0 ? ['test'] : wanted) {
    if (!existsSync(path)) return refuse(`There is no ${path}`)
    files.push(...testFiles(path))
  }
  if (files.length === 0) return refuse('No *.test.ts file there')
  const missing = ensureServers(say)
  if (missing !== undefined) return refuse(missing)
  const execArgv = ['--import', join(import.meta.dirname, 'support/exit-in-time.ts')]
  const tests = run({ files: files.sort(), concurrency, timeout: testTimeoutMs, execArgv })
  const { passed, failed, skipped } = await reportTests(tests, { folder: root, allowedSkips, say })
  if (skipped > 0) say(`${skipped} skipped`)
  say(`${passed} passed, ${failed} failed`)
  return failed > 0 || passed === 0 ? 1 : 0
}

function testFiles(path: string): string[] {
  if (statSync(path).isFile()) return [resolve(path)]
  return globSync('**/*.test.ts', { cwd: path }).map((name) => resolve(join(path, name)))
}

function refuse(why: string): number {
  say(why)
  return 1
}
