import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from './lab.ts'
import { histogramOf } from './load/histogram.ts'
import type { KindResult, LoadPlan, LoadProgress, LoadResult, SecondResult } from './load/load-plan.ts'
import type { RunEvent, SecondPoint } from './results.ts'
import { processUse } from './servers/process-memory.ts'
import type { Served } from './verdicts.ts'
import { milliseconds } from './words.ts'

/** What a load process saw, with what was seen of the site and the cache meanwhile. */
export interface Measured {
  readonly load: LoadResult
  readonly seconds: readonly SecondPoint[]
  readonly events: readonly RunEvent[]
  /** During the load; undefined where the site cannot be counted. */
  readonly siteRequests: number | undefined
  /** From before the load to its highest. */
  readonly memoryGrowthMiB: number | undefined
  readonly clientLimit: string | undefined
}

/** What goes on while the load is on. */
export interface Meanwhile {
  /** Resolves so many seconds after the start. */
  at(second: number): Promise<void>
  /** Seconds since the start. */
  now(): number
  note(text: string): void
}

export interface MeasureOptions {
  readonly signal: AbortSignal
  readonly meanwhile?: (meanwhile: Meanwhile) => Promise<void>
  readonly onProgress: (progress: LiveProgress) => void
}

export interface LiveProgress extends LoadProgress {
  readonly siteRequestsPerSecond: number | undefined
  readonly hitRatio: number | undefined
}

interface Sample {
  readonly siteRequests: number | undefined
  readonly memoryMiB: number | undefined
}

export type Load = Omit<LoadPlan, 'endpoint' | 'connectionsMax' | 'readsBodies'> & Partial<LoadPlan>

const connectionsMax = 4_000

/** Runs a load against a stage and gathers what was seen from outside. */
export async function measure(stage: Stage, load: Load, options: MeasureOptions): Promise<Measured> {
  const plan: LoadPlan = { endpoint: stage.endpoint, connectionsMax, readsBodies: false, ...load }
  const samples: Sample[] = []
  const events: RunEvent[] = []
  const before = sample(stage)
  let timer: NodeJS.Timeout | undefined
  let meanwhile: Promise<void> = Promise.resolve()
  const live = new LiveSite(stage)
  try {
    const result = await stage.load.run(plan, {
      begun: (atMs) => {
        samples.push(sample(stage))
        timer = setInterval(() => samples.push(sample(stage)), 1000)
        meanwhile = options.meanwhile?.(meanwhileFrom(atMs, events, options.signal)) ?? meanwhile
        // Awaited below; a failure must not count as unhandled until then.
        meanwhile.catch(() => {})
      },
      progress: (progress) => options.onProgress({ ...progress, ...live.since(progress) }),
    })
    await meanwhile
    samples.push(sample(stage))
    const [first, last] = [samples[0] ?? before, samples.at(-1) ?? before]
    return {
      load: result,
      seconds: secondPoints(result, samples, stage),
      events,
      siteRequests: first.siteRequests === undefined ? undefined : (last.siteRequests ?? 0) - first.siteRequests,
      memoryGrowthMiB: growth(before, samples),
      clientLimit: clientLimit(result),
    }
  } finally {
    clearInterval(timer)
  }
}

/** What verdicts need of one kind of visitors. */
export function servedOf(
  { load, clientLimit: limit }: Measured,
  kind = 'visitor',
): Served & { readonly counts: KindResult } {
  const counts = load.kinds[kind]
  if (counts === undefined) throw new Error(`The load had no ${kind}`)
  const p99Ms = histogramOf(counts.latency).percentileMs(99)
  return { offered: counts.offered, served: counts.served, p99Ms, clientLimit: limit, counts }
}

function meanwhileFrom(startMs: number, events: RunEvent[], signal: AbortSignal): Meanwhile {
  const now = () => (Date.now() - startMs) / 1000
  return {
    now,
    at: (second) => sleep(Math.max(0, second - now()) * 1000, undefined, { signal }),
    note: (text) => void events.push({ second: now(), text }),
  }
}

function sample({ site, cache }: Stage): Sample {
  const use = cache && processUse(cache.pids)
  return { siteRequests: site?.requests, memoryMiB: use && use.residentBytes / 1024 ** 2 }
}

function growth(before: Sample, samples: readonly Sample[]): number | undefined {
  if (before.memoryMiB === undefined) return undefined
  return Math.max(...samples.map(({ memoryMiB }) => memoryMiB ?? 0)) - before.memoryMiB
}

function secondPoints(load: LoadResult, samples: readonly Sample[], { site, cache }: Stage): SecondPoint[] {
  // Of the demo site alone there is nothing to be said: every answer is its own.
  const asked = ({ answered, saidHit }: SecondResult, siteRequests: number | undefined) =>
    site === undefined ? answered - saidHit : cache && siteRequests
  return load.seconds.map((counts, second) => {
    const [from, to] = [samples[second], samples[second + 1]]
    const siteRequests =
      from?.siteRequests === undefined || to?.siteRequests === undefined
        ? undefined
        : to.siteRequests - from.siteRequests
    const latency = histogramOf(counts.latency)
    return {
      second,
      offered: counts.offered,
      answered: counts.answered,
      failed: counts.failed,
      p50Ms: latency.percentileMs(50),
      p99Ms: latency.percentileMs(99),
      p999Ms: latency.percentileMs(99.9),
      siteRequests,
      hitRatio: hitRatio(counts.answered, asked(counts, siteRequests)),
      memoryMiB: to?.memoryMiB,
    }
  })
}

function hitRatio(answered: number, asked: number | undefined): number | undefined {
  return answered === 0 || asked === undefined ? undefined : Math.min(1, Math.max(0, 1 - asked / answered))
}

/** One visitor in a hundred sent so late is no longer the pace that was asked for. */
const lateMaxMs = 50
const cpuShareMax = 0.95

/** What the client suffered from in the seconds before a moment: a crowd that a dead server leaves standing is hard on it, too. */
export function clientLimitBefore({ seconds }: LoadResult, second: number): string | undefined {
  const latest = Math.max(0, ...seconds.slice(0, second).map(({ senderLateMs }) => senderLateMs))
  return latest > 10 * lateMaxMs ? `it sent visitors up to ${milliseconds(latest)} late` : undefined
}

function clientLimit({ client }: LoadResult): string | undefined {
  if (client.lateP99Ms > lateMaxMs)
    return `it sent one visitor in a hundred more than ${milliseconds(client.lateP99Ms)} late`
  if (client.cpuShare > cpuShareMax) return `its core was busy for ${Math.round(client.cpuShare * 100)} % of the time`
  return undefined
}

/** The site's share in what is going on, from one look to the next. */
class LiveSite {
  readonly #stage: Stage
  #requests: number | undefined
  #atMs = 0

  constructor(stage: Stage) {
    this.#stage = stage
    this.#requests = stage.site?.requests
  }

  since(progress: LoadProgress): Pick<LiveProgress, 'siteRequestsPerSecond' | 'hitRatio'> {
    const now = this.#stage.site?.requests
    if (now === undefined || this.#requests === undefined) {
      return { siteRequestsPerSecond: undefined, hitRatio: progress.saidHitShare }
    }
    const seconds = Math.max(0.001, (progress.elapsedMs - this.#atMs) / 1000)
    const perSecond = (now - this.#requests) / seconds
    this.#requests = now
    this.#atMs = progress.elapsedMs
    return { siteRequestsPerSecond: perSecond, hitRatio: hitRatio(progress.answeredPerSecond, perSecond) }
  }
}
