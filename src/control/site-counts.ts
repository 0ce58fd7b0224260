import type { MemoryCounts } from '../tiers/memory-tier.ts'

/** What one thread, or all threads of a box together, did since they started. */
export interface SiteCounts {
  readonly connections: number
  /** Connections that the plain lane gave to the full lane. */
  readonly handedOver: number
  readonly memory: MemoryCounts
}

/** The sum over threads. What is a budget or a level in each is the sum for the box as well. */
export function summed(counts: readonly SiteCounts[]): SiteCounts {
  const sum = (of: (one: SiteCounts) => number): number => counts.reduce((total, one) => total + of(one), 0)
  return {
    connections: sum((one) => one.connections),
    handedOver: sum((one) => one.handedOver),
    memory: {
      keys: sum(({ memory }) => memory.keys),
      bytes: sum(({ memory }) => memory.bytes),
      bytesMax: sum(({ memory }) => memory.bytesMax),
      hits: sum(({ memory }) => memory.hits),
      misses: sum(({ memory }) => memory.misses),
      stored: sum(({ memory }) => memory.stored),
      evicted: sum(({ memory }) => memory.evicted),
      refused: sum(({ memory }) => memory.refused),
    },
  }
}
