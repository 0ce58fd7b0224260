/*
 * A wave against a slow origin: how many requests a second are answered in time when more come than it can do? The origin does
 * 20 of 50 ms at a time, 400 a second. Visitors come at a rate of their own, whatever became of those before, and leave after
 * two seconds. Nothing is cached.
 *
 *   node bench/origins/wave.ts [SECONDS]
 */
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AT_A_TIME,
  type BalancerKind,
  breakwater,
  haproxy,
  nginx,
  type Protection,
  SERVICE_MS,
  startOrigins,
} from './balancers.ts'
import { describeRun, table } from './report.ts'

const seconds = Number(process.argv[2] ?? 8)
const PATIENCE_MS = 2_000
const TICK_MS = 10
const capacity = (AT_A_TIME * 1000) / SERVICE_MS

interface Counts {
  good: number
  refused: number
  late: number
  readonly goodMs: number[]
}

/** Sends at a rate for some seconds. Only what was sent after the first two seconds counts. */
async function wave(port: number, perSecond: number): Promise<Counts> {
  const counts: Counts = { good: 0, refused: 0, late: 0, goodMs: [] }
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const startMs = performance.now()
  const warmMs = startMs + 2_000
  const endMs = warmMs + seconds * 1000
  let sent = 0
  while (performance.now() < endMs) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond)
    for (; sent < due; sent++) visit(agent, port, performance.now() >= warmMs ? counts : undefined)
    await sleep(TICK_MS)
  }
  await sleep(PATIENCE_MS + 200)
  agent.destroy()
  return counts
}

function visit(agent: Agent, port: number, counts: Counts | undefined): void {
  const startMs = performance.now()
  const request = get({ host: '127.0.0.1', port, agent, path: '/' }, (response) => {
    response.resume()
    response.on('end', () => {
      clearTimeout(patience)
      if (counts === undefined) return
      if (response.statusCode !== 200) counts.refused++
      else {
        counts.good++
        counts.goodMs.push(performance.now() - startMs)
      }
    })
  })
  const patience = setTimeout(() => {
    if (counts !== undefined) counts.late++
    request.destroy()
  }, PATIENCE_MS)
  request.on('error', () => clearTimeout(patience))
}

async function measure(kind: BalancerKind, name: string, protection: Protection): Promise<string[]> {
  const cells = [name]
  for (const factor of [1, 2, 5]) {
    const { ports, stop } = await startOrigins(1)
    const { port, program } = await kind.start(ports, protection)
    const { good, refused, late, goodMs } = await wave(port, capacity * factor)
    await program.kill()
    await stop()
    const p99 = goodMs.toSorted((a, b) => a - b)[Math.floor(goodMs.length * 0.99)] ?? Number.NaN
    const rate = (count: number): string => (count / seconds).toFixed(0)
    cells.push(`${rate(good)} (p99 ${p99.toFixed(0)} ms; ${rate(refused)} refused, ${rate(late)} too late)`)
  }
  return cells
}

// A queue of a quarter of a second: what waits longer is better told at once.
const queue: Protection = { atATime: AT_A_TIME, queue: 100, queueMs: 1_000 }
const none: Protection = { atATime: undefined, queue: 0, queueMs: 60_000 }
const rows = [
  await measure(breakwater, 'breakwater, limit and queue', queue),
  await measure(breakwater, 'breakwater, no limit', none),
  await measure(haproxy, 'HAProxy, limit and queue', queue),
  await measure(haproxy, 'HAProxy, no limit', none),
  await measure(nginx, 'nginx, limit (no queue)', queue),
  await measure(nginx, 'nginx, no limit', none),
]
process.stdout.write(`${describeRun(`wave, ${seconds} s each, capacity ${capacity}/s`)}\n`)
process.stdout.write(`${table(['answered in time, a second', '1× capacity', '2×', '5×'], rows)}\n`)
