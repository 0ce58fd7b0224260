/*
 * How much do several slow origins carry together? Each does 20 requests of 50 ms at a time, 400 a second; wrk keeps twice as
 * many requests under way as they can do. Nothing is cached.
 *
 *   node bench/origins/spread.ts [SECONDS]
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AT_A_TIME, type BalancerKind, breakwater, haproxy, nginx, SERVICE_MS, startOrigins } from './balancers.ts'
import { describeRun, table } from './report.ts'

const seconds = Number(process.argv[2] ?? 10)
const run = promisify(execFile)

async function measure(kind: BalancerKind, origins: number): Promise<string[]> {
  const { ports, stop } = await startOrigins(origins)
  const { port, program } = await kind.start(ports, { atATime: AT_A_TIME, queue: 1024, queueMs: 10_000 })
  const url = `http://127.0.0.1:${port}/`
  const body = await (await fetch(url)).text()
  if (body.length !== 1024) throw new Error(`${kind.name} gave a wrong answer: ${body.length} bytes`)
  const load = async (time: number): Promise<string> => {
    const clients = String(2 * AT_A_TIME * origins)
    return (await run('wrk', ['-t1', `-c${clients}`, `-d${time}s`, '--latency', '--timeout', '10s', url])).stdout
  }
  await load(2)
  const output = await load(seconds)
  await program.kill()
  await stop()
  const best = (origins * AT_A_TIME * 1000) / SERVICE_MS
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1])
  const failed = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0) / seconds
  return [
    kind.name,
    String(origins),
    (perSecond - failed).toFixed(0),
    `${(((perSecond - failed) / best) * 100).toFixed(0)} %`,
    /50%\s+(\S+)/.exec(output)?.[1] ?? '',
    /99%\s+(\S+)/.exec(output)?.[1] ?? '',
    failed.toFixed(0),
  ]
}

const rows: string[][] = []
for (const origins of [1, 2, 4]) {
  for (const kind of [breakwater, nginx, haproxy]) rows.push(await measure(kind, origins))
}
process.stdout.write(`${describeRun(`spread, ${seconds} s each`)}\n`)
process.stdout.write(`${table(['', 'origins', 'good/s', 'of the best', 'p50', 'p99', 'errors/s'], rows)}\n`)
