import type { Stage } from '../lab.ts'
import { commentMark } from '../load/body-marks.ts'
import { judgePurge } from '../verdicts.ts'
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

/** Clocks of two processes, read to the millisecond. */
const clockMs = 2

export const purge: Scenario = {
  name: 'purge',
  title: 'Purge under load',
  description:
    'While three hundred visitors a second read the story, comments are left on it: an unsafe request, which invalidates the page. Whoever asks after a comment was accepted is to see it.',
  needs: 'demo',
  isFor: forCaches,
  run: (run) =>
    onStage(run, {}, async (stage) => {
      const seconds = lasting(run, 15, 3)
      const story = run.pages.story
      await warmUp(stage, [story], run.signal)
      const arrivals = { kind: 'steady', perSecond: 300, seconds } as const
      const group = { kind: 'visitor', weight: 1, pages: { kind: 'in-turn', paths: [story] } } as const
      const accepted: number[] = []
      const load = { seconds, arrivals, groups: [group], readsBodies: true }
      const measured = await measureOn(run, stage, load, async ({ at, now, note }) => {
        for (let second = 1; second < seconds - 1; second = Math.floor(now()) + 1) {
          await at(second)
          await leaveComment(stage, story, accepted.length + 1)
          accepted.push(Date.now())
          note(`comment ${accepted.length}`)
        }
      })
      const served = servedOf(measured)
      const outdated = measured.load.comments.filter(([sentAtMs, comment]) => {
        return comment < accepted.filter((acceptedAtMs) => acceptedAtMs + clockMs < sentAtMs).length
      }).length
      const siteRequests = measured.siteRequests ?? 0
      return results(measured, judgePurge({ ...served, purges: accepted.length, outdated, siteRequests }), [
        servedFigure(served),
        latencyFigure('p99', served.p99Ms),
        siteFigure(siteRequests / seconds),
        { name: 'outdated pages', value: outdated, unit: '', better: 'lower', noise: 0 },
      ])
    }),
}

async function leaveComment({ endpoint }: Stage, story: string, number: number): Promise<void> {
  const response = await fetch(`http://${endpoint.authority}${story}/comments`, {
    method: 'POST',
    body: new URLSearchParams({ by: 'Benchmark', text: commentMark(number) }),
    redirect: 'manual',
  })
  await response.arrayBuffer()
  if (response.status !== 303) throw new Error(`A comment was answered with status ${response.status}`)
}
