import type { MemoryCounts } from '../tiers/memory/memory-tier.ts'

/** What one thread, or all threads of a box together, did since they started. */
export interface SiteCounts {
  readonly connections: number
  /** Connections that the plain lane gave to the full lane. */
  readonly handedOver: number
  readonly memory: MemoryCounts
}

/** The sum over threads. What is a budget or a level in each is the sum for the box as well. */
export function summed(counts: readonly SiteCounts[]): SiteCounts {
  return {
    connections: counts.reduce((total, one) => total + one.connections, 0),
    handedOver: counts.reduce((total, one) => total + one.handedOver, 0),
    memory: summedMemory(counts.map(({ memory }) => memory)),
  }
}

/** The memory of all threads of a box together. */
export function summedMemory(counts: readonly MemoryCounts[]): MemoryCounts {
  const sum = (name: keyof MemoryCounts): number => counts.reduce((total, one) => total + one[name], 0)
  return {
    keys: sum('keys'),
    bytes: sum('bytes'),
    bytesMax: sum('bytesMax'),
    hits: sum('hits'),
    misses: sum('misses'),
    stored: sum('stored'),
    evicted: sum('evicted'),
    refused: sum('refused'),
  }
}
