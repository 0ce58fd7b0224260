import type { Load, Measured } from '../measure.ts'
import { memoryMiB } from '../settings.ts'
import { judgeBesides } from '../verdicts.ts'
import { amount, rate } from '../words.ts'
import {
  forCaches,
  lasting,
  latencyFigure,
  measureOn,
  onStage,
  readers,
  results,
  type Scenario,
  type ScenarioRun,
  servedFigure,
  servedOf,
  warmUp,
} from './scenario.ts'

const usualPerSecond = 200
/** Code, connections and what a process needs to run, beside what it may store. */
const overheadMiB = 192

/** Usual visitors, and something beside them that is not to be their trouble. */
interface Besides extends Pick<Scenario, 'name' | 'title' | 'description' | 'needs'> {
  load(
    run: ScenarioRun,
    seconds: number,
  ): Pick<Load, 'arrivals' | 'groups'> & Pick<Partial<Load>, 'closedLoop' | 'slowReaders'>
  what(measured: Measured): string
}

function besides({ load, what, ...scenario }: Besides): Scenario {
  return {
    ...scenario,
    isFor: forCaches,
    run: (run) =>
      onStage(run, {}, async (stage) => {
        const seconds = lasting(run, 15, 2)
        if (stage.site !== undefined)
          await warmUp(stage, [run.pages.story, ...run.pages.others], 'gzip, deflate', run.signal)
        const measured = await measureOn(run, stage, { seconds, ...load(run, seconds) })
        const served = servedOf(measured)
        const { memoryGrowthMiB } = measured
        const facts = {
          ...served,
          besides: what(measured),
          memoryGrowthMiB,
          memoryGrowthMaxMiB: memoryMiB + overheadMiB,
        }
        return results(measured, judgeBesides(facts), [
          servedFigure(served),
          latencyFigure('p99', served.p99Ms),
          ...(memoryGrowthMiB === undefined
            ? []
            : [{ name: 'memory', value: memoryGrowthMiB, unit: 'MiB', better: 'lower', noise: 64 } as const]),
        ])
      }),
  }
}

export const queryFlood = besides({
  name: 'query-flood',
  title: 'A flood of random queries',
  description:
    'Three hundred requests a second with a parameter that nobody has used before, which no cache can answer, beside two hundred usual visitors. Those are to be served as ever.',
  needs: 'any site',
  load: ({ pages }, seconds) => {
    const floodPerSecond = 300
    const flood = { kind: 'flood', weight: floodPerSecond, pages: { kind: 'random-query', path: pages.story } } as const
    const arrivals = { kind: 'steady', perSecond: usualPerSecond + floodPerSecond, seconds } as const
    return { arrivals, groups: [readers(pages, usualPerSecond), flood] }
  },
  what: (measured) => {
    const { offered, served } = servedOf(measured, 'flood')
    return `${amount(offered)} requests with random queries (${amount(served)} of them answered)`
  },
})

export const crawler = besides({
  name: 'crawler',
  title: 'A crawler',
  description:
    'A crawler with eight connections takes one rare page after the other, up to a hundred a second, beside two hundred usual visitors a second.',
  needs: 'any site',
  load: ({ pages }, seconds) => ({
    arrivals: { kind: 'steady', perSecond: usualPerSecond, seconds },
    groups: [readers(pages)],
    closedLoop: {
      connections: 8,
      perSecond: 100,
      seconds,
      paths: pages.rare.length > 0 ? pages.rare : [pages.story],
      agent: 'bench-crawler/1.0 (+http://127.0.0.1/)',
    },
  }),
  what: ({ load }) => {
    const crawled = load.closedLoop
    return `a crawler that took ${amount(crawled?.requests ?? 0)} pages (${rate(crawled?.perSecond ?? 0)}/s)`
  },
})

export const slowReaders = besides({
  name: 'slow-readers',
  title: 'Slow readers',
  description:
    'Twenty clients a second come on bad lines and take a film of 3 MiB at 16 KiB/s, beside two hundred usual visitors a second. They are to cost patience, not memory.',
  needs: 'demo',
  load: ({ pages }, seconds) => ({
    arrivals: { kind: 'steady', perSecond: usualPerSecond, seconds },
    groups: [readers(pages)],
    slowReaders: {
      count: 20 * seconds,
      overSeconds: seconds,
      path: pages.large ?? pages.story,
      bytesPerSecond: 16_384,
    },
  }),
  what: ({ load }) => {
    const slow = load.slowReaders
    const cut = slow?.cutOff ?? 0
    return `${amount(slow?.begun ?? 0)} slow readers (${cut === 0 ? 'none' : amount(cut)} cut off)`
  },
})
