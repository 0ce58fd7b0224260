import { Histogram } from '../../src/bench/load/histogram.ts'
import type { BenchResults, Figure, RunResults, SecondPoint, TargetFacts } from '../../src/bench/results.ts'

/** A second of a run that went well. */
export function secondPoint(second: number, more: Partial<SecondPoint> = {}): SecondPoint {
  return {
    second,
    offered: 100,
    answered: 100,
    failed: 0,
    p50Ms: 1,
    p99Ms: 4,
    p999Ms: 9,
    siteRequests: 1,
    hitRatio: 0.99,
    memoryMiB: 90,
    ...more,
  }
}

export const figure = (name: string, value: number, more: Partial<Figure> = {}): Figure => ({
  ...{ name, value, unit: 'ms', better: 'lower', noise: 0 },
  ...more,
})

export function sampleRun(target: string, more: Partial<RunResults> = {}): RunResults {
  const latency = new Histogram()
  for (let i = 1; i <= 5_000; i++) latency.record(0.5 + (i / 5_000) ** 12 * 40)
  return {
    target,
    verdict: { outcome: 'passed', sentence: 'All <were> served.' },
    clientLimit: undefined,
    figures: [figure('p99', 4)],
    seconds: Array.from({ length: 30 }, (_, i) =>
      secondPoint(i, { offered: 20 * 1.17 ** i, answered: 20 * 1.17 ** i }),
    ),
    latency: latency.data,
    events: [],
    ...more,
  }
}

export const sampleTargets: readonly TargetFacts[] = [
  { id: 'direct', name: 'direct', version: undefined, kind: 'direct' },
  { id: 'breakwater', name: 'Breakwater', version: '0.1.0', kind: 'breakwater' },
  { id: 'nginx', name: 'nginx', version: '1.22.1', kind: 'peer' },
]

/** Results of a run that nobody made, for the rules that read such. */
export function sampleResults(runs: readonly RunResults[], more: Partial<BenchResults> = {}): BenchResults {
  return {
    format: 1,
    madeAt: '2026-11-23T00:00:00.000Z',
    machine: { processor: 'a processor', cores: 2, memoryGiB: 8, system: 'Linux', node: 'v26', breakwater: '0.1.0' },
    settings: {
      mode: 'demo',
      url: 'the demo site',
      through: undefined,
      isQuick: false,
      visitorsPerSecond: 2000,
      patienceMs: 5000,
    },
    headline: 'direct: collapsed at 41 visitors/s; through Breakwater: 5,000 visitors/s.',
    targets: sampleTargets,
    leftOut: [],
    scenarios: [{ name: 'wave', title: 'The wave', description: 'They come.', runs }],
    ...more,
  }
}
