import { formatProblem, type Problem } from '../config/problems.ts'
import { painter, type Terminal } from './terminal.ts'

/** Every problem on a line of its own, then how many there are. */
export function writeProblems(problems: readonly Problem[], { stderr, env }: Terminal): void {
  const paint = painter(stderr, env)
  for (const problem of problems) {
    const line = formatProblem(problem)
    const place = line.slice(0, line.length - problem.message.length)
    stderr.write(`${paint('bold', place)}${problem.message}\n`)
  }
  stderr.write(`${paint('red', problems.length === 1 ? '1 problem' : `${problems.length} problems`)}\n`)
}
