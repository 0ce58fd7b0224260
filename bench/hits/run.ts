/*
 * What a request costs, beside other caches: `npm run bench:hits`, `--help` for its options. One question is one file of
 * this folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CORES, complain, exitOnSignals, say } from '../support/bench-program.ts'
import { describeMachine } from '../support/machine.ts'
import { whatIsMissing } from '../support/missing.ts'
import { startOrigin } from '../support/origin-process.ts'
import { type InstalledPeer, installed, peers } from '../support/peers/installed.ts'
import { type Progress, progress } from '../support/progress.ts'
import { ramFolder } from '../support/ram-folder.ts'
import { accessLog } from './access-log.ts'
import type { Bench, BenchSettings } from './bench.ts'
import { compareServers } from './compare-servers.ts'
import { unavailable } from './compared-servers.ts'
import { gzip } from './gzip.ts'
import { hit1k } from './hit-1k.ts'
import { hit1kClosing } from './hit-1k-closing.ts'
import { hit1kMinimal } from './hit-1k-minimal.ts'
import { hit1kNewHead } from './hit-1k-new-head.ts'
import { hit16k } from './hit-16k.ts'
import { hit256k } from './hit-256k.ts'
import { measureMemory, memoryGoals, memoryQuestion } from './memory.ts'
import { miss } from './miss.ts'
import { notModified } from './not-modified.ts'
import { helpText, type Names, type RunOptions, readOptions } from './options.ts'
import type { Question } from './question.ts'
import { repeatsOf } from './repeats.ts'
import { report } from './report.ts'
import { figuresOf, goalsOf, type QuestionResult, type Results } from './results.ts'
import { uncacheable } from './uncacheable.ts'
import { uncacheableNew } from './uncacheable-new.ts'
import { uncacheableNewHead } from './uncacheable-new-head.ts'
import { workers } from './workers.ts'
import { zipf } from './zipf.ts'

const questionsFor = (isQuick: boolean): readonly Question[] => [
  ...[hit1k, hit1kMinimal, hit1kNewHead, hit1kClosing, hit16k, hit256k, notModified, gzip],
  ...[accessLog, zipf(isQuick), miss, uncacheable, uncacheableNew, uncacheableNewHead, workers],
]

const names: Names = {
  questions: [...questionsFor(false).map(({ name }) => name), memoryQuestion.name],
  peers: peers.map((peer) => peer.package),
}
const defaultJson = join(import.meta.dirname, '../results/hits.json')

exitOnSignals()
process.exit(await main())

async function main(): Promise<number> {
  const read = readOptions(process.argv.slice(2), names)
  if (read.kind === 'help') return say(helpText(names))
  if (read.kind === 'wrong') return complain(read.problem)
  const missing = whatIsMissing()
  if (missing !== undefined) return complain(missing)
  const results = await measureAll(read.options)
  const text = report(results)
  process.stdout.write(text)
  if (results.questions.some(({ kind }) => kind === 'failed')) return 1
  const file = read.options.json ?? (isComplete(read.options) ? defaultJson : undefined)
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
    writeFileSync(file.replace(/(?:\.json)?$/, '.md'), text)
  }
  return 0
}

/** Only a complete run may replace the tables that are quoted. */
function isComplete({ isQuick, questions, peers: wanted }: RunOptions): boolean {
  return !isQuick && questions === undefined && wanted === undefined
}

async function measureAll(options: RunOptions): Promise<Results> {
  const { isQuick, rounds, seconds } = options
  const warmUpSeconds = isQuick ? { fromMemory: 1, fromOrigin: 2 } : { fromMemory: 2, fromOrigin: 8 }
  const settings: BenchSettings = { isQuick, rounds, seconds, warmUpSeconds, connections: 64 }
  const shown = progress(process.stderr)
  const machine = describeMachine()
  const found = installedPeers(options.peers, shown)
  const folder = ramFolder()
  const origin = await startOrigin(CORES.load)
  const place = { folder: folder.path, originPort: origin.port, cores: `${CORES.server}` }
  const bench: Bench = { settings, peers: found, origin, place, progress: shown }
  const questions: QuestionResult[] = []
  const isWanted = (name: string) => options.questions?.includes(name) !== false
  try {
    for (const question of questionsFor(isQuick)) {
      if (isWanted(question.name)) questions.push(await answer(question, bench, () => compare(question, bench)))
    }
    if (isWanted(memoryQuestion.name)) questions.push(await answer(memoryQuestion, bench, () => memory(bench)))
  } finally {
    shown.end()
    await origin.stop()
    folder.remove()
  }
  const versions = Object.fromEntries(found.map(({ peer, version }) => [peer.name, version]))
  return { machine, settings, peers: versions, questions }
}

function installedPeers(wanted: readonly string[] | undefined, shown: Progress): InstalledPeer[] {
  const found: InstalledPeer[] = []
  for (const peer of peers) {
    if (wanted?.includes(peer.package) === false) continue
    const there = installed(peer)
    if (there !== undefined) found.push(there)
    else shown.note(`${peer.name} is not installed and left out (Debian: apt-get install ${peer.package})`)
  }
  return found
}

type Described = Pick<QuestionResult, 'name' | 'title' | 'remark'>
type Outcome = QuestionResult extends infer R ? (R extends Described ? Omit<R, keyof Described> : never) : never

/** One question that fails does not cost the figures of the others. */
async function answer(
  question: Described,
  { progress: shown }: Bench,
  ask: () => Promise<Outcome>,
): Promise<QuestionResult> {
  const { name, title, remark } = question
  const described = { name, title, ...(remark !== undefined && { remark }) }
  try {
    return { ...described, ...(await ask()) }
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, ' ')
    shown.note(`${name} failed: ${why}`)
    return { ...described, kind: 'failed', why }
  }
}

async function compare(question: Question, bench: Bench): Promise<Outcome> {
  const why = unavailable(question, bench)
  if (why !== undefined) return { kind: 'unavailable', why }
  const repeats = repeatsOf(question, bench.settings)
  const figures = figuresOf(await compareServers(question, repeats, bench))
  return { kind: 'comparison', repeats, figures, goals: goalsOf(question, figures) }
}

async function memory(bench: Bench): Promise<Outcome> {
  const figures = await measureMemory(bench)
  return { kind: 'memory', figures, goals: memoryGoals(figures, bench.settings.isQuick) }
}
