import { histogramOf } from '../load/histogram.ts'
import { judgeHerd } from '../verdicts.ts'
import {
  forAllUnlessQuick,
  latencyFigure,
  measureOn,
  onStage,
  results,
  type Scenario,
  servedFigure,
  servedOf,
} from './scenario.ts'

export const coldHerd: Scenario = {
  name: 'cold-herd',
  title: 'A cold herd',
  description:
    'Five hundred visitors ask in one moment for a page that nobody has asked for before. The site is to make it once, and everybody is to get it.',
  needs: 'any site',
  isFor: forAllUnlessQuick,
  run: (run) =>
    onStage(run, {}, async (stage) => {
      const count = run.settings.isQuick ? 200 : 500
      const path = stage.site === undefined ? neverAsked(run.pages.story) : run.pages.story
      const group = { kind: 'visitor', weight: 1, pages: { kind: 'in-turn', paths: [path] } } as const
      const measured = await measureOn(run, stage, { seconds: 5, arrivals: { kind: 'herd', count }, groups: [group] })
      const served = servedOf(measured)
      const slowestMs = histogramOf(served.counts.latency).maxMs
      const verdict = judgeHerd({ ...served, siteRequests: measured.siteRequests, slowestMs })
      return results(measured, verdict, [servedFigure(served), latencyFigure('the last one', slowestMs)])
    }),
}

function neverAsked(path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}breakwater-bench=${Date.now().toString(36)}`
}
