import { setTimeout as sleep } from 'node:timers/promises'
import { CORES } from '../support/bench-program.ts'
import type { Origin } from '../support/origin-process.ts'
import { startLoad } from '../support/wrk.ts'
import type { Bench } from './bench.ts'

export interface Fill {
  readonly port: number
  readonly prefix: string
  readonly first: number
  readonly count: number
}

/** The slowest filling that is still waited for. */
const urlsPerSecondMin = 1000

/**
 * Asks once for each of these URLs, which must all be new to the server, and for a few that follow them.
 *
 * @returns the number of the last one
 * @throws when that takes too long
 */
export async function fill({ port, prefix, first, count }: Fill, bench: Bench): Promise<number> {
  const { origin, settings, place } = bench
  const seconds = Math.ceil(count / urlsPerSecondMin) + 10
  const before = await origin.requests()
  const load = await startLoad(
    { head: 'minimal', targets: { kind: 'sequence', prefix, first } },
    { port, seconds, core: CORES.load, connections: settings.connections, folder: place.folder },
  )
  const giveUpAt = performance.now() + seconds * 1000
  // wrk ends by time, not by count; as each URL is new, the origin's count tells how far it is.
  while ((await origin.requests()) - before < count) {
    if (performance.now() > giveUpAt) throw new Error(`${count} URLs could not be asked for in ${seconds} s`)
    await sleep(50)
  }
  await load.stop()
  return first - 1 + (await quietCount(origin)) - before
}

/** What was under way when the load ended is still fetched. */
async function quietCount(origin: Origin): Promise<number> {
  let before = -1
  for (let now = await origin.requests(); now !== before; now = await origin.requests()) {
    before = now
    await sleep(100)
  }
  return before
}
