import type { BenchResults, RunResults } from '../results.ts'

export type Paint = (style: 'red' | 'green' | 'yellow' | 'bold' | 'dim', text: string) => string

const marks = { passed: ['green', 'passed'], failed: ['red', 'failed'], unclear: ['yellow', 'unclear'] } as const

/** Every run with its verdict, then the verdict in words. */
export function finalTable(results: BenchResults, paint: Paint): string {
  const width = Math.max(...results.targets.map(({ name }) => name.length))
  const lines: string[] = []
  for (const { title, runs } of results.scenarios) {
    lines.push('', paint('bold', title))
    for (const run of runs) {
      const target = results.targets.find(({ id }) => id === run.target)!
      lines.push(
        `  ${target.name.padEnd(width)}  ${mark(run, target.kind === 'breakwater', paint)}  ${run.verdict.sentence}`,
      )
    }
  }
  if (results.leftOut.length > 0)
    lines.push('', paint('bold', 'Left out'), ...results.leftOut.map((text) => `  ${text}`))
  const limits = [
    ...new Set(results.scenarios.flatMap(({ runs }) => runs.flatMap(({ clientLimit }) => clientLimit ?? []))),
  ]
  if (limits.length > 0)
    lines.push('', paint('bold', 'The client was the limit in places'), ...limits.map((text) => `  ${text}`))
  return `${lines.join('\n')}\n\n${paint('bold', results.headline)}\n`
}

/** What is not ours is shown without alarm. */
function mark({ verdict }: RunResults, isOurs: boolean, paint: Paint): string {
  const [style, text] = marks[verdict.outcome]
  return paint(isOurs || verdict.outcome === 'passed' ? style : 'dim', text.padEnd(7))
}
