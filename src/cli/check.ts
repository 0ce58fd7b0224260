import type { Config } from '../config/config.ts'
import { effectiveValues, effectiveYaml } from '../config/effective.ts'
import { formatProblem } from '../config/problems.ts'
import type { ReadConfig } from '../config/read-config.ts'
import { formatHostPort, formatSize } from '../units.ts'
import { exitCodes } from './exit-codes.ts'
import { loadConfig } from './load-config.ts'
import { writeProblems } from './problems.ts'
import { painter, type Terminal } from './terminal.ts'

export interface CheckFlags {
  readonly json?: boolean
  readonly print?: boolean
}

/** `breakwater check FILE`: all problems, or `FILE: ok` and what the file amounts to. */
export async function check(file: string, flags: CheckFlags, terminal: Terminal): Promise<number> {
  const read = await loadConfig(file)
  const exitCode = read.kind === 'ok' ? exitCodes.stopped : exitCodes.configuration
  if (flags.json === true) {
    terminal.stdout.write(`${JSON.stringify(jsonReport(file, read, flags), undefined, 2)}\n`)
    return exitCode
  }
  if (read.kind === 'invalid') {
    writeProblems(read.problems, terminal)
    return exitCode
  }
  if (flags.print === true) terminal.stdout.write(effectiveYaml(read))
  else
    terminal.stdout.write(`${file}: ${painter(terminal.stdout, terminal.env)('green', 'ok')}\n${summary(read.config)}`)
  return exitCode
}

function jsonReport(file: string, read: ReadConfig, { print }: CheckFlags): object {
  if (read.kind === 'ok') {
    return { file, ok: true, problems: [], ...(print === true ? { config: effectiveValues(read) } : {}) }
  }
  const problems = read.problems.map((problem) => ({
    line: problem.position?.line ?? null,
    column: problem.position?.column ?? null,
    path: problem.path,
    message: problem.message,
    text: formatProblem(problem),
  }))
  return { file, ok: false, problems }
}

function summary(config: Config): string {
  const { rules } = config.caching
  const lines = [
    ['listens on', config.listen.map(formatHostPort).join(', ')],
    ['origins', config.origins.map(({ url }) => url).join(', ') || 'none, the demo site is served'],
    ['memory', `${formatSize(config.memoryBytes)}, at most ${formatSize(config.objectBytesMax)} for one response`],
    ...behindMemory(config.tiers),
    ['rules', rules.length === 0 ? 'none' : rules.map(({ name }) => name).join(', ')],
  ]
  return lines.map(([name, text]) => `  ${name!.padEnd(11)}${text}\n`).join('')
}

function behindMemory({ redis, memcached, first }: Config['tiers']): string[][] {
  const names = [...(memcached.length > 0 ? ['memcached'] : []), ...(redis !== undefined ? ['redis'] : [])]
  if (names.length === 0) return []
  if (first === 'redis') names.reverse()
  const hint = redis === undefined ? '; without redis other boxes do not hear of purges (docs/tiers.md)' : ''
  return [['behind it', names.join(', then ') + hint]]
}
