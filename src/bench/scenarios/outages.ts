import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Meanwhile, type Measured, servedOf } from '../measure.ts'
import { judgeSiteOutage, judgeTierOutage, type OutageFacts } from '../verdicts.ts'
import {
  forCaches,
  lasting,
  latencyFigure,
  measureOn,
  onStage,
  percentileIn,
  readers,
  results,
  type Scenario,
  type ScenarioRun,
  servedFigure,
  warmUp,
} from './scenario.ts'

/** Short, so that pages go stale while nobody can be asked for new ones. */
const freshSeconds = (run: ScenarioRun): number => lasting(run, 2, 1)
const lookEveryMs = 20
const backPatienceMs = 15_000

export const siteDies: Scenario = {
  name: 'site-dies',
  title: 'The site dies and comes back',
  description:
    'The site is killed under load and started again after a while. Its pages have expired meanwhile and are to be served all the same; then it is to be asked again.',
  needs: 'demo',
  isFor: forCaches,
  run: (run) =>
    onStage(run, { freshSeconds: freshSeconds(run) }, async (stage) => {
      const { site } = stage
      if (site === undefined) throw new Error('Only the demo site can be killed')
      const outage = new Outage(lasting(run, 18, 4))
      await warmUp(stage, [run.pages.story, ...run.pages.others], 'gzip, deflate', run.signal)
      const measured = await measureOn(run, stage, outage.load(run), async (meanwhile) => {
        await outage.pass(meanwhile, 'the site', site)
        const requests = site.requests
        await outage.awaitReturn(() => site.requests > requests, run.signal)
      })
      const facts = outage.facts(measured)
      return results(measured, judgeSiteOutage(facts), [
        servedFigure(facts),
        latencyFigure('p99', facts.p99Ms),
        latencyFigure('asked again after', facts.backAfterMs ?? backPatienceMs),
      ])
    }),
}

export const redisDies: Scenario = {
  name: 'redis-dies',
  title: 'Redis dies and comes back',
  description:
    'Redis is killed under load and started again, empty, after a while. Visitors are to notice neither, and it is to be used again.',
  needs: 'demo',
  isFor: ({ id }) => id === 'breakwater-redis',
  run: (run) =>
    onStage(run, { freshSeconds: freshSeconds(run) }, async (stage) => {
      const tier = stage.cache?.tier
      if (tier === undefined) throw new Error('There is no Redis to kill')
      const outage = new Outage(lasting(run, 18, 3))
      await warmUp(stage, [run.pages.story, ...run.pages.others], 'gzip, deflate', run.signal)
      const measured = await measureOn(run, stage, outage.load(run), async (meanwhile) => {
        await outage.pass(meanwhile, 'Redis', tier)
        await outage.awaitReturn(async () => (await storedKeys(tier.port)) > 0, run.signal)
      })
      const facts = outage.facts(measured)
      const p99WhileDownMs = percentileIn(measured, outage.downFrom, outage.downTo, 99)
      return results(measured, judgeTierOutage({ ...facts, p99WhileDownMs }), [
        servedFigure(facts),
        latencyFigure('p99 while it was dead', p99WhileDownMs),
        latencyFigure('used again after', facts.backAfterMs ?? backPatienceMs),
      ])
    }),
}

/** A third of the time as usual, a third without something, a third with it again. */
class Outage {
  readonly downFrom: number
  readonly downTo: number
  readonly #seconds: number
  #backAtMs = 0
  #backAfterMs: number | undefined

  constructor(seconds: number) {
    this.#seconds = seconds
    this.downFrom = Math.floor(seconds / 3)
    this.downTo = Math.floor((seconds * 2) / 3)
  }

  load({ pages }: ScenarioRun) {
    const arrivals = { kind: 'steady', perSecond: 200, seconds: this.#seconds } as const
    return { seconds: this.#seconds, arrivals, groups: [readers(pages)] }
  }

  async pass(
    { at, note }: Meanwhile,
    name: string,
    what: { die(): Promise<void>; comeBack(): Promise<void> },
  ): Promise<void> {
    await at(this.downFrom)
    note(`${name} dies`)
    await what.die()
    await at(this.downTo)
    await what.comeBack()
    this.#backAtMs = Date.now()
    note(`${name} is back`)
  }

  async awaitReturn(isUsed: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> {
    while (Date.now() < this.#backAtMs + backPatienceMs) {
      if (await isUsed()) {
        this.#backAfterMs = Date.now() - this.#backAtMs
        return
      }
      await sleep(lookEveryMs, undefined, { signal })
    }
  }

  facts(measured: Measured): OutageFacts {
    const down = measured.load.seconds.slice(this.downFrom, this.downTo)
    return {
      ...servedOf(measured),
      offeredWhileDown: down.reduce((sum, { offered }) => sum + offered, 0),
      servedWhileDown: down.reduce((sum, { servedOfOffered }) => sum + servedOfOffered, 0),
      backAfterMs: this.#backAfterMs,
    }
  }
}

/** Asked in Redis's own inline protocol, beside the cache and its client. */
function storedKeys(port: number): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('DBSIZE\r\n'))
    socket.on('data', (reply) => {
      socket.destroy()
      resolve(Number(/^:(\d+)/.exec(reply.toString())?.[1] ?? 0))
    })
    // Not up yet: nothing is stored.
    socket.on('error', () => resolve(0))
  })
}
