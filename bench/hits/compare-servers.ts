import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CORES } from '../support/bench-program.ts'
import { cpuMicros } from '../support/cpu-time.ts'
import { rawAnswer } from '../support/http-get.ts'
import { withNewUrls } from '../support/load.ts'
import { originPage } from '../support/origin-site.ts'
import { requestFields, requestTail } from '../support/request-head.ts'
import { floorReadings, type Server, startFloor } from '../support/server.ts'
import { type LoadResult, runLoad } from '../support/wrk.ts'
import type { Bench, BenchSettings } from './bench.ts'
import { checkAnswers, onePath } from './check-answers.ts'
import { startCompared } from './compared-servers.ts'
import { fill } from './fill.ts'
import type { Question } from './question.ts'
import type { Repeats } from './repeats.ts'

/** One server in one round. */
export interface Run extends LoadResult {
  /** User and system time of the server's processes for each request. */
  readonly cpuMicrosPerRequest: number
}

export interface ServerRuns {
  readonly server: string
  readonly runs: readonly Run[]
}

/**
 * Starts the servers of a question, checks that all give the right answers, and measures them in turn, round by round; then again with
 * servers that were started anew, as often as `repeats` says.
 *
 * @throws when an answer was wrong or an error, before, during or after the measurement
 */
export async function compareServers(
  question: Question,
  { processes, rounds }: Repeats,
  bench: Bench,
): Promise<readonly ServerRuns[]> {
  const runs = new Map<string, Run[]>()
  for (let start = 1; start <= processes; start++) {
    const started = await inFolderOfItsOwn(bench, (own) => compareStarted(question, rounds, own))
    for (const one of started) runs.set(one.server, [...(runs.get(one.server) ?? []), ...one.runs])
  }
  return [...runs].map(([server, done]) => ({ server, runs: done }))
}

/** Caches and logs of what is measured stand in memory: what is not asked for any more makes room. */
async function inFolderOfItsOwn<T>(bench: Bench, work: (own: Bench) => Promise<T>): Promise<T> {
  // A short name, as there are sockets in it; for everyone, as some peers change their user.
  const folder = join(bench.place.folder, 'own')
  mkdirSync(folder, { mode: 0o755 })
  try {
    return await work({ ...bench, place: { ...bench.place, folder } })
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** The same with each server started once. */
async function compareStarted(question: Question, rounds: number, bench: Bench): Promise<readonly ServerRuns[]> {
  const { origin, progress } = bench
  const servers = await startCompared(question, bench)
  try {
    for (const server of servers) {
      progress.step(`${question.name}: checking the answers of ${server.name}`)
      await checkAnswers(server, question, origin)
      if (question.fill !== undefined) await fill({ port: server.port, first: 1, ...question.fill }, bench)
    }
    if (question.compared.floor === 'hit') {
      // They answer with the very bytes that Breakwater has answered with.
      const response = await answerOf(servers[0]!, question)
      for (const reading of floorReadings) servers.push(await startFloor(reading, response, bench.place))
    }
    for (const server of servers) {
      progress.step(`${question.name}: warming up ${server.name}`)
      const seconds = Math.ceil(warmUpSeconds(question, bench.settings) / WARM_UPS)
      for (let i = 0; i < WARM_UPS; i++) await measure(server, question, { bench, seconds })
    }
    const runs = new Map<Server, Run[]>(servers.map((server) => [server, []]))
    for (let round = 1; round <= rounds; round++) {
      for (const [server, before] of runs) {
        progress.step(`${question.name}: round ${round} of ${rounds}, ${server.name}`)
        before.push(await measureUndisturbed(server, question, bench))
      }
    }
    for (const server of servers) if (server.kind !== 'floor') await checkAnswers(server, question, origin)
    for (const server of servers) await server.stop()
    for (const [server, done] of runs) checkLog(server, done)
    return [...runs].map(([{ name }, done]) => ({ server: name, runs: done }))
  } finally {
    for (const server of servers) await server.stop()
  }
}

/** What happens when a load ends and the next one begins has to be compiled, too. */
const WARM_UPS = 2

/**
 * A program whose code is compiled while it runs gets cheaper for a while, the longer the more code is on the way of a request; what is
 * measured is what it costs from then on.
 */
function warmUpSeconds({ answer }: Question, { warmUpSeconds: { fromMemory, fromOrigin } }: BenchSettings): number {
  return answer.reachesOrigin ? fromOrigin : fromMemory
}

async function answerOf(server: Server, { load, answer }: Question): Promise<Buffer> {
  const path = onePath(load.targets)
  const head = `GET ${path}${requestTail(requestFields(load.head, load.fields))}`
  return rawAnswer(server.port, head, bodyBytes(path, answer))
}

const attemptsMax = 3

/** Again when something else had the cores: a server that hardly ran has too few ticks to be measured by. */
async function measureUndisturbed(server: Server, question: Question, bench: Bench): Promise<Run> {
  const { seconds } = bench.settings
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const run = await measure(server, question, { bench, seconds })
    if (run.cpuMicrosPerRequest * run.requests > busyShareMin * seconds * 1e6) return run
    bench.progress.note(`${question.name}: ${server.name} was kept from running, once more`)
  }
  throw new Error(`${server.name} hardly ran under load, ${attemptsMax} times: is the machine idle otherwise?`)
}

/** Of the time; a closed loop keeps either the server or the load busy, and the server for a good part. */
const busyShareMin = 0.1

async function measure(
  server: Server,
  question: Question,
  { bench, seconds }: { readonly bench: Bench; readonly seconds: number },
): Promise<Run> {
  const { origin, settings, place } = bench
  const { connections } = settings
  const originBefore = await origin.requests()
  const cpuBefore = cpuMicros(server.pids)
  const to = { port: server.port, seconds, connections, core: CORES.load, folder: place.folder }
  const result = await runLoad(withNewUrls(question.load), to).catch((error: unknown) => {
    throw new Error(`${server.name}: ${error instanceof Error ? error.message : error}`)
  })
  const cpuAfter = cpuMicros(server.pids)
  // What was under way at the end reaches the origin after the last answer.
  await sleep(50)
  const fromOrigin = (await origin.requests()) - originBefore
  if (server.kind !== 'floor') checkOriginShare(server, question, fromOrigin / result.requests)
  checkBytes(server, question, result, connections)
  return { ...result, cpuMicrosPerRequest: (cpuAfter - cpuBefore) / result.requests }
}

/**
 * Of a load on many URLs some may have been evicted; more would be another question. Of one URL, some servers ask again now and then
 * (each of their processes for itself), which costs them nothing that could be measured.
 */
const missShareMax = { one: 0.001, many: 0.005 }

function checkOriginShare({ name }: Server, { answer, load }: Question, share: number): void {
  const percent = `${(share * 100).toFixed(2)} %`
  if (answer.reachesOrigin ? share < 0.999 : share > missShareMax['path' in load.targets ? 'one' : 'many']) {
    throw new Error(`${name}: ${percent} of the requests under load reached the origin`)
  }
}

/** Heads of responses have at least and at most so many bytes; on average, with those cut off at the end. */
const headBytes = { min: 60, max: 2000 }

function checkBytes({ name }: Server, { load, answer }: Question, result: LoadResult, connections: number): void {
  const expected = bodyBytes(onePath(load.targets), answer)
  const mean = result.bytes / result.requests
  const max = (expected + headBytes.max) * (1 + connections / result.requests)
  if (mean < expected + headBytes.min || mean > max) {
    throw new Error(`${name}: responses under load had ${Math.round(mean)} bytes, for a body of ${expected}`)
  }
}

function bodyBytes(path: string, { status, packed }: Question['answer']): number {
  return status === 304 ? 0 : originPage(path, packed === true)!.body.length
}

/** The shortest line there can be; a log that drops lines is not measured as cheap. */
const lineBytesMin = 60

function checkLog({ name, logFile }: Server, runs: readonly Run[]): void {
  if (logFile === undefined) return
  const requests = runs.reduce((sum, run) => sum + run.requests, 0)
  const { size } = statSync(logFile)
  if (size < requests * lineBytesMin) throw new Error(`${name}: ${size} bytes of access log for ${requests} requests`)
}
