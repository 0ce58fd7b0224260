import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AT_A_TIME, type BalancerKind, breakwater, haproxy, nginx, SERVICE_MS, startOrigins } from './balancers.ts'

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
  const load = async (time: number): Promise<string> => {
    const clients = String(2 * AT_A_TIME * origins)
    return (await run('wrk', ['-t1', `-c${clients}`, `-d${time}s`, '--latency', '--timeout', '10s', url])).stdout
  }
  await load(1)
  const output = await load(seconds)
  await program.kill()
  await stop()
  const errorsPerSecond = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0) / seconds
  const goodPerSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]) - errorsPerSecond
  return {
    balancer: kind.name,
    origins,
    goodPerSecond,
    ofBest: goodPerSecond / ((origins * AT_A_TIME * 1000) / SERVICE_MS),
    p50Ms: quantileMs(output, 50),
    p99Ms: quantileMs(output, 99),
    errorsPerSecond,
  }
}

function quantileMs(output: string, percent: number): number {
  const [, value, unit] = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(output) ?? []
  return Number(value) * (unit === 's' ? 1000 : unit === 'us' ? 0.001 : 1)
}
