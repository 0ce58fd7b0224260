import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, type RawResponse } from '../support/http-client.ts'
import { startMemcached } from '../support/memcached.ts'
import { type Server, startRedis } from '../support/redis.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

/** The same site whichever box is asked: the host is part of the key. */
function ask({ port }: RunningBreakwater, target: string, method = 'GET'): Promise<RawResponse> {
  const body = method === 'GET' ? {} : { body: 'x' }
  return fetchRaw(port, { target, method, fields: ['Host', 'site.test'], ...body })
}

const cacheStatus = (response: RawResponse): string => firstValue(response.fields, 'cache-status') ?? ''

describe('tiers behind memory', () => {
  let origin: ScriptedOrigin
  let redis: Server
  let memcached: Server
  let asked = 0
  let version = 1
  const boxes: RunningBreakwater[] = []

  before(async () => {
    redis = await startRedis()
    memcached = await startMemcached()
    origin = await ScriptedOrigin.start(async (request) => {
      if (request.method !== 'GET') return request.respond({ status: 204 })
      asked++
      if (request.target.startsWith('/slow')) await new Promise((resolve) => setTimeout(resolve, 1000))
      await request.respond({
        fields: ['Cache-Control', 'max-age=60'],
        body: `version ${version} of ${request.target}`,
      })
    })
  })

  after(async () => {
    await Promise.all(boxes.map((box) => box.stop()))
    await origin.close()
    await Promise.all([redis.stop(), memcached.stop()])
  })

  /** A box that knows its tier: what it says of itself at start is awaited. */
  async function box(tier: readonly string[], config?: string): Promise<RunningBreakwater> {
    const started = await startBreakwater(['--origin', origin.url, ...tier], config === undefined ? {} : { config })
    boxes.push(started)
    // Each tier, and the log.
    const ups = tier.filter((word) => word.startsWith('--')).length + 1
    while ((started.stderr().match(/a tier is up now|other boxes: following/g) ?? []).length < ups) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return started
  }

  /** Until each has heard of all others, and so waits for them. */
  async function acquainted(all: readonly RunningBreakwater[]): Promise<void> {
    const client = new Redis({ port: redis.port })
    const deadline = Date.now() + 10_000
    for (;;) {
      const records = await client.hvals('breakwater:{log}:boxes')
      if (all.every(({ pid }) => records.some((record) => record.includes(`/${pid}"`)))) break
      if (Date.now() > deadline) throw new Error(`not all boxes are known: ${records}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    client.disconnect()
    // A beat of each is what tells it.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
  }

  /** Whoever misses the deadline of a tier asks the origin, as is meant; where that is not the question, none is to be missed. */
  const patient = 'tiers: { deadline: 10s }'
  const redisWords = () => ['--redis', `redis://127.0.0.1:${redis.port}`]
  const memcachedWords = () => ['--memcached', `127.0.0.1:${memcached.port}`]
  const withRedis = (config?: string): Promise<RunningBreakwater> => box(redisWords(), config)
  const patientKinds = [
    ['redis', () => box(redisWords(), patient)],
    ['memcached', () => box(memcachedWords(), patient)],
  ] as const

  /** Two hundred clients of one box at one moment. */
  const crowd = (each: RunningBreakwater, target: string) => Array.from({ length: 200 }, () => ask(each, target))

  it('make a restarted box warm: the origin sees nothing', async () => {
    for (const [name, start] of patientKinds) {
      const target = `/warm/${name}`
      const first = await start()
      await ask(first, target)
      await first.stop()
      asked = 0
      const second = await start()
      const response = await ask(second, target)
      assert.match(cacheStatus(response), new RegExp(`; hit; ttl=\\d+; detail=${name}$`))
      assert.equal(asked, 0)
      assert.doesNotMatch(cacheStatus(await ask(second, target)), /detail/)
    }
  })

  for (const [tier, start] of patientKinds) {
    const three = () => Promise.all([start(), start(), start()])

    it(`make several boxes one cache: a cold page is fetched once for all (${tier})`, async () => {
      const boxes = await three()
      asked = 0
      const target = `/slow/cold/${tier}`
      const responses = await Promise.all(boxes.flatMap((each) => crowd(each, target)))
      assert.ok(responses.every((response) => response.body.toString() === `version ${version} of ${target}`))
      assert.equal(asked, 1)
    })

    it(`lose a box that is fetching for all: another one fetches instead (${tier})`, async () => {
      const [first, ...others] = await three()
      asked = 0
      const target = `/slow/killed/${tier}`
      const lost = crowd(first!, target).map((response) => response.catch(() => undefined))
      while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 10))
      const waiting = others.flatMap((each) => crowd(each, target))
      await new Promise((resolve) => setTimeout(resolve, 300))
      await first!.kill()
      const responses = await Promise.all(waiting)
      assert.ok(responses.every((response) => response.body.toString() === `version ${version} of ${target}`))
      assert.equal(asked, 2)
      await Promise.all(lost)
    })
  }

  it('tell every box what an unsafe request changed, before it is answered', async () => {
    const three = await Promise.all([withRedis(patient), withRedis(patient), withRedis(patient)])
    await acquainted(three)
    for (let i = 0; i < 20; i++) {
      for (const each of three) await ask(each, '/changes')
      version++
      await ask(three[i % 3]!, '/changes', 'POST')
      for (const each of three)
        assert.equal((await ask(each, '/changes')).body.toString(), `version ${version} of /changes`)
    }
  })

  for (const [howLong, stillMs] of [
    ['longer than any connection waits', 4_000],
    ['a moment', 0],
  ] as const) {
    it(`serve nothing that was purged while a box stood still for ${howLong}`, async () => {
      const [one, other] = await Promise.all([withRedis(), withRedis()])
      await acquainted([one, other])
      const targets = Array.from({ length: 20 }, (_, i) => `/still/${i}`)
      for (const target of targets) await ask(other, target)
      other.pause()
      version++
      // Each waits for the box that says nothing, as long as a tier may take: a second in all.
      for (const target of targets) await ask(one, target, 'POST')
      await new Promise((resolve) => setTimeout(resolve, stillMs))
      // What lies in its sockets when it goes on: the requests, and what the log said.
      const asked = targets.map((target) => ask(other, target))
      await new Promise((resolve) => setTimeout(resolve, 100))
      other.resume()
      const bodies = (await Promise.all(asked)).map(({ body }) => body.toString())
      assert.deepEqual(
        bodies,
        targets.map((target) => `version ${version} of ${target}`),
      )
    })
  }

  it('are asked in the configured order, and both written', async () => {
    const servers = [...redisWords(), ...memcachedWords()]
    const writer = await box(servers, patient)
    await ask(writer, '/both')
    await writer.stop()
    for (const first of ['memcached', 'redis']) {
      const reader = await box(servers, `tiers: { first: ${first}, deadline: 10s }`)
      assert.match(cacheStatus(await ask(reader, '/both')), new RegExp(`; hit; ttl=\\d+; detail=${first}$`))
    }
  })

  it('serve from memory when a box went on and Redis is gone', async () => {
    const proxy = await withRedis()
    await ask(proxy, '/alone')
    proxy.pause()
    const { port } = redis
    await redis.kill()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    proxy.resume()
    assert.match(cacheStatus(await ask(proxy, '/alone')), /; hit/)
    redis = await startRedis({ port })
  })

  it('cost one deadline when they hang, and no error', async () => {
    const proxy = await withRedis()
    redis.pause()
    for (let i = 0; i < 10; i++) {
      const response = await ask(proxy, `/hanging/${i}`)
      assert.deepEqual([response.status, cacheStatus(response).includes('fwd=uri-miss')], [200, true])
    }
    redis.resume()
  })

  it('are gone without an error when killed, and used again when they are back', async () => {
    const proxy = await withRedis()
    const { port } = redis
    await redis.kill()
    for (let i = 0; i < 5; i++) assert.equal((await ask(proxy, `/killed/${i}`)).status, 200)
    redis = await startRedis({ port })
    const again = await withRedis()
    for (let i = 0; ; i++) {
      await ask(proxy, `/back/${i}`)
      const response = await ask(again, `/back/${i}`)
      assert.equal(response.status, 200)
      if (cacheStatus(response).includes('detail=redis')) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
})
