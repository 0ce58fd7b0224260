/*
 * What a tier costs, and what its going away costs: `npm run bench:tiers`. Needs redis-server, memcached and wrk; Apache and nginx are
 * compared where they are installed.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from '../support/machine.ts'
import { startOrigin } from '../support/origin-process.ts'
import { hasCommand } from '../support/peers/installed.ts'
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
const [serverCore, loadCore] = [0, 1]

// Programs and folders of ours are ended and removed when the process exits; without these it would only be killed.
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  process.on(signal, () => process.exit(code))
}
process.exit(await main())

async function main(): Promise<number> {
  const options = { quick: { type: 'boolean' }, questions: { type: 'string' }, help: { type: 'boolean' } } as const
  const { values } = parseArgs({ options })
  const questions = values.questions?.split(',') ?? questionNames
  const unknown = questions.find((name) => !questionNames.includes(name))
  if (values.help === true || unknown !== undefined) {
    process.stderr.write(unknown === undefined ? help : `There is no question "${unknown}"\n\n${help}`)
    return unknown === undefined ? 0 : 2
  }
  const missing = ['wrk', 'redis-server', 'memcached', 'taskset'].filter((command) => !hasCommand(command))
  if (missing.length > 0) {
    process.stderr.write(`bench: ${missing.join(', ')} missing (Debian: apt-get install wrk redis-server memcached)\n`)
    return 2
  }
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
  const origin = await startOrigin(loadCore)
  const place = { folder: folder.path, originPort: origin.port, cores: `${serverCore}` }
  const seconds = isQuick ? 1 : 2
  try {
    const hits = questions.includes('hit') ? await measureHits({ place, loadCore, seconds }, shown) : undefined
    const outage = questions.includes('outage') ? await measureOutage({ ...place, loadCore, origin }, shown) : undefined
    return { machine, seconds, hits, outage }
  } finally {
    shown.end()
    await origin.stop()
    folder.remove()
  }
}
