import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { firstValue } from '../../src/http/fields.ts'
import { type RunningAdmin, startWithAdmin } from '../admin/running-admin.ts'
import { type RunningBreakwater, startBreakwater } from '../support/breakwater.ts'
import { fetchRaw, openConnection, type RawResponse } from '../support/http-client.ts'
import { startMemcached } from '../support/memcached.ts'
import { startRedis } from '../support/redis.ts'
import { ScriptedOrigin } from '../support/scripted-origin.ts'

const status = (response: RawResponse): string => firstValue(response.fields, 'cache-status') ?? ''
const site = ['Host', 'site.test']

/** Until each thread knows its tier, and what other boxes said. */
async function heard(proxy: RunningBreakwater, times: number): Promise<void> {
  while ((proxy.stderr().match(/a tier is up now|other boxes: following/g) ?? []).length < times) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Until its metrics have that line. */
async function counted({ admin }: RunningAdmin, line: string): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    if (metrics.split('\n').includes(line)) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('a purge in several threads', () => {
  it('is in force in all of them when it is acknowledged', async () => {
    let version = 1
    const origin = await ScriptedOrigin.start((request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60', 'xkey', 'page'], body: `version ${version}` }),
    )
    const proxy = await startBreakwater(['--origin', origin.url, '--workers', '2'])
    const crowd = () =>
      Promise.all(Array.from({ length: 60 }, () => fetchRaw(proxy.port, { target: '/', fields: site })))
    await crowd()
    for (const fields of [['xkey', 'page'], ['X-Purge-Method', 'regex'], ['Clear-Cache', 'true'], []]) {
      version++
      const answer = await fetchRaw(proxy.port, { method: 'PURGE', target: '/', fields: [...site, ...fields] })
      const report = JSON.parse(answer.body.toString())
      assert.deepEqual(report.threads, { asked: 2, acknowledged: 2 })
      const bodies = (await crowd()).map(({ body }) => body.toString())
      assert.deepEqual([...new Set(bodies)], [`version ${version}`])
    }
    await proxy.stop()
    await origin.close()
  })
})

describe('a purge on one of two boxes with one Redis', () => {
  it('is in force on the other, and for what stands in Redis, when it is acknowledged', async () => {
    const redis = await startRedis()
    let version = 1
    const origin = await ScriptedOrigin.start((request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60', 'xkey', 'page'], body: `version ${version}` }),
    )
    const box = async (): Promise<RunningBreakwater> => {
      const started = await startBreakwater(['--origin', origin.url, '--redis', `redis://127.0.0.1:${redis.port}`])
      await heard(started, 2)
      return started
    }
    const [one, other] = await Promise.all([box(), box()])
    const get = ({ port }: RunningBreakwater) => fetchRaw(port, { target: '/blog/a', fields: site })
    const orders: readonly (readonly string[])[] = [
      ['/blog/a'],
      ['/', 'xkey', 'page'],
      ['/blog/.*', 'X-Purge-Method', 'regex'],
      ['/', 'Clear-Cache', 'true'],
    ]
    for (const [target = '', ...fields] of orders) {
      await Promise.all([get(one), get(other)])
      version++
      const answer = await fetchRaw(one.port, { method: 'PURGE', target, fields: [...site, ...fields] })
      const report = JSON.parse(answer.body.toString())
      assert.equal(report.published, 'now')
      assert.deepEqual(
        report.boxes.map(({ acknowledged }: { acknowledged: boolean }) => acknowledged),
        [true, true],
      )
      assert.equal((await get(other)).body.toString(), `version ${version}`)
      assert.equal((await get(one)).body.toString(), `version ${version}`)
    }
    await Promise.all([one.stop(), other.stop()])
    await origin.close()
    await redis.stop()
  })
})

describe('a purge on a box with memcached alone', () => {
  it('is in force for what stands there, in every thread', async () => {
    const memcached = await startMemcached()
    let version = 1
    const origin = await ScriptedOrigin.start((request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60', 'xkey', 'page'], body: `version ${version}` }),
    )
    const tier = ['--memcached', `127.0.0.1:${memcached.port}`]
    const proxy = await startBreakwater(['--origin', origin.url, '--workers', '2', ...tier])
    await heard(proxy, 4)
    for (const [target = '', ...fields] of [['/a'], ['/', 'xkey', 'page'], ['/.*', 'X-Purge-Method', 'regex']]) {
      await fetchRaw(proxy.port, { target: '/a', fields: site })
      version++
      await fetchRaw(proxy.port, { method: 'PURGE', target, fields: [...site, ...fields] })
      const crowd = Array.from({ length: 40 }, () => fetchRaw(proxy.port, { target: '/a', fields: site }))
      const bodies = (await Promise.all(crowd)).map(({ body }) => body.toString())
      assert.deepEqual([...new Set(bodies)], [`version ${version}`])
    }
    await proxy.stop()
    await origin.close()
    await memcached.stop()
  })
})

describe('a purge on one of two boxes with memcached alone', () => {
  it('is not forgotten by a restart, and the other box hears of it within seconds', async () => {
    const memcached = await startMemcached()
    let version = 1
    const origin = await ScriptedOrigin.start((request) =>
      request.respond({ fields: ['Cache-Control', 'max-age=60', 'xkey', 'page'], body: `version ${version}` }),
    )
    const tier = ['--memcached', `127.0.0.1:${memcached.port}`]
    const box = async (): Promise<RunningAdmin> => {
      const config = 'tiers: { deadline: 10s }'
      const started = await startWithAdmin(['--origin', origin.url, ...tier], { config })
      await heard(started, 2)
      return started
    }
    const get = async ({ port }: RunningBreakwater) => fetchRaw(port, { target: '/a', fields: site })
    const [one, other] = await Promise.all([box(), box()])
    await get(one)
    // Nobody who asked waits for that.
    await counted(one, 'breakwater_tier_writes_total{tier="memcached",result="stored"} 1')
    let found = await get(other)
    assert.match(status(found), /detail=memcached/)
    version++
    const answer = await fetchRaw(one.port, { method: 'PURGE', target: '/', fields: [...site, 'xkey', 'page'] })
    assert.equal(JSON.parse(answer.body.toString()).published, 'now')
    await one.kill()
    const again = await box()
    assert.equal((await get(again)).body.toString(), 'version 2')
    const deadline = Date.now() + 5_000
    while (found.body.toString() !== 'version 2' && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      found = await get(other)
    }
    assert.equal(found.body.toString(), 'version 2')
    await Promise.all([again.stop(), other.stop()])
    await origin.close()
    await memcached.stop()
  })
})

describe('everything purged softly under load', () => {
  const PAGES = 2_000
  const LIMIT = 8

  it('refreshes what is asked for within what the origin may get at a time, and everybody is served meanwhile', async () => {
    let atOnce = 0
    let most = 0
    let isSlow = false
    const origin = await ScriptedOrigin.start(async (request) => {
      most = Math.max(most, ++atOnce)
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 20))
      atOnce--
      await request.respond({ fields: ['Cache-Control', 'max-age=60'], body: request.target })
    })
    const config = `refresh: 1m\nlimits: { originConnections: ${LIMIT} }\n`
    const proxy = await startBreakwater(['--origin', origin.url], { config })
    await walk(proxy.port, PAGES)
    most = 0
    isSlow = true
    const answer = await fetchRaw(proxy.port, {
      method: 'PURGE',
      target: '/',
      fields: [...site, 'Clear-Cache', 'true'],
    })
    assert.equal(JSON.parse(answer.body.toString()).matched, PAGES)
    const { responses, stale } = await walk(proxy.port, PAGES)
    assert.deepEqual([...new Set(responses.map(({ status }) => status))], [200])
    assert.equal(stale, PAGES)
    assert.ok(most <= LIMIT, `${most} requests at a time`)
    await proxy.stop()
    await origin.close()
  })
})

/** Asks for each page once, by twenty clients. */
async function walk(port: number, pages: number) {
  const responses: RawResponse[] = []
  let next = 0
  const client = async (): Promise<void> => {
    const connection = await openConnection(port)
    while (next < pages) responses.push(await connection.fetch({ target: `/page/${next++}`, fields: site }))
    connection.close()
  }
  await Promise.all(Array.from({ length: 20 }, client))
  return { responses, stale: responses.filter((response) => status(response).includes('detail=refreshing')).length }
}
