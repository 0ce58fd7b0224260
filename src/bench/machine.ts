import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import type { MachineFacts } from './results.ts'

/** What the figures were measured on. */
export function describeMachine(breakwaterVersion: string): MachineFacts {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
    node: process.version,
    breakwater: breakwaterVersion,
  }
}
