import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, type RawResponse } from '../support/http-client.ts'
import { startMemcached } from '../support/memcached.ts'
import { startRedis } from '../support/redis.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

const WORKERS = 2
const PAGES = Array.from({ length: 40 }, (_, i) => `/page/${i}`)

/** Whoever misses the deadline of a tier asks the origin, as is meant; here none is to be missed. */
const patient = 'tiers: { deadline: 10s }\n'

const ask = ({ port }: RunningBreakwater, target: string): Promise<RawResponse> =>
  fetchRaw(port, { target, fields: ['Host', 'site.test'] })
const askAll = (box: RunningBreakwater): Promise<RawResponse[]> => Promise.all(PAGES.map((target) => ask(box, target)))
const cacheStatus = (response: RawResponse): string => firstValue(response.fields, 'cache-status') ?? ''

async function startOrigin(t: TestContext, cacheControl = 'max-age=60'): Promise<ScriptedOrigin> {
  const origin = await ScriptedOrigin.start(async (request) => {
    if (request.target === '/slow') await new Promise((resolve) => setTimeout(resolve, 500))
    await request.respond({ fields: ['Cache-Control', cacheControl], body: request.target })
  })
  t.after(() => origin.close())
  return origin
}

/** A box of several workers, each of which knows its tier and what other boxes say. */
async function startBox(t: TestContext, serveArguments: readonly string[]): Promise<RunningBreakwater> {
  const box = await startBreakwater(['--workers', String(WORKERS), ...serveArguments], { config: patient })
  t.after(() => box.kill())
  const ups = new RegExp(`(?:(?:a tier is up now|other boxes: following)[^]*){${2 * WORKERS}}`)
  await box.output(ups)
  return box
}

const tiers = {
  async redis(t: TestContext): Promise<string[]> {
    const server = await startRedis()
    t.after(() => server.kill())
    return ['--redis', server.url]
  },
  async memcached(t: TestContext): Promise<string[]> {
    const server = await startMemcached()
    t.after(() => server.kill())
    return ['--memcached', `127.0.0.1:${server.port}`]
  },
}

for (const [tier, startTier] of Object.entries(tiers)) {
  describe(`boxes of several workers, with ${tier}`, () => {
    it('are warm after a restart: the origin sees nothing', async (t) => {
      const origin = await startOrigin(t)
      const words = ['--origin', origin.url, ...(await startTier(t))]
      const first = await startBox(t, words)
      await askAll(first)
      // What is to be stored is stored before it ends.
      await first.stop()
      const { length } = origin.requests
      const second = await startBox(t, words)
      const responses = await askAll(second)
      assert.deepEqual(
        responses.map(({ body }) => body.toString()),
        PAGES,
      )
      assert.deepEqual([...new Set(responses.map((response) => /hit|miss/.exec(cacheStatus(response))?.[0]))], ['hit'])
      assert.equal(origin.requests.length, length)
    })

    it('fetch a cold page once for all of them', async (t) => {
      const origin = await startOrigin(t)
      const words = ['--origin', origin.url, ...(await startTier(t))]
      const boxes = await Promise.all([startBox(t, words), startBox(t, words)])
      const crowd = boxes.flatMap((box) => Array.from({ length: 60 }, () => ask(box, '/slow')))
      for (const { body } of await Promise.all(crowd)) assert.equal(body.toString(), '/slow')
      assert.equal(origin.requests.length, 1)
    })
  })
}

describe('several workers of one box', () => {
  it('serve what any of them has stale while the origin fails', async (t) => {
    const origin = await startOrigin(t, 'max-age=1, stale-if-error=600')
    const box = await startBreakwater(['--workers', String(WORKERS), '--origin', origin.url])
    t.after(() => box.kill())
    await askAll(box)
    await origin.stop()
    const isStale = async () => !/; hit; ttl=\d/.test(cacheStatus(await ask(box, PAGES[0]!)))
    while (!(await isStale())) await new Promise((resolve) => setTimeout(resolve, 100))
    // Each worker is asked for each page: most of them for the first time.
    for (let round = 0; round < 5; round++) {
      for (const response of await askAll(box)) assert.equal(response.status, 200, cacheStatus(response))
    }
  })
})
