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

/** What one balancer let through of waves of three heights. */
export interface WaveRow {
  readonly balancer: string
  readonly protection: string
  readonly loads: readonly WaveLoad[]
}

export interface WaveLoad {
  /** Of the origin's capacity. */
  readonly factor: number
  readonly goodPerSecond: number
  /** Of what was good; undefined when nothing was. */
  readonly p99Ms: number | undefined
  readonly refusedPerSecond: number
  readonly latePerSecond: number
}

const PATIENCE_MS = 2_000
const TICK_MS = 10
const capacity = (AT_A_TIME * 1000) / SERVICE_MS

interface Counts {
  good: number
  refused: number
  late: number
  readonly goodMs: number[]
}

/**
 * A wave against a slow origin: how many requests a second are answered in time when more come than it can do? Visitors come at a
 * rate of their own, whatever became of those before, and leave after two seconds. Nothing is cached.
 */
export async function wave(seconds: number, onProgress: (what: string) => void): Promise<WaveRow[]> {
  // A queue of a quarter of a second: what waits longer is better told at once.
  const queue: Protection = { atATime: AT_A_TIME, queue: 100, queueMs: 1_000 }
  const none: Protection = { atATime: undefined, queue: 0, queueMs: 60_000 }
  const cases: [BalancerKind, string, Protection][] = [
    [breakwater, 'limit and queue', queue],
    [breakwater, 'no limit', none],
    [haproxy, 'limit and queue', queue],
    [haproxy, 'no limit', none],
    [nginx, 'limit (no queue)', queue],
    [nginx, 'no limit', none],
  ]
  const rows: WaveRow[] = []
  for (const [kind, protection, settings] of cases) {
    const loads: WaveLoad[] = []
    for (const factor of [1, 2, 5]) {
      onProgress(`wave: ${kind.name}, ${protection}, ${factor}× capacity`)
      loads.push(await measure(kind, settings, factor, seconds))
    }
    rows.push({ balancer: kind.name, protection, loads })
  }
  return rows
}

async function measure(kind: BalancerKind, protection: Protection, factor: number, seconds: number): Promise<WaveLoad> {
  const { ports, stop } = await startOrigins(1)
  const { port, program } = await kind.start(ports, protection)
  const { good, refused, late, goodMs } = await visitAll(port, capacity * factor, seconds)
  await program.kill()
  await stop()
  return {
    factor,
    goodPerSecond: good / seconds,
    p99Ms: goodMs.toSorted((a, b) => a - b)[Math.floor(goodMs.length * 0.99)],
    refusedPerSecond: refused / seconds,
    latePerSecond: late / seconds,
  }
}

/** Sends at a rate for some seconds. What was sent in the first one does not count. */
async function visitAll(port: number, perSecond: number, seconds: number): Promise<Counts> {
  const counts: Counts = { good: 0, refused: 0, late: 0, goodMs: [] }
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const startMs = performance.now()
  const warmMs = startMs + 1_000
  const endMs = warmMs + seconds * 1000
  let sent = 0
  while (performance.now() < endMs) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond)
    for (; sent < due; sent++) visit(agent, port, performance.now() >= warmMs ? counts : undefined)
    await sleep(TICK_MS)
  }
  await sleep(PATIENCE_MS + 100)
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
