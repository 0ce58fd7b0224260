import { readFileSync, writeFileSync } from 'node:fs'
import { compareResults, readResults } from './against.ts'
import { finalTable, type Paint } from './display/final-table.ts'
import { type LiveState, liveLine } from './display/live-line.ts'
import { htmlReport } from './report/html-report.ts'
import type { BenchResults } from './results.ts'
import { type BenchListener, hasFailed, runBench } from './run-bench.ts'
import type { BenchSettings } from './settings.ts'

export interface BenchOutput {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream & {
    readonly isTTY?: boolean | undefined
    readonly columns?: number | undefined
  }
  readonly paint: Paint
}

export interface BenchFiles {
  /** Where the results go as JSON; `-` is standard output, in place of the table. */
  readonly json: string | undefined
  readonly report: string | undefined
  /** Results of an earlier run to compare with. */
  readonly against: string | undefined
}

export interface BenchCommand {
  readonly settings: BenchSettings
  readonly files: BenchFiles
  readonly version: string
  readonly output: BenchOutput
  readonly signal: AbortSignal
}

/**
 * Runs the benchmark and writes what it found.
 *
 * @returns whether Breakwater passed, and is no worse than in the earlier run
 * @throws with what to do about it, before anything is measured when a file is wrong
 */
export async function benchCommand({ settings, files, version, output, signal }: BenchCommand): Promise<boolean> {
  const earlier = files.against === undefined ? undefined : readEarlier(files.against)
  const display = new LiveDisplay(output)
  let results: BenchResults
  try {
    results = await runBench(settings, { version, signal, listener: display })
  } finally {
    display.wipe()
  }
  const json = `${JSON.stringify(results)}\n`
  if (files.json === '-') output.stdout.write(json)
  else output.stdout.write(finalTable(results, output.paint))
  if (files.json !== undefined && files.json !== '-') write(files.json, json, output)
  if (files.report !== undefined) write(files.report, htmlReport(results), output)
  const isNoWorse = earlier === undefined || reportRegressions(results, earlier, output)
  return isNoWorse && !hasFailed(results)
}

function readEarlier(file: string): BenchResults {
  try {
    return readResults(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`--against ${file}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

function reportRegressions(results: BenchResults, earlier: BenchResults, { stderr, paint }: BenchOutput): boolean {
  const { compared, regressions } = compareResults(results, earlier)
  for (const { sentence } of regressions) stderr.write(`${paint('red', 'worse')} ${sentence}\n`)
  stderr.write(
    `${compared} figures compared with the run of ${earlier.madeAt}: ${regressions.length || 'none'} worse\n`,
  )
  // Nothing in common is no proof of anything.
  return regressions.length === 0 && compared > 0
}

function write(file: string, text: string, { stderr }: BenchOutput): void {
  writeFileSync(file, text)
  stderr.write(`written: ${file}\n`)
}

/** One line that changes, on a terminal; elsewhere a line for each run. */
class LiveDisplay implements BenchListener {
  readonly #output: BenchOutput
  #state: LiveState | undefined

  constructor(output: BenchOutput) {
    this.#output = output
  }

  begins(...[{ title }, target, position]: Parameters<BenchListener['begins']>): void {
    this.#state = { title, target, ...position, progress: undefined, totalSeconds: 0 }
    this.#draw()
  }

  progress(...[progress, totalSeconds]: Parameters<BenchListener['progress']>): void {
    if (this.#state === undefined) return
    this.#state = { ...this.#state, progress, totalSeconds }
    this.#draw()
  }

  ended(...[{ verdict }]: Parameters<BenchListener['ended']>): void {
    const { run, runs, title, target } = this.#state!
    this.wipe()
    this.#output.stderr.write(`${run}/${runs} ${title}, ${target.name}: ${verdict.outcome}. ${verdict.sentence}\n`)
  }

  wipe(): void {
    if (this.#output.stderr.isTTY === true) this.#output.stderr.write('\r\x1b[2K')
  }

  #draw(): void {
    const { stderr } = this.#output
    if (stderr.isTTY !== true || this.#state === undefined) return
    stderr.write(`\r\x1b[2K${liveLine(this.#state, (stderr.columns ?? 80) - 1)}`)
  }
}
