import { headline } from './headline.ts'
import { Lab } from './lab.ts'
import { describeMachine } from './machine.ts'
import type { LiveProgress } from './measure.ts'
import type { BenchResults, RunResults, ScenarioResults, TargetFacts } from './results.ts'
import { scenarios as allScenarios } from './scenarios/all.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { Programs } from './servers/programs.ts'
import { type Target, targetsFor } from './servers/targets.ts'
import { type BenchSettings, patienceMs } from './settings.ts'
import { demoPages, discoverPages, type SitePages } from './site-pages.ts'

/** Is told how a benchmark is going. */
export interface BenchListener {
  begins(scenario: Scenario, target: TargetFacts, position: { readonly run: number; readonly runs: number }): void
  progress(progress: LiveProgress, totalSeconds: number): void
  ended(run: RunResults): void
}

export interface BenchContext {
  readonly version: string
  readonly signal: AbortSignal
  readonly listener: BenchListener
}

/**
 * Runs the scenarios wanted on every target they are for.
 *
 * When `signal` aborts, everything that was started is ended before the promise rejects.
 *
 * @throws when something cannot be started or measured, saying which run that was
 */
export async function runBench(
  settings: BenchSettings,
  { version, signal, listener }: BenchContext,
): Promise<BenchResults> {
  const programs = new Programs()
  // A run waits for its processes: when they end, it does.
  const onAbort = () => void programs.endRunning()
  signal.addEventListener('abort', onAbort)
  try {
    const { targets, leftOut } = targetsFor(settings, version)
    const plan = planRuns(settings, targets)
    const pages = await pagesFor(settings)
    const lab = new Lab(programs, settings)
    const done: ScenarioResults[] = []
    for (const [index, { scenario, target }] of plan.runs.entries()) {
      signal.throwIfAborted()
      listener.begins(scenario, target, { run: index + 1, runs: plan.runs.length })
      const onProgress = listener.progress.bind(listener)
      const measured = await scenario
        .run({ lab, target, settings, pages, signal, onProgress })
        .catch((error: unknown) => {
          signal.throwIfAborted()
          throw new Error(`${scenario.title}, ${target.name}: ${error instanceof Error ? error.message : error}`, {
            cause: error,
          })
        })
      const run: RunResults = { target: target.id, ...measured }
      addRun(done, scenario, run)
      listener.ended(run)
    }
    return {
      format: 1,
      madeAt: new Date().toISOString(),
      machine: describeMachine(version),
      settings: {
        mode: settings.url === undefined ? 'demo' : 'url',
        url: settings.url?.href ?? 'the demo site',
        through: settings.through?.href,
        isQuick: settings.isQuick,
        visitorsPerSecond: settings.visitorsPerSecond,
        patienceMs: patienceMs(settings),
      },
      headline: headline(targets, done),
      targets: targets.map(({ id, name, version: itsVersion, kind }) => ({ id, name, version: itsVersion, kind })),
      leftOut: [...leftOut, ...plan.leftOut],
      scenarios: done,
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    await programs.close()
  }
}

async function pagesFor({ url, through, isQuick }: BenchSettings): Promise<SitePages> {
  if (url !== undefined) return discoverPages(url, through)
  // A quick look has as many as the demo site makes at a time, since they are asked for once before most runs.
  return isQuick ? { ...demoPages, others: demoPages.others.slice(0, 7) } : demoPages
}

interface Plan {
  readonly runs: readonly { readonly scenario: Scenario; readonly target: Target }[]
  readonly leftOut: readonly string[]
}

function planRuns(settings: BenchSettings, targets: readonly Target[]): Plan {
  const { url, scenarios: wanted } = settings
  const leftOut: string[] = []
  const runs = allScenarios
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
    .flatMap((scenario) => {
      if (scenario.needs === 'demo' && url !== undefined) {
        leftOut.push(
          `${scenario.title}: needs a site that can be stopped, logged in to or written to, which is done with the demo site only.`,
        )
        return []
      }
      const its = targets.filter((target) => scenario.isFor(target, settings))
      if (its.length === 0) leftOut.push(`${scenario.title}: there was nothing to measure it with.`)
      return its.map((target) => ({ scenario, target }))
    })
  return { runs, leftOut }
}

function addRun(done: ScenarioResults[], { name, title, description }: Scenario, run: RunResults): void {
  const last = done.at(-1)
  if (last?.name === name) done[done.length - 1] = { ...last, runs: [...last.runs, run] }
  else done.push({ name, title, description, runs: [run] })
}

/** Whether Breakwater failed something; what the site alone and the peers did is not judged. */
export function hasFailed({ targets, scenarios }: BenchResults): boolean {
  const ours = new Set(targets.filter(({ kind }) => kind === 'breakwater').map(({ id }) => id))
  return scenarios.some(({ runs }) =>
    runs.some(({ target, verdict }) => ours.has(target) && verdict.outcome === 'failed'),
  )
}
