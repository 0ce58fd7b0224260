import { availableParallelism } from 'node:os'
import { hasCommand } from './peers/installed.ts'

/** What a measurement of this machine needs and does not find; undefined when all is there. */
export function whatIsMissing(): string | undefined {
  if (process.platform !== 'linux') return 'this needs Linux: CPU times are read from /proc'
  if (availableParallelism() < 2) return 'this needs two cores: one for the server, one for the load'
  if (!hasCommand('taskset')) return 'taskset is missing (Debian: apt-get install util-linux)'
  if (!hasCommand('wrk')) return 'wrk is missing, which makes the load (Debian: apt-get install wrk)'
  return undefined
}
