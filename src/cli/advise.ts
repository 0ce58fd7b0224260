import { confirmNoise } from '../advise/confirm.ts'
import { readLogs } from '../advise/read-log.ts'
import { type Report, reportJson, reportText } from '../advise/report.ts'
import { Simulation } from '../advise/simulation.ts'
import { ownNoise, suggestedFile } from '../advise/suggest.ts'
import { Surveyor } from '../advise/survey.ts'
import type { Config } from '../config/config.ts'
import { type ReadConfig, readConfig } from '../config/read-config.ts'
import { FormatError, parseDuration } from '../units.ts'
import { exitCodes } from './exit-codes.ts'
import { loadConfig } from './load-config.ts'
import { writeProblems } from './problems.ts'
import { progressBar } from './progress-bar.ts'
import type { Terminal } from './terminal.ts'

export interface AdviseFlags {
  readonly config?: string
  readonly json?: boolean
  readonly assume?: string
  readonly check?: string
}

export const adviseExamples = `
Examples:
  breakwater advise /var/log/apache2/access.log /var/log/apache2/access.log.*.gz
  breakwater advise --config site.yaml access.log      what the file would do, beside what is suggested
  breakwater advise --check http://127.0.0.1:8081 access.log
                                    asks the site whether parameters change its pages (at most 24 requests)`

/** `breakwater advise ACCESS_LOG...`: reads the logs twice, to see what there is, and to try what would become of it. */
export async function advise(files: readonly string[], flags: AdviseFlags, terminal: Terminal): Promise<number> {
  const fail = (message: string): number => {
    terminal.stderr.write(`breakwater: ${message}\n`)
    return exitCodes.usage
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
  const progress = progressBar(terminal)
  try {
    const report = await study(files, { configured: configured?.config, assumedSeconds, base, progress })
    progress.done()
    const text = flags.json === true ? `${JSON.stringify(reportJson(report), undefined, 2)}\n` : reportText(report)
    terminal.stdout.write(text)
    return exitCodes.stopped
  } catch (error) {
    progress.done()
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
  const sure = confirmed.filter(({ verdict }) => verdict === 'noise').map(({ name }) => name)
  const file = suggestedFile(survey, new Set(sure))
  const simulationOf = (config: Config): Simulation =>
    new Simulation({
      caching: config.caching,
      memoryBytes: config.memoryBytes,
      objectBytesMax: config.objectBytesMax,
      assumedSeconds,
    })
  const suggested = simulationOf(mustRead(readConfig({ text: file, file: 'the suggested file' })))
  const own = configured === undefined ? undefined : simulationOf(configured)
  const take = (request: Parameters<Simulation['add']>[0]): void => {
    suggested.add(request)
    own?.add(request)
  }
  await readLogs(files, take, { onProgress: (part) => progress.show('simulating', part) })
  return {
    counts,
    survey,
    file,
    assumedSeconds,
    configured: own?.result(),
    suggested: suggested.result(),
    confirmed,
  }
}

/** What the preset `generic` ignores is noise wherever it is seen. */
function knownNoise(): { readonly parameters: readonly string[]; readonly cookies: readonly string[] } {
  const { key, cookies } = mustRead(readConfig({ text: 'preset: generic', file: 'preset generic' })).caching.defaults
  return { parameters: key.query.ignore, cookies: cookies.ignore }
}

/** For configurations of our own making: a problem in one is a defect. */
function mustRead(read: ReadConfig): Config {
  if (read.kind === 'ok') return read.config
  throw new Error(`Cannot use a configuration of our own: ${read.problems.map(({ message }) => message).join('; ')}`)
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
