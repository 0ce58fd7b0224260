import type { Machine } from '../support/machine.ts'
import { median, middleHalf, pairedRatios } from '../support/statistics.ts'
import type { BenchSettings } from './bench.ts'
import type { Run, ServerRuns } from './compare-servers.ts'
import type { MemoryFigures } from './memory.ts'
import type { Question } from './question.ts'
import type { Repeats } from './repeats.ts'

/** Everything that was measured, as it is written to the JSON file. */
export interface Results {
  readonly machine: Machine
  readonly settings: BenchSettings
  /** Versions by name. */
  readonly peers: Readonly<Record<string, string>>
  readonly questions: readonly QuestionResult[]
}

export type QuestionResult = { readonly name: string; readonly title: string; readonly remark?: string } & (
  | {
      readonly kind: 'comparison'
      readonly repeats: Repeats
      readonly figures: readonly Figures[]
      readonly goals: readonly GoalResult[]
    }
  | { readonly kind: 'memory'; readonly figures: MemoryFigures; readonly goals: readonly GoalResult[] }
  | { readonly kind: 'unavailable'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string }
)

/** Medians over the rounds. */
export interface Figures {
  readonly server: string
  readonly cpuMicrosPerRequest: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  /** What Breakwater's request costs in proportion to this server's. */
  readonly breakwaterRatio: number
  /** Between which the middle half of the rounds has it. */
  readonly breakwaterRatioMiddleHalf: readonly [number, number]
  /** What the medians are of. */
  readonly rounds: readonly Run[]
}

export interface GoalResult {
  readonly what: string
  readonly max: number
  readonly unit: '' | ' ms'
  /** undefined: what it is measured against was not there. */
  readonly measured: number | undefined
  /** Between which the middle half of the rounds lies, where it is measured in rounds. */
  readonly middleHalf?: readonly [number, number]
}

/** @param servers Breakwater first */
export function figuresOf(servers: readonly ServerRuns[]): readonly Figures[] {
  const costs = ({ runs }: ServerRuns) => runs.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest)
  const ours = costs(servers[0]!)
  return servers.map((measured) => {
    const ratios = pairedRatios(ours, costs(measured))
    const of = (key: keyof Run) => median(measured.runs.map((run) => run[key]))
    return {
      server: measured.server,
      cpuMicrosPerRequest: of('cpuMicrosPerRequest'),
      perSecond: of('perSecond'),
      p50Ms: of('p50Ms'),
      p99Ms: of('p99Ms'),
      p999Ms: of('p999Ms'),
      breakwaterRatio: median(ratios),
      breakwaterRatioMiddleHalf: middleHalf(ratios),
      rounds: measured.runs,
    }
  })
}

export function goalsOf({ goals = [] }: Question, figures: readonly Figures[]): readonly GoalResult[] {
  return goals.map(({ against, ratioMax }) => {
    const other = figures.find(({ server }) => server === against)
    return {
      what: `CPU time per request / ${against}`,
      max: ratioMax,
      unit: '',
      measured: other?.breakwaterRatio,
      ...(other && { middleHalf: other.breakwaterRatioMiddleHalf }),
    }
  })
}
