import type { Stage } from '../lab.ts'
import { histogramOf } from '../load/histogram.ts'
import { runWrk } from '../load/wrk.ts'
import type { RunResults } from '../results.ts'
import { installedVersion } from '../servers/installed.ts'
import { processUse } from '../servers/process-memory.ts'
import { type CeilingFacts, judgeCeiling } from '../verdicts.ts'
import { forCaches, lasting, measureOn, onStage, type Scenario, type ScenarioRun, warmUp } from './scenario.ts'

const connections = 64
/** A server with this much of a core to spare could have done more. */
const busyShare = 0.85

export const ceiling: Scenario = {
  name: 'ceiling',
  title: 'The ceiling',
  description:
    'Sixty-four connections ask for the story as fast as they get it: how many requests a second there can be at most. With wrk where it is installed, otherwise with autocannon, which is often the limit itself.',
  needs: 'demo',
  isFor: (target, settings) => (settings.isQuick ? forCaches(target) : true),
  run: (run) =>
    onStage(run, {}, async (stage) => {
      const seconds = lasting(run, 5, 1)
      await warmUp(stage, [run.pages.story], 'gzip, deflate', run.signal)
      const serverCpu = () => (stage.cache === undefined ? undefined : processUse(stage.cache.pids)?.cpuSeconds)
      const before = serverCpu()
      const found =
        installedVersion('wrk', '--version') === undefined
          ? await byAutocannon(run, stage, seconds)
          : await byWrk(run, stage, seconds)
      const after = serverCpu()
      const serverShare = before === undefined || after === undefined ? undefined : (after - before) / seconds
      const facts: CeilingFacts = { ...found, clientLimit: clientLimit(found, serverShare) }
      return ceilingResults(facts)
    }),
}

interface Found extends Omit<CeilingFacts, 'clientLimit'> {
  readonly cpuShare: number
}

async function byWrk(run: ScenarioRun, { endpoint }: Stage, seconds: number): Promise<Found> {
  const result = await runWrk(run.lab.programs, { endpoint, path: run.pages.story, connections, seconds })
  return { generator: 'wrk', ...result }
}

async function byAutocannon(run: ScenarioRun, stage: Stage, seconds: number): Promise<Found> {
  const { story } = run.pages
  const { load } = await measureOn(run, stage, {
    seconds,
    arrivals: { kind: 'steady', perSecond: 1, seconds },
    groups: [{ kind: 'visitor', weight: 1, pages: { kind: 'in-turn', paths: [story] } }],
    closedLoop: { connections, seconds, paths: [story], agent: 'bench' },
  })
  const { requests = 0, perSecond = 0, errors = 0, latency = [] } = load.closedLoop ?? {}
  // Recorded by its events, so that the figure is of the same kind as every other.
  if (histogramOf(latency).total === 0) throw new Error('autocannon had no answer')
  return { generator: 'autocannon', requests, perSecond, errors, cpuShare: load.client.cpuShare }
}

function clientLimit({ generator, cpuShare }: Found, serverShare: number | undefined): string | undefined {
  if (serverShare === undefined || serverShare >= busyShare || cpuShare < busyShare) return undefined
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return `${generator} used ${percent(cpuShare)} of a core, the server ${percent(serverShare)}`
}

function ceilingResults(facts: CeilingFacts): Omit<RunResults, 'target'> {
  return {
    verdict: judgeCeiling(facts),
    clientLimit: facts.clientLimit,
    figures: [{ name: 'at most', value: facts.perSecond, unit: '/s', better: 'higher', noise: 20 }],
    seconds: [],
    latency: [],
    events: [],
  }
}
