import { adviceFor } from '../admin/advice.ts'
import type { Learned } from '../advise/learned.ts'
import { counted, liveFindings, loggedOf, predicted } from '../advise/live.ts'
import type { Report } from '../advise/report.ts'
import type { SimulationResult } from '../advise/simulation.ts'
import { nameableNoise, suggestedAdditions } from '../advise/suggest.ts'
import { type NameSeen, Surveyor } from '../advise/survey.ts'
import type { Config } from '../config/config.ts'
import { compileGlobs } from '../policy/glob.ts'
import { type AdminClient, AskError } from './admin-client.ts'
import { knownNoise, presetsNotInForce, simulationOf, withAdditions } from './advise-configs.ts'

export interface LiveStudy {
  readonly client: AdminClient
  /** Of a file to try. */
  readonly configured: Config | undefined
  readonly assumedSeconds: number
}

/**
 * The report on what a running Breakwater has learned. All computing is done here and not where the traffic is.
 *
 * @throws AskError when nobody can be asked, or does not learn
 */
export async function studyLive({ client, configured, assumedSeconds }: LiveStudy): Promise<Report> {
  const { learned, unanswered, inForce } = await ask(client)
  const exchanges = learned.exchanges.map(loggedOf)
  const replay = (config: Config): SimulationResult => {
    const simulation = simulationOf(config, assumedSeconds)
    for (const exchange of exchanges) simulation.add(exchange)
    return simulation.result()
  }
  const surveyor = new Surveyor(knownNoise())
  for (const exchange of exchanges) surveyor.add(exchange)
  const seen = surveyor.survey()
  const running = withAdditions(inForce, { presets: [], ignore: [] })
  const survey = { ...seen, parameters: seen.parameters.filter(isInKeyBy(running)) }
  const hasKnownNoise = [...survey.parameters, ...survey.cookies].some(({ isKnownNoise }) => isKnownNoise)
  const fitting = survey.presets.length > 0 ? survey.presets : hasKnownNoise ? ['generic'] : []
  const presets = presetsNotInForce(fitting, running)
  const { unstored, ...findings } = liveFindings(learned)
  const knownCookies = new Set(survey.cookies.filter(({ isKnownNoise }) => isKnownNoise).map(({ name }) => name))
  const cookies = findings.cookies.filter(([name]) => !knownCookies.has(name))
  const now = counted(learned)
  const before = replay(running)
  const withConfig = (config: Config): SimulationResult =>
    predicted(now, { before, after: replay(config), sample: learned.sample })
  const ignore = nameableNoise(survey).map(({ name }) => name)
  return {
    counts: undefined,
    survey,
    now,
    configured: configured && withConfig(configured),
    suggested: withConfig(withAdditions(inForce, { presets, ignore: [] })),
    withoutNoise: ignore.length === 0 ? undefined : withConfig(withAdditions(inForce, { presets, ignore })),
    file: suggestedAdditions({ survey, presets, cookies }),
    assumedSeconds,
    confirmed: [],
    live: {
      ...findings,
      unstored: unstored.map((page) => ({ ...page, change: adviceFor(page.reason)?.change })),
      unanswered,
    },
  }
}

/** Whether requests with other values of a parameter are other requests to this configuration. */
function isInKeyBy({ caching }: Config): (parameter: NameSeen) => boolean {
  const isLeftOut = compileGlobs(caching.defaults.key.query.ignore) ?? (() => false)
  return ({ name }) => !isLeftOut(name)
}

interface Asked {
  readonly learned: Learned
  readonly unanswered: number
  readonly inForce: unknown
}

async function ask(client: AdminClient): Promise<Asked> {
  const { z } = await import('zod')
  const { adviceAnswer } = await import('../admin/routes/advice.ts')
  const [{ learned, unanswered }, inForce] = await Promise.all([
    client.get('/api/advice', adviceAnswer),
    client.get('/api/configuration', z.unknown()),
  ])
  if (learned === null) {
    throw new AskError(
      `${client.url} does not learn from its traffic\nSet \`learn: on\` in its configuration, reload it (SIGHUP), and ask again after a while.`,
    )
  }
  const exchanges = learned.exchanges.map(({ lifetimeSeconds, ...exchange }) => ({
    ...exchange,
    lifetimeSeconds: lifetimeSeconds ?? undefined,
  }))
  return { learned: { ...learned, exchanges }, unanswered: unanswered.length, inForce }
}
