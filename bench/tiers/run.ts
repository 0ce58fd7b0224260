/*
 * What a tier costs, and what its going away costs: `npm run bench:tiers`. Needs redis-server, memcached and wrk; Apache and nginx are
 * compared where they are installed.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CORES, complain, exitOnSignals, say } from '../support/bench-program.ts'
import { describeMachine } from '../support/machine.ts'
import { whatIsMissing } from '../support/missing.ts'
import { startOrigin } from '../support/origin-process.ts'
import { progress } from '../support/progress.ts'
import { ramFolder } from '../support/ram-folder.ts'
import { chart } from './chart.ts'
import { measureHits } from './hit-cost.ts'
import { measureOutage } from './outage.ts'
import { report, type TierResults } from './report.ts'

const help = `Usage: npm run bench:tiers -- [options]

  --quick             one second for a figure instead of two
  --questions A,B     only these: hit (where the answer comes from), outage (while Redis is away, and the same load while it is not)

Writes bench/results/tiers.{json,md,svg} when all was measured. Takes about five minutes.
`
const questionNames = ['hit', 'outage']

exitOnSignals()
process.exit(await main())

async function main(): Promise<number> {
  const options = { quick: { type: 'boolean' }, questions: { type: 'string' }, help: { type: 'boolean' } } as const
  const { values } = parseArgs({ options })
  if (values.help === true) return say(help)
  const questions = values.questions?.split(',') ?? questionNames
  const unknown = questions.find((name) => !questionNames.includes(name))
  if (unknown !== undefined) return complain(`There is no question "${unknown}" (--help says what there is)`)
  const missing = whatIsMissing({ 'redis-server': 'redis-server', memcached: 'memcached' })
  if (missing !== undefined) return complain(missing)
  const results = await measure(questions, values.quick === true)
  const text = report(results)
  process.stdout.write(text)
  if (values.quick !== true && results.hits !== undefined && results.outage !== undefined) {
    const file = (name: string) => join(import.meta.dirname, '../results', name)
    writeFileSync(file('tiers.json'), `${JSON.stringify(results, undefined, 1)}\n`)
    writeFileSync(file('tiers.md'), text)
    writeFileSync(file('tiers.svg'), chart(results.outage))
  }
  return 0
}

async function measure(questions: readonly string[], isQuick: boolean): Promise<TierResults> {
  const machine = describeMachine()
  const shown = progress(process.stderr)
  const folder = ramFolder()
  const origin = await startOrigin(CORES.load)
  const place = { folder: folder.path, originPort: origin.port, cores: `${CORES.server}` }
  const seconds = isQuick ? 1 : 2
  try {
    const hits = questions.includes('hit') ? await measureHits({ place, seconds }, shown) : undefined
    const outage = questions.includes('outage') ? await measureOutage({ ...place, origin }, shown) : undefined
    return { machine, seconds, hits, outage }
  } finally {
    shown.end()
    await origin.stop()
    folder.remove()
  }
}
