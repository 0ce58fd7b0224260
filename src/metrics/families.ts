import { BUCKETS, bucketEndMs, type DurationCounts } from './durations.ts'

export type Labels = Readonly<Record<string, string>>

/** One number of a family. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
  /** Where it is not the family's own: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string
}

/** One metric with all its numbers, in the shape of prom-client's `getMetricsAsJSON`. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly values: readonly Sample[]
  readonly aggregator: 'first'
}

type Values = number | readonly (readonly [Labels, number])[]

export function counter(name: string, help: string, values: Values): Family {
  return { name, help, type: 'counter', values: samples(values), aggregator: 'first' }
}

export function gauge(name: string, help: string, values: Values): Family {
  return { name, help, type: 'gauge', values: samples(values), aggregator: 'first' }
}

function samples(values: Values): Sample[] {
  if (typeof values === 'number') return [{ labels: {}, value: values }]
  return values.map(([labels, value]) => ({ labels, value }))
}

/** Durations in seconds. Of each power of two one bucket is shown: their ends are exact, and four times as many help nobody. */
export function histogram(name: string, help: string, all: readonly (readonly [Labels, DurationCounts])[]): Family {
  const values = all.flatMap(([labels, counts]) => [
    ...cumulated(counts).map(([le, value]) => ({ labels: { ...labels, le }, value, metricName: `${name}_bucket` })),
    { labels, value: counts.sumMs / 1000, metricName: `${name}_sum` },
    { labels, value: counts.buckets.reduce((total, count) => total + count, 0), metricName: `${name}_count` },
  ])
  return { name, help, type: 'histogram', values, aggregator: 'first' }
}

function cumulated({ buckets }: DurationCounts): [le: string, count: number][] {
  const out: [string, number][] = []
  let total = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    total += buckets[bucket] ?? 0
    if (bucket % 4 === 0) out.push([String(bucketEndMs(bucket) / 1000), total])
  }
  out.push(['+Inf', total])
  return out
}
