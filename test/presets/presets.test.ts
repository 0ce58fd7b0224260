import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { presetNames } from '../../src/config/presets.ts'
import { firstValue } from '../../src/http/fields.ts'
import { Random } from '../http1/generate.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { openConnection } from '../support/http-client.ts'
import type { ScriptedRequest } from '../support/scripted-connection.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'
import { cookiesOf, outcomeOf, type Recorded, type Recording, readRecording } from './recorded-exchanges.ts'

const recordings = readdirSync(new URL('./recorded/', import.meta.url)).map((file) => file.replace(/\.yaml$/, ''))
const SHUFFLES = 8

describe('the recordings', () => {
  it('are there for every preset', () => assert.deepEqual(recordings.toSorted(), [...presetNames].sort()))
})

for (const name of recordings) {
  const recording = readRecording(name)

  describe(`preset ${name}`, () => {
    const site = recordedSite(recording)

    for (const exchange of recording.exchanges) {
      it(`${exchange.what}: ${exchange.expect}`, async () => {
        const asked = site.origin.requests.length
        const { outcome, response } = await site.ask(exchange)
        assert.equal(outcome, exchange.expect)
        const seen = site.origin.requests[asked]
        assert.equal(seen === undefined, exchange.response === undefined, 'whether the system is asked')
        if (exchange.response !== undefined) assert.equal(response.status, exchange.response.status)
        if (exchange.response !== undefined && exchange.isOwn) assert.match(response.text, own(exchange))
        if (exchange.cookiesSeen !== undefined) assert.equal(seen?.field('cookie') ?? 'none', exchange.cookiesSeen)
      })
    }

    it(`nobody gets another visitor's page, in any of ${SHUFFLES} orders`, async () => {
      const random = new Random(7)
      let owned = 0
      for (let i = 0; i < SHUFFLES; i++) {
        for (const exchange of shuffled(recording.exchanges, random)) {
          // A host of its own for each order, so that each begins with nothing stored.
          const { response } = await site.ask(onHost(exchange, `order-${i}.example`))
          const owner = /own page of (\w+)/.exec(response.text)?.[1]
          assert.ok(owner === undefined || owner === exchange.visitor, `${exchange.what}: got the page of ${owner}`)
          if (owner !== undefined) owned++
        }
      }
      // A system in which nothing is anybody's (a folder of files) has nothing to give away.
      assert.equal(
        owned > 0,
        recording.exchanges.some(({ isOwn }) => isOwn),
      )
    })
  })
}

interface RecordedSite {
  readonly origin: ScriptedOrigin
  ask(exchange: Recorded): Promise<{ readonly outcome: string; readonly response: { status: number; text: string } }>
}

/** The program before an origin that answers as the recorded system did. */
function recordedSite(recording: Recording): RecordedSite {
  let origin: ScriptedOrigin
  let breakwater: RunningBreakwater
  before(async () => {
    origin = await ScriptedOrigin.start((request) => answer(recording.exchanges, request))
    breakwater = await startBreakwater(['--origin', origin.url, '--log-level', 'error'], { config: recording.config })
  })
  after(async () => {
    await breakwater.stop()
    await origin.close()
  })
  return {
    get origin() {
      return origin
    },
    async ask({ request }) {
      const connection = await openConnection(breakwater.port)
      try {
        const response = await connection.fetch(request)
        const status = firstValue(response.fields, 'cache-status') ?? ''
        return { outcome: outcomeOf(status), response: { status: response.status, text: response.text } }
      } finally {
        connection.close()
      }
    },
  }
}

/** As the system would: by the recorded answer to this address that has most of the cookies that arrived. */
async function answer(exchanges: readonly Recorded[], request: ScriptedRequest): Promise<void> {
  const arrived = new Set(cookiesOf(['cookie', request.field('cookie') ?? '']))
  const recorded = exchanges.filter(({ request: { method }, response }) => {
    return method === request.method && response !== undefined
  })
  const exact = recorded.filter(({ request: { target } }) => target === request.target)
  // In another order the first to come may have a parameter that is noise.
  const alike = recorded.filter(({ request: { target } }) => request.target.startsWith(target.split('?', 1)[0]!))
  const candidates = (exact.length > 0 ? exact : alike)
    .map((exchange) => ({ exchange, score: likeness(exchange, arrived) }))
    .sort((a, b) => b.score - a.score)
  const best = candidates[0]?.exchange
  assert.ok(best?.response !== undefined, `nothing was recorded for ${request.method} ${request.target}`)
  await request.body()
  const body = best.isOwn ? `own page of ${best.visitor}` : `page of ${request.target}`
  await request.respond({ ...best.response, body })
}

/** An own answer needs all that made it one, except what the visitor's browser carries besides. */
function likeness({ request, isOwn }: Recorded, arrived: ReadonlySet<string>): number {
  const recorded = cookiesOf(request.fields)
  const common = recorded.filter((cookie) => arrived.has(cookie)).length
  return common - (isOwn && recorded.length > 0 && common === 0 ? 1000 : 0) - (recorded.length - common) / 1000
}

function onHost(exchange: Recorded, host: string): Recorded {
  const { request } = exchange
  const fields = request.fields.map((text, i) => (i % 2 === 1 && request.fields[i - 1] === 'Host' ? host : text))
  return { ...exchange, request: { ...request, fields } }
}

function own({ visitor }: Recorded): RegExp {
  return new RegExp(`own page of ${visitor}`)
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const [a, b] = [result[i]!, result[j]!]
    result[i] = b
    result[j] = a
  }
  return result
}
