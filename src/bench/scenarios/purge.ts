import type { Stage } from '../lab.ts'
import { commentMark } from '../load/body-marks.ts'
import { type Endpoint, endpointOf } from '../load/endpoint.ts'
import type { SiteProcess } from '../servers/site-process.ts'
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
    'While three hundred visitors a second read the story, comments are left on it, by turns with an unsafe request through the cache, which invalidates the page, and at the site itself with a PURGE. Whoever asks after a comment was accepted, or the page purged, is to see it.',
  needs: 'demo',
  isFor: forCaches,
  run: (run) =>
    onStage(run, {}, async (stage) => {
      const seconds = lasting(run, 15, 3)
      const story = run.pages.story
      await warmUp(stage, [story], 'identity', run.signal)
      const arrivals = { kind: 'steady', perSecond: 300, seconds } as const
      const group = { kind: 'visitor', weight: 1, pages: { kind: 'in-turn', paths: [story] } } as const
      const accepted: number[] = []
      let purges = 0
      let refusal: string | undefined
      const load = { seconds, arrivals, groups: [group], readsBodies: true }
      const measured = await measureOn(run, stage, load, async ({ at, now, note }) => {
        for (let second = 1; accepted.length < 2 || second < seconds - 1; second = Math.floor(now()) + 1) {
          await at(second)
          const number = accepted.length + 1
          if (number % 2 === 1) {
            await leaveComment(stage.endpoint, story, number)
            note(`comment ${number}`)
          } else {
            await leaveComment(endpointOf(siteOf(stage).url), story, number)
            purges += 1
            refusal = (await purgeRefusal(stage.endpoint, story)) ?? refusal
            note(`comment ${number}, purged`)
          }
          accepted.push(Date.now())
        }
      })
      const served = servedOf(measured)
      const outdated = measured.load.comments.filter(([sentAtMs, comment]) => {
        return comment < accepted.filter((acceptedAtMs) => acceptedAtMs + clockMs < sentAtMs).length
      }).length
      const siteRequests = measured.siteRequests ?? 0
      return results(
        measured,
        judgePurge({ ...served, comments: accepted.length, purges, refusal, outdated, siteRequests }),
        [
          servedFigure(served),
          latencyFigure('p99', served.p99Ms),
          siteFigure(siteRequests / seconds),
          { name: 'outdated pages', value: outdated, unit: '', better: 'lower', noise: 0 },
        ],
      )
    }),
}

function siteOf({ site }: Stage): SiteProcess {
  if (site === undefined) throw new Error('Comments are left at the demo site only')
  return site
}

/** @returns how the cache answered when it did not purge; undefined when it did */
async function purgeRefusal(endpoint: Endpoint, path: string): Promise<string | undefined> {
  const response = await fetch(`http://${endpoint.authority}${path}`, { method: 'PURGE' })
  await response.arrayBuffer()
  return response.ok ? undefined : `status ${response.status}`
}

async function leaveComment(endpoint: Endpoint, story: string, number: number): Promise<void> {
  const response = await fetch(`http://${endpoint.authority}${story}/comments`, {
    method: 'POST',
    body: new URLSearchParams({ by: 'Benchmark', text: commentMark(number) }),
    redirect: 'manual',
  })
  await response.arrayBuffer()
  if (response.status !== 303) throw new Error(`A comment was answered with status ${response.status}`)
}
