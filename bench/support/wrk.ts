import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Program, startProgram } from '../../test/support/processes.ts'
import type { Load } from './load.ts'
import { resultMark, wrkScript } from './wrk-script.ts'

/**
 * What wrk saw. Each connection asks again when it has its answer, or has paused after it. Percentiles are of more than these
 * requests: for an answer that took longer than twice the usual interval, wrk adds what others who came meanwhile would have waited.
 */
export interface LoadResult {
  readonly requests: number
  readonly perSecond: number
  /** Heads and bodies as received, those of responses cut off by the end of the run included. */
  readonly bytes: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

export interface LoadSettings {
  readonly port: number
  readonly seconds: number
  readonly connections: number
  /** The core wrk runs on. */
  readonly core: number
  /** Where its script goes. */
  readonly folder: string
}

export interface RunningLoad {
  /** What was measured until now: it stops asking. */
  stop(): Promise<LoadResult>
  /** @throws when a response was an error or a connection failed */
  readonly result: Promise<LoadResult>
}

let scripts = 0

/** Starts wrk with one thread. */
export async function startLoad(load: Load, settings: LoadSettings): Promise<RunningLoad> {
  const script = join(settings.folder, `load-${++scripts}.lua`)
  writeFileSync(script, wrkScript(load))
  const { core, connections, seconds, port } = settings
  const program = await startProgram({
    command: 'taskset',
    arguments: ['-c', `${core}`, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s'].concat([
      '-s',
      script,
      `http://127.0.0.1:${port}/`,
    ]),
    // Its start is what is awaited; it writes when it ends.
    ready: /^/,
  })
  const result = finish(program, settings.seconds)
  // Whoever stops it waits for the result then; a failure before that is not lost, only later.
  result.catch(() => {})
  return {
    result,
    stop: () => {
      program.signal('SIGINT')
      return result
    },
  }
}

export async function runLoad(load: Load, settings: LoadSettings): Promise<LoadResult> {
  return (await startLoad(load, settings)).result
}

async function finish(program: Program, seconds: number): Promise<LoadResult> {
  const giveUp = setTimeout(() => void program.kill(), (seconds + 30) * 1000)
  const { code, signal } = await program.exited
  clearTimeout(giveUp)
  if (code !== 0) throw new Error(`wrk ended with ${signal ?? code}: ${program.stdout()}${program.stderr()}`)
  return parseWrkOutput(program.stdout())
}

/** What the script of `wrkScript` writes. */
export interface WrkReport {
  /** Answered, with whatever status. */
  readonly requests: number
  /** From the first to the last, which is longer than was asked for. */
  readonly durationMicros: number
  readonly bytes: number
  /** `status` counts answers of 400 and above. */
  readonly errors: Readonly<Record<'connect' | 'read' | 'write' | 'status' | 'timeout', number>>
  readonly p50Micros: number
  readonly p99Micros: number
  readonly p999Micros: number
}

/** @throws when it is missing */
export function readWrkReport(output: string): WrkReport {
  const line = output.split('\n').find((text) => text.startsWith(resultMark))
  if (line === undefined) throw new Error(`wrk wrote no result: ${output}`)
  // Written by our own script.
  return JSON.parse(line.slice(resultMark.length)) as WrkReport
}

/** @throws when the report is missing, nothing was answered, or an answer was an error */
export function parseWrkOutput(output: string): LoadResult {
  const report = readWrkReport(output)
  const errors = Object.entries(report.errors).filter(([, count]) => count > 0)
  if (errors.length > 0) throw new Error(`errors under load: ${errors.map((pair) => pair.join(' ')).join(', ')}`)
  if (report.requests === 0) throw new Error('nothing was answered under load')
  return {
    requests: report.requests,
    perSecond: report.requests / (report.durationMicros / 1e6),
    bytes: report.bytes,
    p50Ms: report.p50Micros / 1000,
    p99Ms: report.p99Micros / 1000,
    p999Ms: report.p999Micros / 1000,
  }
}
