import type { Stage } from '../lab.ts'
import { ownerMark } from '../load/body-marks.ts'
import type { VisitorGroup } from '../load/visitors.ts'
import { judgeLoggedIn } from '../verdicts.ts'
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
  warmUp,
} from './scenario.ts'

const perSecond = 300
/** Of all visitors. */
const loggedInShare = 0.05

export const loggedIn: Scenario = {
  name: 'logged-in',
  title: 'Some are logged in',
  description:
    'One visitor in twenty has a session and reads pages with their name on them, at addresses that others ask for too. Every page is looked into: no name is to be in anybody else’s hands.',
  needs: 'demo',
  isFor: forCaches,
  run: (run) =>
    onStage(run, {}, async (stage) => {
      const seconds = lasting(run, 15, 2)
      const { story, others } = run.pages
      await warmUp(stage, [story, ...others], 'identity', run.signal)
      // As many as the site can make at a time: in a quick look nobody waits for a second turn.
      const sessions = run.settings.isQuick ? 8 : 20
      const names = Array.from({ length: sessions }, (_, i) => `v${i + 1}`)
      const cookies = await Promise.all(names.map((name) => logIn(stage, name)))
      const personal = { kind: 'in-turn', paths: ['/account', '/account', '/cart', story] } as const
      const groups: VisitorGroup[] = names.map((owner, i) => ({
        kind: 'visitor',
        weight: loggedInShare / sessions,
        pages: personal,
        owner,
        fields: [`Cookie: ${cookies[i]}`],
      }))
      // A few without a session knock at the personal pages, with the cookies that every visitor collects.
      const strangers = { kind: 'in-turn', paths: ['/account', '/cart'] } as const
      const fields = ['Cookie: _ga=GA1.2.1.1; consent=yes']
      groups.push(
        { kind: 'visitor', weight: 0.94, pages: { kind: 'story', story, others, storyShare: 0.8 }, fields },
        { kind: 'visitor', weight: 0.01, pages: strangers, fields },
      )
      const arrivals = { kind: 'steady', perSecond, seconds } as const
      const measured = await measureOn(run, stage, { seconds, arrivals, groups, readsBodies: true })
      const served = servedOf(measured)
      const { strangers: seen, ownPages, comments } = measured.load
      const facts = { ...served, strangers: seen.count, example: seen.examples[0], ownPages, pages: comments.length }
      return results(measured, judgeLoggedIn(facts), [
        servedFigure(served),
        latencyFigure('p99', served.p99Ms),
        { name: 'pages in the wrong hands', value: seen.count, unit: '', better: 'lower', noise: 0 },
      ])
    }),
}

/** @returns the session's cookie */
async function logIn({ endpoint }: Stage, name: string): Promise<string> {
  const response = await fetch(`http://${endpoint.authority}/login`, {
    method: 'POST',
    body: new URLSearchParams({ name: ownerMark(name) }),
    redirect: 'manual',
  })
  await response.arrayBuffer()
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (cookie === undefined) throw new Error(`A login was answered with status ${response.status} and no cookie`)
  return cookie
}
