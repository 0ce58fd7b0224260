import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { selectingKey, selectVariant } from '../../src/rfc9111/vary.ts'
import { MemoryTier } from '../../src/tiers/memory/memory-tier.ts'
import type { Tier } from '../../src/tiers/tier.ts'
import { startMemcached } from '../support/memcached.ts'
import { startRedis } from '../support/redis.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { openMemcached, openRedis, stored } from './tier-fixtures.ts'

/** What the tiers of every kind are asked here; leases are for those that boxes share. */
type Shared = Pick<Tier, 'find' | 'put' | 'remove' | 'settled' | 'close'> & Partial<Pick<Tier, 'lease'>>

interface Opened {
  readonly tier: Shared
  /** Another box with the same servers; undefined where nothing is shared. */
  readonly other: Shared | undefined
  readonly stop: () => Promise<unknown>
}

const gzip = ['Accept-Encoding', 'gzip']
const varied = { fields: ['Vary', 'Accept-Encoding', 'Content-Encoding', 'gzip'], request: gzip }

const kinds: Readonly<Record<string, () => Promise<Opened>>> = {
  async memory() {
    return { tier: memoryAsTier(), other: undefined, stop: async () => {} }
  },
  async redis() {
    const server = await startRedis()
    const [one, two] = [await openRedis(server.url), await openRedis(server.url)]
    return { tier: one.tier, other: two.tier, stop: () => server.kill() }
  },
  async 'redis cluster'() {
    const cluster = await startRedisCluster()
    const [one, two] = [await openRedis(cluster.url), await openRedis(cluster.url)]
    return { tier: one.tier, other: two.tier, stop: () => cluster.stop() }
  },
  async memcached() {
    const servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()])
    const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
    const [one, two] = [await openMemcached(addresses), await openMemcached(addresses)]
    return { tier: one.tier, other: two.tier, stop: () => Promise.all(servers.map((server) => server.kill())) }
  },
}

for (const [kind, open] of Object.entries(kinds)) {
  describe(`a tier on ${kind}`, () => {
    let opened: Opened
    let tier: Shared
    before(async () => {
      opened = await open()
      tier = opened.tier
    })
    after(async () => {
      await tier.close()
      await opened.other?.close()
      await opened.stop()
    })

    const keep = async (key: string, response: ReturnType<typeof stored>, by: Shared = tier) => {
      by.put(key, response, 60)
      await by.settled()
    }

    it('finds nothing where nothing was put', async () => {
      assert.equal(await tier.find('/nothing', []), undefined)
    })

    it('gives back all of a stored response', async () => {
      const response = stored(randomBytes(1024), {
        status: 203,
        reason: 'Non-Authoritative',
        fields: ['X-Bytes', '\x80\xff\xe9', 'Set-Cookie', 'a', 'set-cookie', 'b'],
        tags: ['news', 'home'],
        invalidated: true,
      })
      await keep('/all', response)
      assert.deepEqual(await tier.find('/all', []), response)
    })

    it('keeps an empty body and one of 900 KB', async () => {
      for (const body of [Buffer.alloc(0), randomBytes(900 * 1024)]) {
        await keep('/sizes', stored(body))
        assert.deepEqual((await tier.find('/sizes', []))?.body, body)
      }
    })

    it('keeps bodies larger than an item in pieces', async () => {
      const body = randomBytes(3_500_000)
      await keep('/large', stored(body))
      assert.ok((await tier.find('/large', []))?.body.equals(body))
    })

    it('does not keep a body above the largest size, and what it had stays', async () => {
      await keep('/too-large', stored('small'))
      await keep('/too-large', stored(Buffer.alloc(5 * 1024 * 1024)))
      assert.equal((await tier.find('/too-large', []))?.body.toString(), 'small')
    })

    it('takes keys of any characters and length for what they are', async () => {
      const keys = ['/a b\r\nflush_all\r\n', '/{x}', '/€', `/${'long'.repeat(5000)}`, '', '__proto__']
      for (const key of keys) await keep(key, stored(key))
      for (const key of keys) assert.equal((await tier.find(key, []))?.body.toString(), key)
    })

    it('gives each request the variant that its fields select (RFC 9111 §4.1)', async () => {
      await keep('/varied', stored('zipped', varied))
      await keep('/varied', stored('plain', { fields: ['Vary', 'Accept-Encoding'] }))
      assert.equal((await tier.find('/varied', gzip))?.body.toString(), 'zipped')
      assert.equal((await tier.find('/varied', []))?.body.toString(), 'plain')
      assert.equal(await tier.find('/varied', ['Accept-Encoding', 'br']), undefined)
    })

    it('follows a resource that begins to vary, and one that ends to', async () => {
      await keep('/changes', stored('for all'))
      // A second later, because of two with one Date neither is the newer.
      const later = Date.now() + 1000
      await keep('/changes', stored('zipped', { ...varied, dateMs: later, responseTimeMs: later }))
      assert.equal((await tier.find('/changes', gzip))?.body.toString(), 'zipped')
      assert.equal(await tier.find('/changes', []), undefined)
      const latest = later + 1000
      await keep('/changes', stored('for all again', { dateMs: latest, responseTimeMs: latest }))
      assert.equal((await tier.find('/changes', []))?.body.toString(), 'for all again')
    })

    it('replaces a variant by its successor', async () => {
      await keep('/successor', stored('one', varied))
      await keep('/successor', stored('two', varied))
      assert.equal((await tier.find('/successor', gzip))?.body.toString(), 'two')
    })

    it('removes all variants, and none of them comes back with the next', async () => {
      await keep('/removed', stored('zipped', varied))
      await keep('/removed', stored('plain', { fields: ['Vary', 'Accept-Encoding'] }))
      tier.remove('/removed')
      await tier.settled()
      assert.equal(await tier.find('/removed', gzip), undefined)
      await keep('/removed', stored('plain again', { fields: ['Vary', 'Accept-Encoding'] }))
      assert.equal(await tier.find('/removed', gzip), undefined)
      assert.equal((await tier.find('/removed', []))?.body.toString(), 'plain again')
    })

    it('does what was asked for one key in order', async () => {
      tier.put('/order', stored('one'), 60)
      tier.remove('/order')
      tier.put('/order', stored('two', varied), 60)
      tier.put('/order', stored('three', { fields: ['Vary', 'Accept-Encoding'] }), 60)
      await tier.settled()
      assert.equal((await tier.find('/order', gzip))?.body.toString(), 'two')
      assert.equal((await tier.find('/order', []))?.body.toString(), 'three')
    })

    it('gives 200 finds at once each its own', async () => {
      const names = Array.from({ length: 200 }, (_, i) => `/many/${i}`)
      for (const name of names) tier.put(name, stored(name.repeat(1000)), 60)
      await tier.settled()
      const found = await Promise.all(names.map((name) => tier.find(name, [])))
      for (const [i, name] of names.entries()) assert.equal(found[i]?.body.toString(), name.repeat(1000))
    })

    it('shares what one box stored, and both may add variants', async () => {
      const { other } = opened
      if (other === undefined) return
      await Promise.all([keep('/shared', stored('zipped', varied)), keep('/shared-too', stored('of the other'), other)])
      await keep('/shared', stored('plain', { fields: ['Vary', 'Accept-Encoding'] }), other)
      for (const box of [tier, other]) {
        assert.equal((await box.find('/shared', gzip))?.body.toString(), 'zipped')
        assert.equal((await box.find('/shared', []))?.body.toString(), 'plain')
        assert.equal((await box.find('/shared-too', []))?.body.toString(), 'of the other')
      }
    })

    it('lets one box fetch at a time, and the next when it is done', async () => {
      const { other } = opened
      if (tier.lease === undefined || other?.lease === undefined) return
      const first = await tier.lease('/leased', 5_000)
      assert.equal(first.kind, 'won')
      assert.equal((await other.lease('/leased', 5_000)).kind, 'held')
      assert.equal((await other.lease('/not-leased', 5_000)).kind, 'won')
      if (first.kind === 'won') first.release()
      await tier.settled()
      const second = await other.lease('/leased', 5_000)
      assert.equal(second.kind, 'won')
      // Released twice: the second time it is another's, and stays.
      if (first.kind === 'won') first.release()
      await tier.settled()
      assert.equal((await tier.lease('/leased', 5_000)).kind, 'held')
    })

    it('gives a lease back however much waits to be stored, and takes none for what would find no room', async () => {
      const { other } = opened
      if (tier.lease === undefined || other?.lease === undefined) return
      const held = await tier.lease('/held', 5_000)
      for (let i = 0; i < 2_000; i++) tier.put(`/waits-${i}`, stored('waits'), 60)
      assert.equal((await tier.lease('/no-room', 5_000)).kind, 'none')
      for (let i = 0; i < 2_000; i++) tier.put(`/waits-${i}`, stored('waits'), 60)
      if (held.kind === 'won') held.release()
      await tier.settled()
      assert.equal((await other.lease('/held', 5_000)).kind, 'won')
    })

    it('keeps a lease while its box lives, and not much longer', async () => {
      const { other } = opened
      if (tier.lease === undefined || other?.lease === undefined) return
      const lost = async () => (await other.lease?.('/kept', 1_000))?.kind === 'won'
      assert.equal((await tier.lease('/kept', 1_000)).kind, 'won')
      const untilMs = Date.now() + 3_000
      for (; Date.now() < untilMs; await new Promise((resolve) => setTimeout(resolve, 100))) {
        assert.equal(await lost(), false)
      }
      await tier.close()
      while (!(await lost())) await new Promise((resolve) => setTimeout(resolve, 100))
    })
  })
}

/** The memory tier with the questions of the others. */
function memoryAsTier(): Shared {
  const memory = new MemoryTier({ bytesMax: 64 * 1024 * 1024, objectBytesMax: 4 * 1024 * 1024, variantsMax: 8 })
  return {
    find: async (key, requestFields) => selectVariant(memory.get(key) ?? [], requestFields),
    put(key, response) {
      const variant = selectingKey(response.selecting)
      memory.put(key, response, (other) => selectingKey(other.selecting) === variant)
    },
    remove: (key) => void memory.update(key, () => undefined),
    settled: async () => {},
    close: async () => {},
  }
}
