import { spawnSync } from 'node:child_process'
import { searchPath } from './programs.ts'

/** The version of a program, when it is installed. */
export function installedVersion(command: string, argument: string): string | undefined {
  const run = spawnSync(command, [argument], {
    encoding: 'utf8',
    env: { ...process.env, PATH: searchPath },
    timeout: 10_000,
  })
  if (run.error !== undefined) return undefined
  return /\d+(?:\.\d+)+/.exec(run.stdout + run.stderr)?.[0] ?? 'unknown'
}
