import type { BenchResults, Figure } from './results.ts'

/** A figure that is worse than in an earlier run. */
export interface Regression {
  readonly scenario: string
  readonly target: string
  readonly figure: string
  /** How many times worse. */
  readonly ratio: number
  readonly sentence: string
}

export interface Comparison {
  readonly compared: number
  readonly regressions: readonly Regression[]
}

/** Two runs on one machine differ by less, above the noise that each figure declares. */
const worseRatioMax = 1.5

/** Compares what both runs measured; verdicts that no longer pass are regressions whatever the figures say. Only Breakwater's count. */
export function compareResults(now: BenchResults, earlier: BenchResults, ratioMax = worseRatioMax): Comparison {
  const regressions: Regression[] = []
  let compared = 0
  const isOurs = (id: string) => now.targets.find((target) => target.id === id)?.kind === 'breakwater'
  for (const { name: scenario, runs } of now.scenarios) {
    for (const run of runs.filter(({ target }) => isOurs(target))) {
      const before = earlier.scenarios
        .find(({ name }) => name === scenario)
        ?.runs.find(({ target }) => target === run.target)
      if (before === undefined) continue
      const { target } = run
      if (before.verdict.outcome === 'passed' && run.verdict.outcome === 'failed') {
        const sentence = `${scenario}, ${target}: passed before, and fails now. ${run.verdict.sentence}`
        regressions.push({ scenario, target, figure: 'verdict', ratio: Number.POSITIVE_INFINITY, sentence })
      }
      for (const figure of run.figures) {
        const then = before.figures.find(({ name }) => name === figure.name)
        if (then === undefined) continue
        compared += 1
        const ratio = worseBy(figure, then)
        if (ratio <= ratioMax) continue
        const sentence = `${scenario}, ${target}: ${figure.name} ${written(figure)}, was ${written(then)}: ${ratio.toFixed(1)} times worse`
        regressions.push({ scenario, target, figure: figure.name, ratio, sentence })
      }
    }
  }
  return { compared, regressions }
}

/** @returns how many times worse, 1 when the difference is within the noise */
function worseBy(now: Figure, then: Figure): number {
  const [better, worse] = now.better === 'lower' ? [then.value, now.value] : [now.value, then.value]
  if (worse - better <= now.noise) return 1
  if (now.better === 'higher') return better === 0 ? Number.POSITIVE_INFINITY : then.value / now.value
  // Noise below and above: from 0.1 ms to 30 ms is not three hundred times worse.
  return worse / Math.max(better, now.noise, Number.MIN_VALUE)
}

function written({ value, unit }: Figure): string {
  return `${Number(value.toFixed(1)).toLocaleString('en')}${unit.startsWith('/') || unit === '' ? unit : ` ${unit}`}`
}

/** @throws saying what is wrong with it, when it is not a result of the benchmark */
export function readResults(text: string): BenchResults {
  const value: unknown = JSON.parse(text)
  const isResults =
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 1 &&
    'scenarios' in value &&
    Array.isArray(value.scenarios)
  if (!isResults) throw new Error('is not a result of breakwater bench (--json FILE writes one)')
  // Written by this program: the format says so.
  return value as unknown as BenchResults
}
