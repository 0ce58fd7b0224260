import type { Lab, Stage } from '../lab.ts'
import { histogramOf } from '../load/histogram.ts'
import type { VisitorGroup } from '../load/visitors.ts'
import { type LiveProgress, type Load, type Meanwhile, type Measured, measure } from '../measure.ts'
import type { Figure, RunResults, TargetFacts, Verdict } from '../results.ts'
import type { SiteOptions } from '../servers/site-process.ts'
import type { Target } from '../servers/targets.ts'
import { type BenchSettings, patienceMs } from '../settings.ts'
import type { SitePages } from '../site-pages.ts'

/** One question, asked of one target after the other. */
export interface Scenario {
  /** For `--scenario`. */
  readonly name: string
  readonly title: string
  /** What is done, and what has to hold. */
  readonly description: string
  /** `demo`: only where the site is ours to stop, to log in to or to write to. */
  readonly needs: 'any site' | 'demo'
  isFor(target: TargetFacts, settings: BenchSettings): boolean
  run(run: ScenarioRun): Promise<Omit<RunResults, 'target'>>
}

export { servedOf } from '../measure.ts'

/** In a quick look a tier is used only where it dies. */
export const forAllUnlessQuick = ({ id }: TargetFacts, { isQuick }: BenchSettings): boolean =>
  !isQuick || !/^breakwater-/.test(id)
/** Breakwater as it is without a tier, and the peers: what a tier adds is not the question. */
export const forCaches = ({ id, kind }: TargetFacts): boolean =>
  id === 'breakwater' || id === 'through' || kind === 'peer'

/** One scenario on one target. */
export interface ScenarioRun {
  readonly lab: Lab
  readonly target: Target
  readonly settings: BenchSettings
  readonly pages: SitePages
  readonly signal: AbortSignal
  readonly onProgress: (progress: LiveProgress, totalSeconds: number) => void
}

/** Opens a stage, and closes it whatever happens. */
export async function onStage<T>(
  run: ScenarioRun,
  options: SiteOptions,
  act: (stage: Stage) => Promise<T>,
): Promise<T> {
  const stage = await run.lab.open(run.target, options)
  try {
    return await act(stage)
  } finally {
    await stage.close()
  }
}

export function measureOn(
  run: ScenarioRun,
  stage: Stage,
  load: Omit<Load, 'patienceMs'> & { readonly seconds: number },
  meanwhile?: (meanwhile: Meanwhile) => Promise<void>,
): Promise<Measured> {
  const { seconds, ...plan } = load
  return measure(
    stage,
    { patienceMs: patienceMs(run.settings), ...plan },
    {
      signal: run.signal,
      onProgress: (progress) => run.onProgress(progress, seconds),
      ...(meanwhile && { meanwhile }),
    },
  )
}

export function results(
  measured: Measured,
  verdict: Verdict,
  figures: readonly Figure[],
  kind = 'visitor',
): Omit<RunResults, 'target'> {
  const { seconds, events, clientLimit, load } = measured
  return { verdict, figures, seconds, events, clientLimit, latency: load.kinds[kind]?.latency ?? [] }
}

/** Readers who come as usual: most for the story, the rest for what is next in line. */
export function readers({ story, others }: SitePages, weight = 1): VisitorGroup {
  return { kind: 'visitor', weight, pages: { kind: 'story', story, others, storyShare: 0.8 } }
}

/** @param full in seconds. @param quick the same with `--quick` */
export function lasting({ settings }: ScenarioRun, full: number, quick: number): number {
  return settings.isQuick ? quick : full
}

/** As visitors ask: plainly where their pages are searched. */
export type AskedCoding = 'gzip, deflate' | 'identity'

/** Asks for each page once, as many at a time as the demo site makes. @throws when one is refused */
export async function warmUp(
  { endpoint }: Stage,
  paths: readonly string[],
  coding: AskedCoding,
  signal: AbortSignal,
): Promise<void> {
  const left = [...paths]
  const ask = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const response = await fetch(`http://${endpoint.authority}${path}`, {
        headers: { 'Accept-Encoding': coding },
        signal,
      })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`${path} was answered with status ${response.status} before any load`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, ask))
}

export function servedFigure({ offered, served }: { readonly offered: number; readonly served: number }): Figure {
  return {
    name: 'served',
    value: offered === 0 ? 0 : (served / offered) * 100,
    unit: '%',
    better: 'higher',
    noise: 0.5,
  }
}

/** Below it, whether a machine is busy says more than what is measured. */
const noiseMs = 25

export function latencyFigure(name: string, ms: number): Figure {
  return { name, value: ms, unit: 'ms', better: 'lower', noise: noiseMs }
}

export function siteFigure(perSecond: number): Figure {
  return { name: 'site load', value: perSecond, unit: '/s', better: 'lower', noise: 2 }
}

/** Percentile over some seconds of a run. */
export function percentileIn({ load }: Measured, from: number, to: number, percentile: number): number {
  const merged = histogramOf([])
  for (const { latency } of load.seconds.slice(from, to)) merged.add(latency)
  return merged.percentileMs(percentile)
}
