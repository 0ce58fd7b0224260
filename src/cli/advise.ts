import { confirmNoise } from '../advise/confirm.ts'
import type { LoggedRequest } from '../advise/log-line.ts'
import { readLogs } from '../advise/read-log.ts'
import { type Report, reportJson, reportText } from '../advise/report.ts'
import { RequestCounts } from '../advise/request-counts.ts'
import type { Simulation } from '../advise/simulation.ts'
import { nameableNoise, ownNoise, suggestedFile } from '../advise/suggest.ts'
import { Surveyor } from '../advise/survey.ts'
import type { Config } from '../config/config.ts'
import { FormatError, parseDuration } from '../units.ts'
import { type AdminFlags, AskError, openAdminClient } from './admin-client.ts'
import { knownNoise, mustRead, simulationOf } from './advise-configs.ts'
import { studyLive } from './advise-live.ts'
import { exitCodes } from './exit-codes.ts'
import { loadConfig } from './load-config.ts'
import { writeProblems } from './problems.ts'
import { progressBar } from './progress-bar.ts'
import type { Terminal } from './terminal.ts'

export interface AdviseFlags extends AdminFlags {
  readonly live?: boolean
  readonly assume?: string
  readonly check?: string
}

export const adviseExamples = `
Examples:
  breakwater advise /var/log/apache2/access.log /var/log/apache2/access.log.*.gz
  breakwater advise --config site.yaml access.log      what the file would do, beside what is suggested
  breakwater advise --live                             from what a running Breakwater has learned (learn: on)
  breakwater advise --check http://127.0.0.1:8081 access.log
                                    asks the site whether parameters change its pages (at most 24 requests)`

/**
 * `breakwater advise ACCESS_LOG...`: reads the logs twice, to see what there is, and to try what would become of it.
 * `breakwater advise --live`: the same for what a running Breakwater has learned.
 */
export async function advise(files: readonly string[], flags: AdviseFlags, terminal: Terminal): Promise<number> {
  const fail = (message: string, exitCode: number = exitCodes.usage): number => {
    terminal.stderr.write(`breakwater: ${message}\n`)
    return exitCode
  }
  const assumedSeconds = secondsOf(flags.assume ?? '60s')
  if (assumedSeconds === undefined) return fail(`--assume: found "${flags.assume}", expected a duration such as 60s`)
  const base = flags.check === undefined ? undefined : originOf(flags.check)
  if (flags.check !== undefined && base === undefined) {
    return fail(`--check: found "${flags.check}", expected a URL without path such as http://127.0.0.1:8081`)
  }
  const configured = flags.config === undefined ? undefined : await loadConfig(flags.config)
  if (configured?.kind === 'invalid') {
    writeProblems(configured.problems, terminal)
    return exitCodes.configuration
  }
  if (flags.live === true && (files.length > 0 || base !== undefined)) {
    return fail('--live takes no logs, and no --check: the values that it would have to ask with are not remembered')
  }
  if (flags.live !== true && files.length === 0) return fail('missing required argument: an access log, or --live')
  const progress = progressBar(terminal)
  try {
    const report =
      flags.live === true
        ? await studyLive({
            client: await openAdminClient(flags, terminal),
            configured: configured?.config,
            assumedSeconds,
          })
        : await study(files, { configured: configured?.config, assumedSeconds, base, progress })
    progress.done()
    const text = flags.json === true ? `${JSON.stringify(reportJson(report), undefined, 2)}\n` : reportText(report)
    terminal.stdout.write(text)
    return exitCodes.stopped
  } catch (error) {
    progress.done()
    if (error instanceof AskError) return fail(error.message, exitCodes.failed)
    return fail(error instanceof Error ? error.message : String(error))
  }
}

interface Study {
  readonly configured: Config | undefined
  readonly assumedSeconds: number
  readonly base: string | undefined
  readonly progress: ReturnType<typeof progressBar>
}

async function study(files: readonly string[], { configured, assumedSeconds, base, progress }: Study): Promise<Report> {
  const surveyor = new Surveyor(knownNoise())
  const counts = await readLogs(files, (request) => surveyor.add(request), {
    onProgress: (part) => progress.show('reading', part),
  })
  const survey = surveyor.survey()
  progress.done()
  const confirmed = base === undefined ? [] : await confirmNoise(base, ownNoise(survey.parameters))
  const sure = new Set(confirmed.filter(({ verdict }) => verdict === 'noise').map(({ name }) => name))
  const file = suggestedFile(survey, sure)
  const changesPages = new Set(
    confirmed.filter(({ verdict }) => verdict === 'changes the page').map(({ name }) => name),
  )
  const unsure = nameableNoise(survey).filter(({ name }) => !sure.has(name) && !changesPages.has(name))
  const simulated = (text: string): Simulation => simulationOf(mustRead(text, 'the suggested file'), assumedSeconds)
  const suggested = simulated(file)
  const withoutNoise =
    unsure.length === 0
      ? undefined
      : simulated(suggestedFile(survey, new Set([...sure, ...unsure.map(({ name }) => name)])))
  const own = configured === undefined ? undefined : simulationOf(configured, assumedSeconds)
  const now = new RequestCounts()
  let saysHits = false
  const take = (request: LoggedRequest): void => {
    suggested.add(request)
    withoutNoise?.add(request)
    own?.add(request)
    saysHits ||= request.isHit !== undefined
    now.request(request.timeMs)
    if (request.isHit === true) now.hit()
    else now.origin(request.timeMs)
  }
  await readLogs(files, take, { onProgress: (part) => progress.show('simulating', part) })
  return {
    counts,
    survey,
    now: saysHits ? now.prediction() : undefined,
    file,
    assumedSeconds,
    configured: own?.result(),
    suggested: suggested.result(),
    withoutNoise: withoutNoise?.result(),
    confirmed,
    live: undefined,
  }
}

function secondsOf(text: string): number | undefined {
  try {
    return Math.floor(parseDuration(text) / 1000)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

function originOf(text: string): string | undefined {
  return /^https?:\/\/[^/?#@\s]+\/?$/.test(text) && URL.canParse(text) ? new URL(text).origin : undefined
}
