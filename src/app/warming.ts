import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import type { WarmConfig } from '../config/config.ts'
import type { Threads } from '../control/threads.ts'
import { reachableUrl } from '../http/loopback.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Occasion, RunParts, WarmRun } from './warm-run.ts'

export interface WarmingParts {
  readonly threads: Threads
  readonly clock: Clock
  readonly log: Pick<EventLog, 'info' | 'warn' | 'error'>
  /** Does one run; `runWarming` but in tests of the order of runs. */
  readonly run?: (occasion: Occasion, parts: RunParts) => Promise<WarmRun | undefined>
}

/** A burst of purges is over when none came for so long; one without end is answered once in so long all the same. */
const QUIET_MS = 1_000
const BURST_MS_MAX = 30_000

/** Warms by itself after a start and after purges, one run at a time (docs/decisions/warming.md). */
export class Warming {
  readonly #parts: WarmingParts
  readonly #run: NonNullable<WarmingParts['run']>
  #settings: WarmConfig
  #address: string
  /** What a run is still to follow. */
  readonly #due = new Set<Occasion>()
  #current: { readonly occasion: Occasion; readonly aborting: AbortController } | undefined
  #isWorking = false
  #working: Promise<void> = Promise.resolve()
  #burst: { readonly sinceMs: number; readonly cancel: () => void } | undefined
  #isStopped = false

  /** @param address where Breakwater listens: `http://0.0.0.0:8080` */
  constructor(parts: WarmingParts, settings: WarmConfig, address: string) {
    this.#parts = parts
    this.#run = parts.run ?? run
    this.#settings = settings
    this.#address = reachableUrl(address)
  }

  /** It serves now. */
  started(): void {
    this.#follow('start')
  }

  /** Something was invalidated. */
  invalidated(): void {
    if (this.#isStopped || !this.#isWanted('purge')) return
    const { clock } = this.#parts
    this.#burst?.cancel()
    const sinceMs = this.#burst?.sinceMs ?? clock.now()
    const delayMs = Math.max(0, Math.min(QUIET_MS, sinceMs + BURST_MS_MAX - clock.now()))
    const cancel = clock.after(delayMs, () => {
      this.#burst = undefined
      this.#follow('purge')
    })
    this.#burst = { sinceMs, cancel }
  }

  /** The configuration was read anew: what is under way by another one ends, and is done by this one. */
  adopt(settings: WarmConfig, listen: string): void {
    const address = reachableUrl(listen)
    if (isDeepStrictEqual([settings, address], [this.#settings, this.#address])) return
    const { sitemaps, list } = this.#settings
    this.#settings = settings
    this.#address = address
    if (this.#current !== undefined) {
      this.#due.add(this.#current.occasion)
      this.#current.aborting.abort()
    }
    if (!isDeepStrictEqual([sitemaps, list], [settings.sitemaps, settings.list])) this.#follow('start')
  }

  /** Ends what is under way, and begins nothing any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#burst?.cancel()
    this.#due.clear()
    this.#current?.aborting.abort()
    await this.#working
  }

  #isWanted(occasion: Occasion): boolean {
    const { after, sitemaps, list, popular } = this.#settings
    const hasPages = occasion === 'start' ? sitemaps.length > 0 || list !== undefined : popular > 0
    return hasPages && after.includes(occasion)
  }

  #follow(occasion: Occasion): void {
    if (this.#isStopped || !this.#isWanted(occasion)) return
    this.#due.add(occasion)
    if (!this.#isWorking) this.#working = this.#work()
  }

  /** All that is due, one after the other. What visitors ask for most comes first. */
  async #work(): Promise<void> {
    this.#isWorking = true
    while (this.#due.size > 0) {
      const occasion = this.#due.has('purge') ? 'purge' : 'start'
      this.#due.delete(occasion)
      if (this.#isWanted(occasion)) await this.#one(occasion)
    }
    this.#isWorking = false
  }

  async #one(occasion: Occasion): Promise<void> {
    const { threads, log } = this.#parts
    const aborting = new AbortController()
    this.#current = { occasion, aborting }
    try {
      const { signal } = aborting
      const run = await this.#run(occasion, { threads, address: this.#address, settings: this.#settings, signal })
      if (run !== undefined) this.#log(occasion, run)
    } catch (error) {
      log.error({ error }, 'warming failed')
    } finally {
      this.#current = undefined
    }
  }

  #log(after: Occasion, { report, problems }: WarmRun): void {
    const { log } = this.#parts
    const { warmed, fresh, uncacheable, failures, left, stopped } = report
    const notCacheable = Object.values(uncacheable).reduce((sum, count) => sum + count, 0)
    const facts = { after, warmed, fresh, notCacheable, failed: failures, ...(left > 0 && { left, stopped }) }
    if (problems.length > 0) log.warn({ ...facts, problems }, 'pages were warmed, but for what could not be used')
    else log.info(facts, 'pages were warmed')
  }
}

/** Most that start this program never warm: what it takes is loaded when it is needed. */
async function run(occasion: Occasion, parts: RunParts): Promise<WarmRun | undefined> {
  const { runWarming } = await import('./warm-run.ts')
  return runWarming(occasion, parts)
}
