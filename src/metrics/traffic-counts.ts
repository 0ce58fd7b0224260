import { type DurationCounts, noDurations, summedDurations } from './durations.ts'
import { OUTCOMES } from './outcomes.ts'
import type { ReasonCount } from './reason-counts.ts'

/** All that was answered since the start, plain data. */
export interface TrafficCounts {
  readonly reasons: readonly ReasonCount[]
  /** For each of `OUTCOMES` a row of six: without status, 1xx to 5xx. */
  readonly statuses: Float64Array
  /** In the order of `OUTCOMES`. */
  readonly durations: readonly { readonly whole: DurationCounts; readonly firstByte: DurationCounts }[]
  /** With heads and framing. */
  readonly responseBytes: number
  readonly requestBodyBytes: number
  /** Requests that were answered by the upstream request of another. */
  readonly collapsed: number
  /** Responses that were not sent whole. */
  readonly cut: number
}

/** What was answered for one host. */
export interface HostCounts {
  readonly host: string
  /** In the order of `OUTCOMES`. */
  readonly outcomes: Float64Array
  readonly bytes: number
}

export function summedTraffic(all: readonly TrafficCounts[]): TrafficCounts {
  const sum = (of: (one: TrafficCounts) => number): number => all.reduce((total, one) => total + of(one), 0)
  return {
    reasons: summedReasonCounts(all.flatMap(({ reasons }) => reasons)),
    statuses: summedArrays(
      OUTCOMES.length * 6,
      all.map(({ statuses }) => statuses),
    ),
    durations: OUTCOMES.map((_, i) => ({
      whole: all.map(({ durations }) => durations[i]!.whole).reduce(summedDurations, noDurations()),
      firstByte: all.map(({ durations }) => durations[i]!.firstByte).reduce(summedDurations, noDurations()),
    })),
    responseBytes: sum((one) => one.responseBytes),
    requestBodyBytes: sum((one) => one.requestBodyBytes),
    collapsed: sum((one) => one.collapsed),
    cut: sum((one) => one.cut),
  }
}

/** Hosts of several threads, the busiest first. */
export function summedHosts(all: readonly HostCounts[]): HostCounts[] {
  const merged = new Map<string, HostCounts>()
  for (const one of all) {
    const { outcomes, bytes } = merged.get(one.host) ?? { outcomes: new Float64Array(OUTCOMES.length), bytes: 0 }
    const arrays = summedArrays(OUTCOMES.length, [outcomes, one.outcomes])
    merged.set(one.host, { host: one.host, outcomes: arrays, bytes: bytes + one.bytes })
  }
  const requests = ({ outcomes }: HostCounts): number => outcomes.reduce((total, count) => total + count, 0)
  return [...merged.values()].sort((one, other) => requests(other) - requests(one))
}

function summedReasonCounts(all: readonly ReasonCount[]): ReasonCount[] {
  const merged = new Map<string, ReasonCount>()
  for (const one of all) {
    const name = JSON.stringify([one.outcome, one.forward, one.detail])
    merged.set(name, { ...one, count: one.count + (merged.get(name)?.count ?? 0) })
  }
  return [...merged.values()].sort((one, other) => other.count - one.count)
}

function summedArrays(length: number, arrays: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(length)
  for (const array of arrays) for (const [i, count] of array.entries()) sum[i]! += count
  return sum
}
