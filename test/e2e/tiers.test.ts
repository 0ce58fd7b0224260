import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
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
  async function box(...tier: string[]): Promise<RunningBreakwater> {
    const started = await startBreakwater(['--origin', origin.url, ...tier])
    boxes.push(started)
    const ups = tier.includes('--redis') ? 2 : 1
    while ((started.stderr().match(/a tier is up now|other boxes: following/g) ?? []).length < ups) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return started
  }

  const withRedis = (): Promise<RunningBreakwater> => box('--redis', `redis://127.0.0.1:${redis.port}`)

  it('make a restarted box warm: the origin sees nothing', async () => {
    for (const [name, start] of [
      ['redis', withRedis],
      ['memcached', () => box('--memcached', `127.0.0.1:${memcached.port}`)],
    ] as const) {
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

  it('make several boxes one cache: a cold page is fetched once for all', async () => {
    const three = await Promise.all([withRedis(), withRedis(), withRedis()])
    asked = 0
    const crowd = three.flatMap((each) => Array.from({ length: 100 }, () => ask(each, '/slow/cold')))
    const responses = await Promise.all(crowd)
    assert.ok(responses.every((response) => response.body.toString() === 'version 1 of /slow/cold'))
    assert.equal(asked, 1)
  })

  it('tell every box what an unsafe request changed, before it is answered', async () => {
    const [one, other] = await Promise.all([withRedis(), withRedis()])
    for (const each of [one, other]) await ask(each, '/changes')
    version = 2
    await ask(one, '/changes', 'POST')
    assert.equal((await ask(one, '/changes')).body.toString(), 'version 2 of /changes')
    // The log is followed, not asked: the other box hears of it within the time that Redis takes to say so.
    for (;;) {
      const response = await ask(other, '/changes')
      if (response.body.toString() === 'version 2 of /changes') break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
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
