/*
 * Loaded into the measured process with `node --expose-gc --import`: a probe that says how much memory the process has after a full
 * collection, and how long collections have held it up since it was asked last.
 */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProbe } from './probe.ts'

export interface MemoryReport {
  readonly residentBytes: number
  readonly heapBytes: number
  readonly externalBytes: number
  /** Pauses by collections that happened by themselves: the longest of the young and of the old generation. */
  readonly minorPauseMsMax: number
  readonly majorPauseMsMax: number
  /** The one asked for, which does at once what is otherwise done in steps. */
  readonly fullCollectionMs: number
}

type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } }

let collections: GcEntry[] = []
new PerformanceObserver((list) => collections.push(...(list.getEntries() as GcEntry[]))).observe({ entryTypes: ['gc'] })

/** The observer is told of collections a little later. */
const toldAfterMs = 50

async function report(): Promise<MemoryReport> {
  await sleep(toldAfterMs)
  const byThemselves = collections
  collections = []
  const before = performance.now()
  globalThis.gc?.()
  const fullCollectionMs = performance.now() - before
  // What buffers held is given back behind the collection that found them.
  await sleep(toldAfterMs)
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  await sleep(toldAfterMs)
  collections = []
  const isMinor = ({ detail }: GcEntry) => detail.kind === constants.NODE_PERFORMANCE_GC_MINOR
  const longest = (entries: readonly GcEntry[]) => entries.reduce((max, { duration }) => Math.max(max, duration), 0)
  return {
    residentBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    minorPauseMsMax: longest(byThemselves.filter(isMinor)),
    majorPauseMsMax: longest(byThemselves.filter((entry) => !isMinor(entry))),
    fullCollectionMs,
  }
}

startProbe(report)
