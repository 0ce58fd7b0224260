import { CORES } from '../support/bench-program.ts'
import { cpuMicros } from '../support/cpu-time.ts'
import type { Server } from '../support/server.ts'
import { median } from '../support/statistics.ts'
import { runLoad } from '../support/wrk.ts'
import type { Bench } from './bench.ts'

/** What hits cost beside new responses: medians of the rounds, but for the last. */
export interface ChurnFigures extends ChurnRound {
  readonly p999MsWorst: number
}

interface ChurnRound {
  readonly hitsPerSecond: number
  readonly newPerSecond: number
  /** Of its core's time, with all its threads. */
  readonly busyShare: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

/** What is stored: the responses from `PREFIX1` to `PREFIXlast`. */
interface Stored {
  readonly prefix: string
  readonly last: number
}

/** The newest ones, which stay because they are asked for. */
export const hotCount = 10_000
const newsConnections = 16

/** One stall of 20 ms of the machine's decides what p99.9 of a round is; so there are several, as of other questions. */
const ROUNDS = 3
/** Long enough for the garbage of old responses to be collected in each. */
const ROUND_SECONDS = 40

/**
 * Hits while others store new responses. Both pause between requests, so that neither the server nor the core of the load
 * is ever full: what is late then was held up in the server.
 */
export async function measureChurn(server: Server, stored: Stored, bench: Bench): Promise<ChurnFigures> {
  const { settings, progress } = bench
  progress.step(`memory: hits under churn, ${server.name}, warming up`)
  let first = stored.last + 1
  first += (await churn(server, { ...stored, first, seconds: settings.warmUpSeconds.fromOrigin }, bench)).taken
  const rounds: ChurnRound[] = []
  const count = settings.isQuick ? 1 : ROUNDS
  for (let round = 1; round <= count; round++) {
    progress.step(`memory: hits under churn, ${server.name}, round ${round} of ${count}`)
    const seconds = settings.isQuick ? 3 : ROUND_SECONDS
    const { figures, taken } = await churn(server, { ...stored, first, seconds }, bench)
    rounds.push(figures)
    first += taken
  }
  const of = (key: keyof ChurnRound): number => median(rounds.map((round) => round[key]))
  return {
    hitsPerSecond: of('hitsPerSecond'),
    newPerSecond: of('newPerSecond'),
    busyShare: of('busyShare'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    p999Ms: of('p999Ms'),
    p999MsWorst: Math.max(...rounds.map(({ p999Ms }) => p999Ms)),
  }
}

interface Churn extends Stored {
  /** The first of the new ones. */
  readonly first: number
  readonly seconds: number
}

/** @returns also how many of the new ones were asked for */
async function churn(
  { port, pids }: Server,
  { prefix, last, first, seconds }: Churn,
  { origin, settings, place }: Bench,
): Promise<{ readonly figures: ChurnRound; readonly taken: number }> {
  const to = { port, core: CORES.load, folder: place.folder, seconds }
  const hot = { kind: 'uniform', prefix, first: last - hotCount + 1, count: hotCount } as const
  const hits = { head: 'browser', targets: hot, pauseMs: 5 } as const
  const news = { head: 'browser', targets: { kind: 'sequence', prefix, first }, pauseMs: 10 } as const
  const before = await origin.requests()
  const cpuBefore = cpuMicros(pids)
  const [measured, stored] = await Promise.all([
    runLoad(hits, { ...to, connections: settings.connections }),
    runLoad(news, { ...to, connections: newsConnections }),
  ])
  const busyShare = (cpuMicros(pids) - cpuBefore) / (seconds * 1e6)
  const others = (await origin.requests()) - before - stored.requests
  if (others > measured.requests / 100)
    throw new Error(`${others} of ${measured.requests} hits under churn were misses`)
  const { p50Ms, p99Ms, p999Ms, perSecond } = measured
  const figures = { hitsPerSecond: perSecond, newPerSecond: stored.perSecond, busyShare, p50Ms, p99Ms, p999Ms }
  // Those under way when it ends are not new any more.
  return { figures, taken: stored.requests + newsConnections }
}
