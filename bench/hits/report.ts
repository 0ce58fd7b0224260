import type { MemoryFigures } from './memory.ts'
import { repeatsText } from './repeats.ts'
import type { Figures, GoalResult, QuestionResult, Results } from './results.ts'

/** The results as Markdown: goals first, then a table for each question, and what they were measured on. */
export function report(results: Results): string {
  const sections = results.questions.map(section)
  return [heading(results), goals(results.questions), ...sections].join('\n')
}

function heading({ machine, settings, peers }: Results): string {
  const versions = Object.entries(peers).map((named) => named.join(' '))
  const busy =
    machine.loadBefore > 0.5 ? ` Something else ran on it: load ${machine.loadBefore.toFixed(1)} before.` : ''
  return `# What a request costs

${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Linux ${machine.kernel}; ${machine.date}.${busy}
Breakwater ${machine.commit} on Node ${machine.node}${versions.map((version) => `, ${version}`).join('')}.
One core for the server (Breakwater with one helper thread of V8's, as the shipped service starts it), another for wrk
(${settings.connections} connections) and the origin;
medians of rounds of ${settings.seconds} s each, after ${settings.warmUpSeconds.fromMemory} s of load, where the origin is asked after ${settings.warmUpSeconds.fromOrigin} s${settings.isQuick ? '; a quick look' : ''}.
How many rounds stands with each question, more where there is a goal, and with how many processes, as no two are compiled alike.
CPU is user and system time of all the server's processes for each request. Ratios are Breakwater's CPU to the other's, so
below 1 Breakwater is cheaper; they are medians of the ratios within each round. The floor is a Node program that writes one
prepared response whatever it reads; the lowest floor the same, reading as Breakwater's plain lane does (all connections into one buffer);
the pass floor moves bytes between each client and the origin, also into one buffer, and parses nothing.
`
}

function goals(questions: readonly QuestionResult[]): string {
  const rows = questions.flatMap((question) =>
    'goals' in question ? question.goals.map((goal) => goalRow(question.name, goal)) : [],
  )
  if (rows.length === 0) return ''
  return `## Goals\n\n${table(['question', 'what', 'goal', 'measured', 'middle half of the rounds', ''], rows)}`
}

function goalRow(name: string, { what, max, unit, measured, middleHalf }: GoalResult): string[] {
  const goal = `≤ ${max}${unit}`
  if (measured === undefined) return [name, what, goal, '', '', 'not measured']
  const spread = middleHalf?.map(fixed).join('–') ?? ''
  return [name, what, goal, fixed(measured), spread, measured <= max ? 'met' : '**missed**']
}

function section(question: QuestionResult): string {
  const { name, title, remark } = question
  const repeats = 'repeats' in question ? `; ${repeatsText(question.repeats)}` : ''
  return `## ${title}\n\n\`${name}\`${repeats}${remark === undefined ? '' : `. ${remark}`}\n\n${content(question)}`
}

function content(question: QuestionResult): string {
  switch (question.kind) {
    case 'comparison':
      return comparison(question.figures)
    case 'memory':
      return memory(question.figures)
    case 'unavailable':
      return `Not measured: ${question.why}.\n`
    case 'failed':
      return `**Failed**: ${question.why}.\n`
  }
}

function comparison(figures: readonly Figures[]): string {
  const rows = figures.map((row, index) => [
    row.server,
    row.cpuMicrosPerRequest.toFixed(1),
    Math.round(row.perSecond).toLocaleString('en'),
    ...[row.p50Ms, row.p99Ms, row.p999Ms].map(fixed),
    index === 0 ? '' : fixed(row.breakwaterRatio),
  ])
  return table(['', 'CPU µs', 'requests/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'ratio'], rows)
}

function memory(figures: MemoryFigures): string {
  const count = (n: number) => Math.round(n).toLocaleString('en')
  const { overhead, pauses, churn, nginxChurn } = figures
  const both = nginxChurn === undefined ? [churn] : [churn, nginxChurn]
  return [
    table(
      [`bytes for each of ${count(figures.overheadAt)} stored responses of 1 KB, beyond the body`, ''],
      [
        ['heap', count(overhead.heapBytes)],
        ['external, beyond the body', count(overhead.externalBytes)],
        ['resident, beyond the body', count(overhead.residentBytes)],
      ],
    ),
    table(
      [`pauses with ${count(figures.storedAt)} stored responses`, 'ms'],
      [
        ['full collection, asked for', fixed(pauses.fullCollectionMs)],
        ['longest of the old generation, while filling', fixed(pauses.majorMsMax)],
        ['longest of the young generation, while filling', fixed(pauses.minorMsMax)],
        [
          'longest of the old generation, under churn',
          churn.majorPauseMsMax === 0 ? 'none' : fixed(churn.majorPauseMsMax),
        ],
      ],
    ),
    table(
      ['hits among them, while new ones are stored and old ones evicted', 'Breakwater', 'nginx'].slice(
        0,
        1 + both.length,
      ),
      [
        ['hits/s', ...both.map(({ hitsPerSecond }) => count(hitsPerSecond))],
        ['new/s', ...both.map(({ newPerSecond }) => count(newPerSecond))],
        ['% of its core in use', ...both.map(({ busyShare }) => count(busyShare * 100))],
        ['p50 ms', ...both.map(({ p50Ms }) => fixed(p50Ms))],
        ['p99 ms', ...both.map(({ p99Ms }) => fixed(p99Ms))],
        ['p99.9 ms', ...both.map(({ p999Ms }) => fixed(p999Ms))],
        ['p99.9 ms, worst round', ...both.map(({ p999MsWorst }) => fixed(p999MsWorst))],
      ],
    ),
  ].join('\n')
}

/** Two digits behind the point are more than a run repeats. */
function fixed(value: number): string {
  return value.toFixed(2)
}

/** A Markdown table; columns of numbers are flush right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  const isNumeric = (column: number) => rows.every((row) => /^[\d.,]*$/.test(row[column] ?? ''))
  const rule = head.map((_, column) => (isNumeric(column) ? '---:' : '---'))
  return line(head) + line(rule) + rows.map(line).join('')
}
