import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import type { InvalidationLog } from '../../src/tiers/invalidation-log/invalidation-log.ts'
import { openInvalidationLog } from '../../src/tiers/open-tier.ts'
import { RemoteTiers } from '../../src/tiers/remote-tiers.ts'
import { startMemcached } from '../support/memcached.ts'
import { type Server, startRedis } from '../support/redis.ts'
import { openMemcached, openRedis, stored } from './tier-fixtures.ts'

describe('the state of the tiers behind memory', () => {
  let redis: Server & { readonly url: string }
  let memcached: Server
  let tiers: RemoteTiers
  let log: InvalidationLog
  const clock = systemClock()

  before(async () => {
    redis = await startRedis()
    memcached = await startMemcached()
    log = openInvalidationLog(
      { url: redis.url, boxName: 'this box' },
      { clock, compile: () => undefined, onInvalidation: () => {}, onGap: () => {}, onState: () => {} },
    )
    assert.ok(await log.caughtUp(10_000))
    const first = await openMemcached([`127.0.0.1:${memcached.port}`], { invalidations: log })
    const second = await openRedis(redis.url, { invalidations: log })
    tiers = new RemoteTiers({ tiers: [first.tier, second.tier], clock, log, keysOf: (uri) => [uri], deadlineMs: 5_000 })
  })
  after(async () => {
    await tiers.close()
    await Promise.all([redis.kill(), memcached.kill()])
  })

  it('is plain data: counts, bytes and latencies of each tier, servers, the log and the boxes that follow it', async () => {
    tiers.put('/counted', stored('12345'), 60)
    await settled()
    await tiers.find('/counted', [])
    await tiers.find('/absent', [])
    await tiers.invalidate([{ scope: 'changed', value: '/other', soft: false }])
    await settled()
    const counts = tiers.counts()
    assert.deepEqual(structuredClone(counts), counts)
    const [first, second] = counts.tiers
    assert.deepEqual([first?.tier, first?.state, first?.counts.hits, first?.counts.misses], ['memcached', 'up', 1, 1])
    assert.deepEqual([first?.counts.bytesRead, first?.counts.bytesWritten, first?.counts.removed], [5, 5, 1])
    assert.deepEqual(
      [second?.tier, second?.counts.hits, second?.counts.misses, second?.counts.bytesWritten],
      [...['redis', 0, 1, 5]],
    )
    assert.deepEqual(second?.servers, [{ server: `127.0.0.1:${redis.port}`, state: 'up' }])
    assert.equal(first?.counts.latency.count, 2)
    assert.equal(counts.log?.state, 'following')
    assert.equal(counts.log?.published, 1)
    assert.deepEqual(
      counts.log?.boxes.map(({ name }) => name),
      ['this box'],
    )
    assert.equal(counts.stoodStill, 0)
  })

  it('puts what the second had into the first, where it is purged like in the second', async () => {
    const [first, second] = [tiers.counts().tiers[0]!.counts, tiers.counts().tiers[1]!.counts]
    // What was said last is about everything here; what is stored now was asked for after it, by the clock of the log.
    assert.ok(await log.caughtUp(10_000))
    tiers.put('/promoted', stored('page', { tags: ['t'], requestTimeMs: clock.now() }), 60)
    await settled()
    await memcached.kill()
    memcached = await startMemcached({ port: memcached.port })
    for (;;) {
      const found = await tiers.find('/promoted', [])
      assert.equal(found?.stored.body.toString(), 'page')
      found?.promote(60)
      await settled()
      if (found?.tier === 'memcached') break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.ok(tiers.counts().tiers[0]!.counts.hits > first.hits && tiers.counts().tiers[1]!.counts.hits > second.hits)
    await tiers.invalidate([{ scope: 'tag', value: 't', soft: false }])
    assert.equal(await tiers.find('/promoted', []), undefined)
    assert.ok(tiers.counts().tiers[0]!.counts.purged > first.purged)
  })

  it('counts latencies as cumulative buckets', () => {
    for (const { counts } of tiers.counts().tiers) {
      const { buckets, count } = counts.latency
      assert.ok(buckets.every((bucket, i) => bucket.count >= (buckets[i - 1]?.count ?? 0) && bucket.count <= count))
    }
  })

  async function settled(): Promise<void> {
    for (;;) {
      const { tiers: states } = tiers.counts()
      if (states.every(({ counts }) => counts.queuedWrites === 0)) return
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
})
