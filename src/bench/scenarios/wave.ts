import { arrivalsSeconds } from '../load/arrivals.ts'
import { clientLimitBefore } from '../measure.ts'
import { collapseIn, judgeWave } from '../verdicts.ts'
import {
  forAllUnlessQuick,
  lasting,
  latencyFigure,
  measureOn,
  onStage,
  percentileIn,
  readers,
  results,
  type Scenario,
  servedFigure,
  servedOf,
  siteFigure,
} from './scenario.ts'

/** The day somebody with a large audience links to the site. */
export const wave: Scenario = {
  name: 'wave',
  title: 'The wave',
  description:
    'Within a minute a hundred times as many visitors come as usual, four in five for one story, the rest for other pages by Zipf’s law; they come whatever the server does. All are to be served, without waiting.',
  needs: 'any site',
  isFor: forAllUnlessQuick,
  run: (run) =>
    onStage(run, {}, async (stage) => {
      const { settings, pages } = run
      const seconds = lasting(run, 60, 4)
      const peak = settings.visitorsPerSecond
      const arrivals = { kind: 'ramp', from: peak / 100, to: peak, seconds } as const
      const others = [...pages.others, ...pages.rare.slice(0, 100)]
      const measured = await measureOn(run, stage, { seconds, arrivals, groups: [readers({ ...pages, others })] })
      const served = servedOf(measured)
      const from = Math.floor(arrivalsSeconds(arrivals) * (2 / 3))
      const peakP99Ms = percentileIn(measured, from, seconds, 99)
      const sitePerSecond = measured.siteRequests === undefined ? undefined : measured.siteRequests / seconds
      const collapse = collapseIn(measured.seconds)
      // What came after the collapse was hard on the client, too, and changes nothing about it.
      const clientLimit =
        collapse === undefined ? measured.clientLimit : clientLimitBefore(measured.load, collapse.second)
      const facts = {
        ...served,
        clientLimit,
        collapsedAt: collapse?.offered,
        peakPerSecond: peak,
        peakP99Ms,
        sitePerSecond,
      }
      return results({ ...measured, clientLimit }, judgeWave(facts), [
        servedFigure(served),
        latencyFigure('p99 at the top', peakP99Ms),
        ...(sitePerSecond === undefined ? [] : [siteFigure(sitePerSecond)]),
        ...(facts.collapsedAt === undefined
          ? [{ name: 'carried', value: peak, unit: '/s', better: 'higher', noise: 0 } as const]
          : [{ name: 'collapsed at', value: facts.collapsedAt, unit: '/s', better: 'higher', noise: 20 } as const]),
      ])
    }),
}
