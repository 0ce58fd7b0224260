/*
 * What a request makes of garbage, and where: `npm run bench:garbage`, `--help` for its options. A question is one of `bench/hits/`.
 */
import { parseArgs } from 'node:util'
import { hit1k } from '../hits/hit-1k.ts'
import { miss } from '../hits/miss.ts'
import { notModified } from '../hits/not-modified.ts'
import type { Question } from '../hits/question.ts'
import { uncacheable } from '../hits/uncacheable.ts'
import { uncacheableNew } from '../hits/uncacheable-new.ts'
import { complain, exitOnSignals, say } from '../support/bench-program.ts'
import { whatIsMissing } from '../support/missing.ts'
import { type Garbage, measureGarbage } from './measure.ts'

const questions: readonly Question[] = [hit1k, notModified, miss, uncacheable, uncacheableNew]

const help = `Usage: npm run bench:garbage -- [options]

Bytes that a request allocates on the heap, by function, by V8's sampling profiler.

  --questions A,B   of ${questions.map(({ name }) => name).join(', ')} (all of them)
  --seconds N       of load that are counted (4)
  --top N           functions shown (20)
  --json            for programs, with all functions
`

exitOnSignals()
process.exit(await main())

async function main(): Promise<number> {
  let values: ReturnType<typeof parse>
  try {
    values = parse()
  } catch (error) {
    return complain((error as Error).message)
  }
  if (values.help === true) return say(help)
  const [seconds, top] = [Number(values.seconds), Number(values.top)]
  if (!(Number.isInteger(seconds) && seconds > 0)) return complain('--seconds takes a whole number above 0')
  if (!(Number.isInteger(top) && top > 0)) return complain('--top takes a whole number above 0')
  const names = values.questions?.split(',') ?? questions.map(({ name }) => name)
  const unknown = names.find((name) => !questions.some((question) => question.name === name))
  if (unknown !== undefined) return complain(`There is no question "${unknown}" (--help says what there is)`)
  const missing = whatIsMissing()
  if (missing !== undefined) return complain(missing)
  const measured: Garbage[] = []
  for (const question of questions) {
    if (!names.includes(question.name)) continue
    const garbage = await measureGarbage(question, seconds)
    measured.push(garbage)
    if (values.json !== true) process.stdout.write(textOf(garbage, top))
  }
  if (values.json === true) process.stdout.write(`${JSON.stringify(measured, undefined, 2)}\n`)
  return 0
}

function parse() {
  return parseArgs({
    options: {
      questions: { type: 'string' },
      seconds: { type: 'string', default: '4' },
      top: { type: 'string', default: '20' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values
}

function textOf({ question, requests, bytesPerRequest, functions }: Garbage, top: number): string {
  const lines = functions
    .slice(0, top)
    .map(({ where, bytesPerRequest: bytes }) => `${bytes.toFixed(0).padStart(8)}  ${where}`)
  const total = Math.round(bytesPerRequest).toLocaleString('en')
  return `${question}: ${total} bytes for each of ${requests.toLocaleString('en')} requests\n${lines.join('\n')}\n\n`
}
