import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { systemClock } from '../../../src/clock.ts'
import { toEntry } from '../../../src/tiers/invalidation.ts'
import { InvalidationIndex } from '../../../src/tiers/invalidation-log/invalidation-index.ts'
import { type Server, startRedis } from '../../support/redis.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { openRedis, stored } from '../tier-fixtures.ts'
import { Box, compile, hard, soft } from './following-box.ts'

describe('what the log has said', () => {
  const index = (entriesMax = 100) => new InvalidationIndex(compile, { horizon: '', entriesMax })
  const about = { key: '/news/1', tags: ['news', 'home'] }

  for (const invalidation of [
    hard('changed', '/news/1'),
    hard('tag', 'home'),
    hard('uri', '/news/1'),
    hard('prefix', '/news/'),
    hard('pattern', '^/n.*1$'),
    hard('pattern', '?'),
    hard('everything'),
  ]) {
    const name = `${invalidation.scope} ${invalidation.value}`
    it(`${name} purges what was stored before it, not what was stored after, and nothing else`, () => {
      const said = index()
      said.add('2', invalidation)
      assert.equal(said.verdict(about, '1'), 'purged')
      assert.equal(said.verdict(about, '2'), 'valid')
      const isAll = invalidation.scope === 'everything' || invalidation.value === '?'
      assert.equal(said.verdict({ key: '/other', tags: ['other'] }, '1'), isAll ? 'purged' : 'valid')
    })
  }

  it('softly expires, and a purge wins over it whatever comes first', () => {
    const said = index()
    said.add('2', soft('tag', 'home'))
    assert.equal(said.verdict(about, '1'), 'expired')
    said.add('3', hard('prefix', '/news'))
    assert.equal(said.verdict(about, '1'), 'purged')
    said.add('4', soft('everything'))
    assert.equal(said.verdict(about, '1'), 'purged')
    assert.equal(said.verdict(about, '3'), 'expired')
  })

  it('forgets the oldest, and then takes what was stored before that as purged', () => {
    const said = index(2)
    for (const [position, tag] of ['a', 'b', 'c'].entries()) said.add(String(position + 1), hard('tag', tag))
    assert.equal(said.verdict({ key: '/', tags: [] }, '0'), 'purged')
    assert.equal(said.verdict({ key: '/', tags: [] }, '1'), 'valid')
    assert.equal(said.verdict({ key: '/', tags: ['b'] }, '1'), 'purged')
  })
})

describe('the log of invalidations', () => {
  let server: Server & { readonly url: string }
  const boxes: Box[] = []
  const openBox = async (): Promise<Box> => {
    const box = await Box.open(server.url)
    boxes.push(box)
    return box
  }
  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    for (const box of boxes.splice(0)) await box.log.close()
    await server.kill()
  })

  it('tells every box, in order, and who said it that it was its own', async () => {
    const [one, two] = [await openBox(), await openBox()]
    assert.ok(await one.log.say([hard('uri', '/a')]))
    assert.ok(await two.log.say([soft('tag', 'b')]))
    await Promise.all([one, two].map((box) => box.until(() => box.heard.length === 2)))
    assert.deepEqual(one.heard, ['uri /a own', 'tag b'])
    assert.deepEqual(two.heard, ['uri /a', 'tag b own'])
  })

  it('is in force at once for who says it', async () => {
    const box = await openBox()
    const position = box.log.positionAt(systemClock().now())
    const said = box.log.say([hard('uri', '/a')])
    assert.equal(box.log.verdict({ key: '/a', tags: [] }, position), 'purged')
    await said
  })

  it('A-TI-13 purges what was asked for before and stored after', async () => {
    const box = await openBox()
    const { tier } = await openRedis(server.url, { invalidations: box.log })
    const asked = stored('old', { requestTimeMs: systemClock().now() })
    await box.log.say([hard('uri', '/a')])
    await box.until(() => box.heard.length === 1)
    tier.put('/a', asked, 60)
    await tier.settled()
    assert.equal(await tier.find('/a', []), undefined)
    assert.equal(tier.counts().purged, 1)
    tier.put('/a', stored('new', { requestTimeMs: systemClock().now() }), 60)
    await tier.settled()
    assert.equal((await tier.find('/a', []))?.body.toString(), 'new')
    await tier.close()
  })

  it('softly expires what was stored: it is found, and stale', async () => {
    const box = await openBox()
    const { tier } = await openRedis(server.url, { invalidations: box.log })
    tier.put('/a', stored('body', { requestTimeMs: systemClock().now(), tags: ['t'] }), 60)
    await tier.settled()
    await box.log.say([soft('tag', 't')])
    const found = await tier.find('/a', [])
    assert.equal(found?.body.toString(), 'body')
    assert.ok((found?.lifetime.seconds ?? 60) < 5)
    await tier.close()
  })

  it('tells a box that was away all it missed, and that box knew that it did not know', async () => {
    const [away, other] = [await openBox(), await openBox()]
    server.pause()
    await away.until(() => away.states.at(-1) === 'lost')
    server.resume()
    void other.log.say([hard('uri', '/meanwhile')])
    await away.until(() => away.heard.length > 0)
    // Said at least once: an answer that came too late to be heard is no reason not to say it again.
    assert.deepEqual([[...new Set(away.heard)], away.gaps], [['uri /meanwhile'], 0])
    assert.ok(await away.log.caughtUp(5_000))
  })

  it('is not current the moment a stopped process goes on, until it has asked', async () => {
    const system = systemClock()
    let stoppedMs = 0
    const box = new Box(server.url, { clock: { now: () => system.now() + stoppedMs, after: system.after } })
    boxes.push(box)
    assert.ok(await box.log.caughtUp(5_000))
    stoppedMs = 60_000
    assert.equal(box.log.isCurrent, false)
    assert.ok(await box.log.caughtUp(5_000))
    assert.equal(box.log.isCurrent, true)
  })

  it('A-TI-12 says what was said while Redis was away when it is back, even an empty one', async () => {
    const box = await openBox()
    const position = box.log.positionAt(systemClock().now())
    await server.kill()
    assert.equal(await box.log.say([hard('uri', '/a')]), undefined)
    assert.equal(box.log.verdict({ key: '/a', tags: [] }, position), 'purged')
    server = await startRedis({ port: server.port })
    await box.until(() => box.heard.length > 0)
    assert.deepEqual([...new Set(box.heard.map((heard) => heard.replace(/ own$/, '')))], ['uri /a'])
    // Its Redis had lost the log: what others had said is not to be known any more.
    assert.equal(box.gaps, 1)
    const other = await openBox()
    assert.equal(other.log.verdict({ key: '/b', tags: [] }, position), 'purged')
  })

  it('becomes one purge of everything where more waits than can be kept', async () => {
    const box = await openBox()
    await server.kill()
    for (let i = 0; i < 1_001; i++) void box.log.say([soft('uri', `/${i}`)])
    assert.equal(box.log.verdict({ key: '/any', tags: [] }, ''), 'purged')
  })

  it('that is deleted under its readers begins anew, with a gap', async () => {
    const box = await openBox()
    const redis = new Redis(server.url)
    await redis.del('breakwater:{log}')
    redis.disconnect()
    await box.until(() => box.gaps === 1)
    await box.until(() => box.states.at(-1) === 'following')
  })

  it('that lost what a box had not read yet, as it grew faster than that, tells it of a gap', async () => {
    const box = await openBox()
    const redis = new Redis(server.url)
    const burst = redis.multi()
    for (let i = 0; i < 25_000; i++) {
      burst.xadd('breakwater:{log}', 'MAXLEN', '~', 10_000, '*', ...toEntry(hard('tag', `${i}`), `${i}`))
    }
    await burst.exec()
    redis.disconnect()
    await box.until(() => box.gaps === 1)
    assert.ok(!box.heard.includes('tag 5000'))
    await box.until(() => box.states.at(-1) === 'following')
  })

  it('A-TI-11 expires, with what it says', async () => {
    await openBox()
    const redis = new Redis(server.url)
    assert.ok((await redis.ttl('breakwater:{log}')) > 30 * 86_400)
    redis.disconnect()
  })

  it('that cannot be reached is not current, and the remote tier is not asked', async () => {
    const box = await openBox()
    const held = { ...box.log, isCurrent: false, verdict: () => 'valid' as const, positionAt: () => '' }
    const { tier } = await openRedis(server.url, { invalidations: held })
    tier.put('/', stored('x'), 60)
    await tier.settled()
    assert.equal(await tier.find('/', []), undefined)
    assert.equal(tier.counts().skipped, 1)
    await tier.close()
  })
})

describe('the log of invalidations in a cluster', () => {
  it('is followed like in one server', async () => {
    const cluster = await startRedisCluster()
    const box = await Box.open(cluster.url)
    assert.ok(await box.log.say([hard('uri', '/a')]))
    await box.until(() => box.heard.length === 1)
    await box.log.close()
    await cluster.stop()
  })
})
