import { availableParallelism } from 'node:os'
import { hasCommand } from './peers/installed.ts'

/** Commands and Debian's packages that have them. */
export type Packages = Readonly<Record<string, string>>

const always: Packages = { taskset: 'util-linux', wrk: 'wrk' }

/** What a measurement of this machine needs and does not find; undefined when all is there. */
export function whatIsMissing(needed: Packages = {}): string | undefined {
  if (process.platform !== 'linux') return 'this needs Linux: CPU times are read from /proc'
  if (availableParallelism() < 2) return 'this needs two cores: one for the server, one for the load'
  const missing = Object.entries({ ...always, ...needed }).filter(([command]) => !hasCommand(command))
  if (missing.length === 0) return undefined
  const [commands, packages] = [0, 1].map((part) => missing.map((one) => one[part]))
  return `${commands!.join(', ')} missing (Debian: apt-get install ${packages!.join(' ')})`
}
