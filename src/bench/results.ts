import type { HistogramData } from './load/histogram.ts'

/** What a run of the benchmark found: the JSON that it writes, and what the report shows. */
export interface BenchResults {
  readonly format: 1
  readonly madeAt: string
  readonly machine: MachineFacts
  readonly settings: {
    readonly mode: 'demo' | 'url'
    readonly url: string
    readonly through: string | undefined
    readonly isQuick: boolean
    /** At the top of the wave. */
    readonly visitorsPerSecond: number
    readonly patienceMs: number
  }
  /** The verdict in words. */
  readonly headline: string
  readonly targets: readonly TargetFacts[]
  /** What was not measured and why, a sentence each. */
  readonly leftOut: readonly string[]
  readonly scenarios: readonly ScenarioResults[]
}

export interface MachineFacts {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly breakwater: string
}

export interface TargetFacts {
  readonly id: string
  readonly name: string
  readonly version: string | undefined
  readonly kind: 'direct' | 'breakwater' | 'peer'
}

export interface ScenarioResults {
  readonly name: string
  readonly title: string
  /** What is done, and what has to hold. */
  readonly description: string
  readonly runs: readonly RunResults[]
}

export interface RunResults {
  /** `id` of a target. */
  readonly target: string
  readonly verdict: Verdict
  /** What the client itself suffered from, when it was the limit. */
  readonly clientLimit: string | undefined
  readonly figures: readonly Figure[]
  readonly seconds: readonly SecondPoint[]
  readonly latency: HistogramData
  readonly events: readonly RunEvent[]
}

export interface Verdict {
  /** `unclear`: it would have failed, but the client was the limit. */
  readonly outcome: 'passed' | 'failed' | 'unclear'
  readonly sentence: string
}

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: 'ms' | '/s' | '%' | 'MiB' | ''
  readonly better: 'lower' | 'higher'
  /** Differences below it say nothing. */
  readonly noise: number
}

/** One second of a run. */
export interface SecondPoint {
  readonly second: number
  readonly offered: number
  readonly answered: number
  readonly failed: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  /** undefined where the site cannot be counted. */
  readonly siteRequests: number | undefined
  /** 0 to 1: of the answers, those that the site did not have to give. */
  readonly hitRatio: number | undefined
  readonly memoryMiB: number | undefined
}

export interface RunEvent {
  readonly second: number
  readonly text: string
}
