import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProgram } from '../../test/support/processes.ts'
import { startRedis } from '../../test/support/redis.ts'
import { CORES } from '../support/bench-program.ts'
import { ask } from '../support/http-get.ts'
import type { Origin } from '../support/origin-process.ts'
import type { Progress } from '../support/progress.ts'
import { type Place, startBreakwater } from '../support/server.ts'
import { MEMORY, MEMORY_PAGES, memoryPage, TIER_PAGES, tierPage } from './outage-pages.ts'

/** The worst and the middle of the requests that were due in one slice of time. */
export interface Slice {
  readonly atMs: number
  readonly memoryWorstMs: number
  readonly tierMedianMs: number
  readonly tierWorstMs: number
}

export interface OutageFigures {
  readonly perSecond: number
  readonly deadlineMs: number
  readonly events: readonly { readonly atMs: number; readonly what: string }[]
  readonly slices: readonly Slice[]
  readonly worstMs: number
  readonly worstAtMs: number
  /** What of the worst had passed before it was sent. */
  readonly worstSentLateMs: number
  /** The same for as long while nothing is done to Redis: what is as bad there has another cause. */
  readonly undisturbed: Pick<OutageFigures, 'p99Ms' | 'worstMs' | 'worstAtMs'>
  readonly p50Ms: number
  readonly p99Ms: number
  readonly requests: number
  /** Those that were answered with anything but 200, or not at all. */
  readonly failed: number
}

/** As `steady-load.ts` writes it. */
type Sample = readonly [scheduledMs: number, latencyMs: number, kind: 0 | 1, status: number, sentLateMs: number]

export const DEADLINE_MS = 50
const PER_SECOND = 5_000
const SLICE_MS = 100

const SECONDS = 22

type OutagePlace = Place & { readonly origin: Origin }
/** Something done to Redis at a moment of the load. */
type At = (atMs: number, what: string, act: () => unknown) => Promise<void>

/** The time that requests take while Redis is stopped, goes on, is killed and started again, and while nothing of it happens. */
export async function measureOutage(place: OutagePlace, shown: Progress): Promise<OutageFigures> {
  shown.step('outage: none')
  const undisturbed = await underLoad(place, async () => {})
  shown.step('outage')
  const disturbed = await underLoad(place, async (redis, at) => {
    await at(4_000, 'Redis stopped', () => redis.pause())
    await at(9_000, 'goes on', () => redis.resume())
    await at(12_000, 'killed', () => redis.kill())
    await at(16_000, 'started again, empty', () => redis.restart())
  })
  const { p99Ms, worstMs, worstAtMs } = undisturbed
  return { ...disturbed, undisturbed: { p99Ms, worstMs, worstAtMs } }
}

async function underLoad(
  place: OutagePlace,
  disturb: (redis: PinnedRedis, at: At) => Promise<void>,
): Promise<Omit<OutageFigures, 'undisturbed'>> {
  const redis = await PinnedRedis.start(CORES.load)
  const breakwater = await startBreakwater(
    {
      name: 'Breakwater',
      memory: MEMORY,
      configuration: ['objectMax: 16KiB', `redis: ${redis.url}`, `tiers: { deadline: ${DEADLINE_MS}ms }`],
    },
    place,
  )
  try {
    // What is fetched before the log of invalidations was heard counts as purged.
    await sleep(1_000)
    for (let i = 0; i < TIER_PAGES; i++) await ask(breakwater.port, tierPage(i))
    await sleep(500)
    await mustBe(breakwater.port, tierPage(0), /detail=redis/)
    for (let i = 0; i < MEMORY_PAGES; i++) await ask(breakwater.port, memoryPage(i))
    await mustBe(breakwater.port, memoryPage(0), /; hit/)

    const events: { atMs: number; what: string }[] = []
    const load = await startProgram({
      command: 'taskset',
      arguments: ['-c', `${CORES.load}`, process.execPath, join(import.meta.dirname, 'steady-load.ts')].concat(
        [breakwater.port, PER_SECOND, SECONDS].map(String),
      ),
      ready: /^/,
    })
    const startMs = performance.now()
    await disturb(redis, async (atMs, what, act) => {
      await sleep(startMs + atMs - performance.now())
      events.push({ atMs: performance.now() - startMs, what })
      await act()
    })
    const exit = await load.exited
    const [, text] = /^samples (.*)$/m.exec(load.stdout()) ?? []
    if (exit.code !== 0 || text === undefined) throw new Error(`the load ended with ${exit.code}: ${load.stderr()}`)
    return figures(JSON.parse(text) as Sample[], events, PER_SECOND * SECONDS)
  } finally {
    await breakwater.stop()
    await redis.kill()
  }
}

/** A Redis on one core, which can be started again at its port. */
class PinnedRedis {
  readonly #core: number
  #server: Awaited<ReturnType<typeof startRedis>>

  private constructor(core: number, server: Awaited<ReturnType<typeof startRedis>>) {
    this.#core = core
    this.#server = server
    execFileSync('taskset', ['-acp', `${core}`, `${server.pid}`], { stdio: 'ignore' })
  }

  static async start(core: number): Promise<PinnedRedis> {
    return new PinnedRedis(core, await startRedis())
  }

  get url(): string {
    return this.#server.url
  }

  pause(): void {
    this.#server.pause()
  }

  resume(): void {
    this.#server.resume()
  }

  async kill(): Promise<void> {
    await this.#server.kill()
  }

  async restart(): Promise<void> {
    this.#server = await startRedis({ port: this.#server.port })
    execFileSync('taskset', ['-acp', `${this.#core}`, `${this.#server.pid}`], { stdio: 'ignore' })
  }
}

/** @throws when it is answered in another way: the figures would be of something else */
export async function mustBe(port: number, path: string, expected: RegExp): Promise<void> {
  const { fields, status } = await ask(port, path)
  const said = `${status} ${fields['cache-status'] ?? ''}`
  if (status !== 200 || !expected.test(said)) throw new Error(`${path} was answered by ${said}, not by ${expected}`)
}

function figures(
  samples: readonly Sample[],
  events: OutageFigures['events'],
  total: number,
): Omit<OutageFigures, 'undisturbed'> {
  const slices: Slice[] = []
  // The first second is for compiling.
  const counted = samples.filter(([atMs]) => atMs >= 1_000)
  for (const [number, some] of Map.groupBy(counted, ([atMs]) => Math.floor(atMs / SLICE_MS))) {
    const of = (kind: 0 | 1) => some.filter((sample) => sample[2] === kind).map(([, latencyMs]) => latencyMs)
    slices.push({
      atMs: number * SLICE_MS,
      memoryWorstMs: Math.max(0, ...of(0)),
      tierMedianMs: quantile(of(1), 0.5),
      tierWorstMs: Math.max(0, ...of(1)),
    })
  }
  slices.sort((one, other) => one.atMs - other.atMs)
  const worst = counted.reduce((most, sample) => (sample[1] > most[1] ? sample : most))
  const all = counted.map(([, latencyMs]) => latencyMs)
  return {
    ...{ perSecond: PER_SECOND, deadlineMs: DEADLINE_MS, events, slices },
    worstMs: worst[1],
    worstAtMs: worst[0],
    worstSentLateMs: worst[4],
    p50Ms: quantile(all, 0.5),
    p99Ms: quantile(all, 0.99),
    requests: counted.length,
    failed: samples.filter((sample) => sample[3] !== 200).length + total - samples.length,
  }
}

function quantile(values: number[], part: number): number {
  values.sort((one, other) => one - other)
  return values[Math.floor(values.length * part)] ?? 0
}
