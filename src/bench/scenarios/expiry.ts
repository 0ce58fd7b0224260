import { histogramOf } from '../load/histogram.ts'
import { judgeExpiry } from '../verdicts.ts'
import {
  forCaches,
  lasting,
  latencyFigure,
  measureOn,
  onStage,
  results,
  type Scenario,
  servedFigure,
  servedOf,
  siteFigure,
  warmUp,
} from './scenario.ts'

const freshSeconds = 2
/** Nearly as long as the site takes to make a page. */
const waitedMs = 250

export const expiry: Scenario = {
  name: 'expiry',
  title: 'Expiry at the peak',
  description:
    'The story goes stale every two seconds while five hundred visitors a second ask for it. The site is to be asked once each time, and nobody is to wait for it.',
  needs: 'demo',
  isFor: forCaches,
  run: (run) =>
    onStage(run, { freshSeconds }, async (stage) => {
      const seconds = lasting(run, 15, 3)
      const story = run.pages.story
      await warmUp(stage, [story], 'gzip, deflate', run.signal)
      const arrivals = { kind: 'steady', perSecond: 500, seconds } as const
      const group = { kind: 'visitor', weight: 1, pages: { kind: 'in-turn', paths: [story] } } as const
      const measured = await measureOn(run, stage, { seconds, arrivals, groups: [group] })
      const served = servedOf(measured)
      const siteRequests = measured.siteRequests ?? 0
      const expiries = Math.ceil(seconds / freshSeconds)
      const waited = histogramOf(served.counts.latency).countAbove(waitedMs)
      return results(measured, judgeExpiry({ ...served, siteRequests, expiries, waited }), [
        servedFigure(served),
        latencyFigure('p99', served.p99Ms),
        siteFigure(siteRequests / seconds),
      ])
    }),
}
