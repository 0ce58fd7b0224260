import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { readWrkReport, type WrkReport } from '../support/wrk.ts'
import { wrkScript } from '../support/wrk-script.ts'
import {
  AT_A_TIME,
  type BalancerKind,
  breakwater,
  haproxy,
  nginx,
  SERVICE_MS,
  startOrigins,
  written,
} from './balancers.ts'

/** What one balancer carried in front of so many origins. */
export interface SpreadRow {
  readonly balancer: string
  readonly origins: number
  readonly goodPerSecond: number
  /** Of what these origins can do. */
  readonly ofBest: number
  /** Of all responses, errors included. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errorsPerSecond: number
}

const run = promisify(execFile)

/**
 * How much do several slow origins carry together? wrk keeps twice as many requests under way as they can do. Nothing is cached.
 */
export async function spread(seconds: number, onProgress: (what: string) => void): Promise<SpreadRow[]> {
  const rows: SpreadRow[] = []
  for (const origins of [1, 2, 4]) {
    for (const kind of [breakwater, nginx, haproxy]) {
      onProgress(`spread: ${kind.name}, ${origins} origins`)
      rows.push(await measure(kind, origins, seconds))
    }
  }
  return rows
}

async function measure(kind: BalancerKind, origins: number, seconds: number): Promise<SpreadRow> {
  const { ports, stop } = await startOrigins(origins)
  const { port, program } = await kind.start(ports, { atATime: AT_A_TIME, queue: 1024, queueMs: 10_000 })
  const url = `http://127.0.0.1:${port}/`
  const body = await (await fetch(url)).text()
  if (body.length !== 1024) throw new Error(`${kind.name} gave a wrong answer: ${body.length} bytes`)
  const script = written('load.lua', wrkScript({ head: 'minimal', targets: { kind: 'one', path: '/' } }))
  const load = async (time: number): Promise<WrkReport> => {
    const words = ['-t1', `-c${2 * AT_A_TIME * origins}`, `-d${time}s`, '--timeout', '10s', '-s', script, url]
    return readWrkReport((await run('wrk', words)).stdout)
  }
  await load(1)
  const { requests, durationMicros, errors, p50Micros, p99Micros } = await load(seconds)
  await program.kill()
  await stop()
  const perSecond = (count: number): number => count / (durationMicros / 1e6)
  const goodPerSecond = perSecond(requests - errors.status)
  return {
    balancer: kind.name,
    origins,
    goodPerSecond,
    ofBest: goodPerSecond / ((origins * AT_A_TIME * 1000) / SERVICE_MS),
    p50Ms: p50Micros / 1000,
    p99Ms: p99Micros / 1000,
    errorsPerSecond: perSecond(Object.values(errors).reduce((sum, count) => sum + count)),
  }
}
