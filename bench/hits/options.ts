import { parseArgs } from 'node:util'

export interface RunOptions {
  readonly isQuick: boolean
  /** undefined: as many as each question deserves */
  readonly rounds: number | undefined
  readonly seconds: number
  /** undefined: all */
  readonly questions: readonly string[] | undefined
  /** undefined: all that are installed */
  readonly peers: readonly string[] | undefined
  readonly json: string | undefined
}

export type ReadOptions =
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string }

/** What may be named. */
export interface Names {
  readonly questions: readonly string[]
  readonly peers: readonly string[]
}

export function helpText({ questions, peers }: Names): string {
  return `Usage: npm run bench:hits -- [options]

Measures what a request costs: Breakwater, the caches that are installed, and the floor of Node, in turn, in front of
one origin. The server has the first core, the load and the origin the second. Takes about an hour; keep the
machine otherwise idle.

  --quick             one short round each, a tenth of the URLs: to see that all works
  --rounds N          rounds of each question, of which the median counts (5 or 6, where there is a goal 15 or 16;
                      taken by up to 8 processes one after the other; quick: 1)
  --seconds N         load on one server in one round (1)
  --questions A,B     only these: ${wrapped(questions)}
  --peers A,B|none    only these: ${peers.join(', ')}
  --json FILE         write the figures there, and the tables beside it as Markdown
                      (bench/results/hits.json when everything is measured; otherwise nothing is written)

Tables go to standard output. Exit code 1: a wrong answer or an error; 2: a wrong command line, or wrk is missing.
`
}

function wrapped(names: readonly string[]): string {
  const half = Math.ceil(names.length / 2)
  return `${names.slice(0, half).join(', ')},\n                      ${names.slice(half).join(', ')}`
}

export function readOptions(args: readonly string[], names: Names): ReadOptions {
  let values: ReturnType<typeof parse>
  try {
    values = parse(args)
  } catch (error) {
    return { kind: 'wrong', problem: (error as Error).message }
  }
  if (values.help === true) return { kind: 'help' }
  const isQuick = values.quick === true
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  const seconds = Number(values.seconds ?? 1)
  for (const [flag, value] of Object.entries({ rounds, seconds })) {
    if (value !== undefined && (!Number.isInteger(value) || value < 1 || value > 1000)) {
      return { kind: 'wrong', problem: `--${flag} takes a whole number from 1 to 1000` }
    }
  }
  const questions = list(values.questions)
  const peers = values.peers === 'none' ? [] : list(values.peers)
  const unknown = firstUnknown(questions, names.questions) ?? firstUnknown(peers, names.peers)
  if (unknown !== undefined) return { kind: 'wrong', problem: `There is no "${unknown}" (--help says what there is)` }
  return { kind: 'run', options: { isQuick, rounds, seconds, questions, peers, json: values.json } }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      questions: { type: 'string' },
      peers: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(',').filter((name) => name !== '')
}

function firstUnknown(wanted: readonly string[] | undefined, known: readonly string[]): string | undefined {
  return wanted?.find((name) => !known.includes(name))
}
