import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { type Clock, systemClock } from '../../src/clock.ts'
import type { CompileInvalidation, Invalidation } from '../../src/tiers/invalidation.ts'
import { InvalidationIndex } from '../../src/tiers/invalidation-index.ts'
import type { InvalidationLog } from '../../src/tiers/invalidation-log.ts'
import { openInvalidationLog } from '../../src/tiers/open-tier.ts'
import { type Server, startRedis } from '../support/redis.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startRoute } from '../support/route.ts'
import { openRedis, stored } from './tier-fixtures.ts'

/** Keys are URIs here; patterns are understood unless they are `?`. */
const compile: CompileInvalidation = ({ scope, value }) => {
  if (scope === 'uri') return ({ key }) => key === value
  if (scope === 'prefix') return ({ key }) => key.startsWith(value)
  return value === '?' ? undefined : ({ key }) => new RegExp(value).test(key)
}

const hard = (scope: Invalidation['scope'], value = ''): Invalidation => ({ scope, value, soft: false })
const soft = (scope: Invalidation['scope'], value = ''): Invalidation => ({ scope, value, soft: true })

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

/** A box that follows the log and tells what happens. */
class Box {
  readonly log: InvalidationLog
  readonly heard: string[] = []
  readonly states: string[] = []
  gaps = 0
  readonly #events = new EventEmitter()

  constructor(url: string, { name = 'box', clock = systemClock() }: { name?: string; clock?: Clock } = {}) {
    const tell = (note: () => void) => {
      note()
      this.#events.emit('event')
    }
    this.log = openInvalidationLog(
      { url, boxName: name },
      {
        clock,
        compile,
        onInvalidation: ({ scope, value }, own) => tell(() => this.heard.push(`${scope} ${value}${own ? ' own' : ''}`)),
        onGap: () => tell(() => this.gaps++),
        onState: ({ state }) => tell(() => this.states.push(state)),
      },
    )
  }

  static async open(url: string, name = 'box'): Promise<Box> {
    const box = new Box(url, { name })
    await box.until(() => box.states.at(-1) === 'following')
    return box
  }

  /** Waits for what the log tells. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#events, 'event')
  }
}

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
    assert.ok((await one.log.publish([hard('uri', '/a')], 5_000)).position)
    assert.ok((await two.log.publish([soft('tag', 'b')], 5_000)).position)
    await Promise.all([one, two].map((box) => box.until(() => box.heard.length === 2)))
    assert.deepEqual(one.heard, ['uri /a own', 'tag b'])
    assert.deepEqual(two.heard, ['uri /a', 'tag b own'])
  })

  it('is in force at once for who says it', async () => {
    const box = await openBox()
    const position = box.log.positionAt(systemClock().now())
    const said = box.log.publish([hard('uri', '/a')], 5_000)
    assert.equal(box.log.verdict({ key: '/a', tags: [] }, position), 'purged')
    await said
  })

  it('A-TI-13 purges what was asked for before and stored after', async () => {
    const box = await openBox()
    const { tier } = await openRedis(server.url, { invalidations: box.log })
    const asked = stored('old', { requestTimeMs: systemClock().now() })
    await box.log.publish([hard('uri', '/a')], 5_000)
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
    await box.log.publish([soft('tag', 't')], 5_000)
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
    void other.log.publish([hard('uri', '/meanwhile')], 5_000)
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
    assert.equal((await box.log.publish([hard('uri', '/a')], 5_000)).position, undefined)
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
    for (let i = 0; i < 1_001; i++) void box.log.publish([soft('uri', `/${i}`)], 5_000)
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

describe('boxes that follow one log', () => {
  let server: Server & { readonly url: string }
  const boxes: Box[] = []
  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    for (const box of boxes.splice(0)) await box.log.close()
    await server.kill()
  })
  const openBox = async (name: string, url = server.url): Promise<Box> => {
    const box = await Box.open(url, name)
    boxes.push(box)
    return box
  }
  const names = (box: Box) => box.log.counts().boxes.map(({ name }) => name)
  /** Beats until it has heard of all others. */
  const known = async (box: Box, count: number): Promise<void> => {
    while (names(box).length < count) await box.log.publish([hard('changed', 'any')], 100)
  }

  it('acknowledge what one of them says, when it is in force on all', async () => {
    const three = [await openBox('a'), await openBox('b'), await openBox('c')]
    await known(three[0]!, 3)
    const { boxes, position } = await three[0]!.log.publish([hard('changed', '/1'), hard('changed', '/2')], 5_000)
    assert.ok(position)
    assert.equal(boxes[0]?.name, 'a')
    assert.deepEqual(
      new Map(boxes.map(({ name, acknowledged }) => [name, acknowledged])),
      new Map([
        ['a', true],
        ['b', true],
        ['c', true],
      ]),
    )
    for (const box of three)
      assert.ok(['changed /1', 'changed /2'].every((said) => box.heard.some((heard) => heard.startsWith(said))))
  })

  it('name those that did not acknowledge in time, and do not wait longer', async () => {
    const one = await openBox('here')
    const route = await startRoute(server.port)
    await openBox('cut off', `redis://127.0.0.1:${route.port}`)
    await known(one, 2)
    route.hold()
    const { boxes } = await one.log.publish([hard('changed', '/')], 200)
    assert.deepEqual(boxes, [
      { name: 'here', acknowledged: true },
      { name: 'cut off', acknowledged: false },
    ])
    await route.close()
  })

  it('are not waited for when they have left', async () => {
    const [one, two] = [await openBox('stays'), await openBox('leaves')]
    await known(one, 2)
    await two.log.close()
    const { boxes } = await one.log.publish([hard('changed', '/')], 5_000)
    assert.deepEqual(boxes, [{ name: 'stays', acknowledged: true }])
  })

  it('without Redis are told at once that nobody else knows', async () => {
    const [one] = [await openBox('one'), await openBox('other')]
    await known(one!, 2)
    await server.kill()
    await one!.until(() => one!.states.at(-1) === 'lost')
    const { position, boxes } = await one!.log.publish([hard('changed', '/')], 60_000)
    assert.equal(position, undefined)
    assert.deepEqual(boxes, [
      { name: 'one', acknowledged: true },
      { name: 'other', acknowledged: false },
    ])
    assert.deepEqual([one!.log.counts().state, one!.log.counts().unsent], ['lost', 1])
  })

  it('take a record in the list that is none for nobody', async () => {
    const box = await openBox('one')
    const redis = new Redis(server.url)
    const now = Date.now()
    for (const [i, odd] of [`${now} x`, 'x', `${now} {}`, `${now} [1,2,3]`, ''].entries()) {
      await redis.hset('breakwater:{log}:boxes', `odd${i}`, odd)
    }
    const { boxes } = await box.log.publish([hard('changed', '/')], 5_000)
    redis.disconnect()
    assert.deepEqual(boxes, [{ name: 'one', acknowledged: true }])
  })
})

describe('the log of invalidations in a cluster', () => {
  it('is followed like in one server', async () => {
    const cluster = await startRedisCluster()
    const box = await Box.open(cluster.url)
    assert.ok((await box.log.publish([hard('uri', '/a')], 5_000)).position)
    await box.until(() => box.heard.length === 1)
    await box.log.close()
    await cluster.stop()
  })
})
