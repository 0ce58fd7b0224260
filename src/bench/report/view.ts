import { histogramOf } from '../load/histogram.ts'
import type { BenchResults, RunResults, ScenarioResults, SecondPoint } from '../results.ts'

/** A number, or a gap in a line. */
type Value = number | null

/** What the script of the page draws of one scenario. */
export interface ScenarioView {
  readonly name: string
  readonly runs: readonly RunView[]
}

/** One run in columns, a value for each second. */
export interface RunView {
  readonly target: string
  readonly name: string
  readonly offered: readonly Value[]
  readonly answered: readonly Value[]
  readonly failed: readonly Value[]
  readonly p50: readonly Value[]
  readonly p99: readonly Value[]
  readonly p999: readonly Value[]
  readonly site: readonly Value[]
  readonly hits: readonly Value[]
  readonly memory: readonly Value[]
  /** Latency at each of `curvePercentiles`. */
  readonly curve: readonly Value[]
  readonly events: readonly { readonly second: number; readonly text: string }[]
}

/** From the median to one in ten thousand, evenly on the axis `-log10(1 - share)`. */
export const curveAt: readonly number[] = Array.from({ length: 41 }, (_, i) => i / 10)

export function scenarioViews({ scenarios, targets }: BenchResults): ScenarioView[] {
  const nameOf = (id: string) => targets.find((target) => target.id === id)?.name ?? id
  return scenarios.filter(hasSeconds).map(({ name, runs }) => ({
    name,
    runs: runs.map((run) => runView(run, nameOf(run.target))),
  }))
}

function hasSeconds({ runs }: ScenarioResults): boolean {
  return runs.some(({ seconds }) => seconds.length > 0)
}

function runView({ target, seconds: all, latency, events }: RunResults, name: string): RunView {
  // Those who came last have left or been served some seconds later; the course ends where nobody comes any more.
  const seconds = all.slice(0, all.findLastIndex(({ offered }) => offered > 0) + 1)
  const column = (read: (point: SecondPoint) => number | undefined): Value[] =>
    seconds.map((point) => short(read(point)))
  const isAsked = ({ offered }: SecondPoint) => offered > 0
  return {
    target,
    name,
    offered: column(({ offered }) => offered),
    answered: column(({ answered }) => answered),
    failed: column(({ failed }) => failed),
    p50: column((point) => (isAsked(point) ? point.p50Ms : undefined)),
    p99: column((point) => (isAsked(point) ? point.p99Ms : undefined)),
    p999: column((point) => (isAsked(point) ? point.p999Ms : undefined)),
    site: column(({ siteRequests }) => siteRequests),
    hits: column(({ hitRatio }) => hitRatio && hitRatio * 100),
    memory: column(({ memoryMiB }) => memoryMiB),
    curve: latencyCurve(latency),
    events,
  }
}

function latencyCurve(latency: RunResults['latency']): Value[] {
  const histogram = histogramOf(latency)
  // A percentile that fewer than one visitor stands behind is not drawn.
  return curveAt.map((nines) =>
    10 ** nines > histogram.total ? null : short(histogram.percentileMs(100 * (1 - 10 ** -nines))),
  )
}

function short(value: number | undefined): Value {
  return value === undefined ? null : Number(value.toPrecision(4))
}
