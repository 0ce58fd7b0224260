import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'

/** Machine, versions and commit, to stand beside numbers. */
export function describeRun(what: string): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  return `${what}; ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, commit ${commit}\n`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
