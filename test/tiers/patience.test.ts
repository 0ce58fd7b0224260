import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Patience } from '../../src/tiers/patience.ts'
import { type RemoteStore, StoreError } from '../../src/tiers/remote-store.ts'
import { RemoteTier } from '../../src/tiers/remote-tier.ts'
import { RemoteTiers } from '../../src/tiers/remote-tiers.ts'
import { takeTurn } from '../../src/tiers/take-turn.ts'
import { noInvalidations, type StateChange } from '../../src/tiers/tier.ts'
import { HeldClock } from '../support/held-clock.ts'

const deadlineMs = 50

/** A server that answers after so long; `Infinity` is never. */
function storeThat(clock: HeldClock, answer: { afterMs: number; isLeased?: boolean }): RemoteStore {
  const after = <T>(value: T) =>
    new Promise<T>((resolve) => {
      if (answer.afterMs === 0) resolve(value)
      else if (answer.afterMs < Number.POSITIVE_INFINITY) clock.after(answer.afterMs, () => resolve(value))
    })
  const nothing = async () => {}
  return {
    ...{ servers: () => ['server'], serverOf: () => 'server', trial: nothing, close: nothing },
    ...{ set: nothing, touch: nothing, remove: nothing, renew: nothing, release: nothing },
    get: () => after(undefined),
    claim: () => after(answer.isLeased !== true),
  }
}

/** A tier of one such server, which is up. */
async function tierOf(clock: HeldClock, name: string, answer: { afterMs: number; isLeased?: boolean }) {
  return tierOn(clock, name, storeThat(clock, answer))
}

async function tierOn(clock: HeldClock, name: string, store: RemoteStore) {
  const changes: StateChange[] = []
  const tier = new RemoteTier(
    {
      ...{ prefix: 'test', space: 'test', deadlineMs, writeDeadlineMs: 1_000, findsMax: 100 },
      ...{ objectBytesMax: 1024, itemBytesMax: 1024, secret: undefined },
      writes: { bytesMax: 1024, writesMax: 10, concurrency: 1 },
      breaker: { missesMax: 3, pauseMs: 250, pauseMaxMs: 5_000 },
    },
    {
      ...{ name, clock, store, invalidations: noInvalidations },
      onState: (change) => changes.push(change),
    },
  )
  await tier.ready
  return { tier, changes }
}

function behind(clock: HeldClock, ...tiers: RemoteTier[]): RemoteTiers {
  const log = {
    ...{ ...noInvalidations, say: () => assert.fail(), acknowledged: () => assert.fail(), counts: () => assert.fail() },
    ...{ caughtUp: async () => true, close: async () => {} },
  }
  return new RemoteTiers({ tiers, clock, log, keysOf: () => [], deadlineMs })
}

/** How long something takes by the held clock, which moves in steps of a millisecond. */
async function took(clock: HeldClock, work: Promise<unknown>): Promise<number> {
  const startMs = clock.now()
  let endMs: number | undefined
  void work.then(() => {
    endMs = clock.now()
  })
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve))
    if (endMs !== undefined) return endMs - startMs
    assert.ok(clock.now() - startMs < 20_000, 'it takes for ever')
    clock.advance(1)
  }
}

/** What a request asks that finds nothing: the tiers for the page, then the last of them for its turn to fetch it. */
async function askLikeARequest(clock: HeldClock, tiers: RemoteTiers): Promise<void> {
  const patience = tiers.patience()
  assert.equal(await tiers.find('/', [], patience), undefined)
  const turn = await takeTurn(tiers.turns!, {
    ...{ clock, key: '/', requestFields: [], patience, leaseMs: 2_000, waitMs: 10_000, isUsable: () => true },
  })
  assert.equal(turn.kind, 'fetch')
}

describe('what a request waits for tiers', () => {
  it('is one deadline when the server hangs, not one to look and another for its turn', async () => {
    const clock = new HeldClock()
    const { tier } = await tierOf(clock, 'redis', { afterMs: Number.POSITIVE_INFINITY })
    assert.equal(await took(clock, askLikeARequest(clock, behind(clock, tier))), deadlineMs)
    assert.equal(tier.counts().late, 1)
  })

  it('is one deadline when two tiers hang, of which only the first was asked', async () => {
    const clock = new HeldClock()
    const first = await tierOf(clock, 'memcached', { afterMs: Number.POSITIVE_INFINITY })
    const second = await tierOf(clock, 'redis', { afterMs: Number.POSITIVE_INFINITY })
    assert.equal(await took(clock, askLikeARequest(clock, behind(clock, first.tier, second.tier))), deadlineMs)
    const { late, skipped } = second.tier.counts()
    assert.deepEqual([late, skipped], [0, 1])
  })

  it('is one deadline when each answer is slow and all of them together are late', async () => {
    const clock = new HeldClock()
    const { tier } = await tierOf(clock, 'redis', { afterMs: 30 })
    assert.equal(await took(clock, askLikeARequest(clock, behind(clock, tier))), deadlineMs)
  })

  it('leaves a question its time when this process was busy for longer, and none when an answer was late', async () => {
    const clock = new HeldClock()
    const answer = { afterMs: 0 }
    const { tier } = await tierOf(clock, 'redis', answer)
    const tiers = behind(clock, tier)
    const patience = tiers.patience()
    assert.equal(await tiers.find('/', [], patience), undefined)
    clock.advance(2 * deadlineMs)
    assert.equal((await tier.lease('/', 2_000, patience)).kind, 'won')
    answer.afterMs = Number.POSITIVE_INFINITY
    const short = await took(clock, tiers.find('/', [], patience))
    assert.ok(short > 0 && short < deadlineMs)
    assert.equal(await took(clock, tiers.find('/', [], patience)), 0)
  })

  it('is nothing after three that were late', async () => {
    const clock = new HeldClock()
    const { tier, changes } = await tierOf(clock, 'redis', { afterMs: Number.POSITIVE_INFINITY })
    const tiers = behind(clock, tier)
    for (let i = 0; i < 3; i++) await took(clock, askLikeARequest(clock, tiers))
    assert.equal(changes.at(-1)?.state, 'down')
    assert.equal(await took(clock, askLikeARequest(clock, tiers)), 0)
  })

  it('is one deadline more for who waits for another box when the server hangs meanwhile', async () => {
    const clock = new HeldClock()
    const answer = { afterMs: 0, isLeased: true }
    const { tier } = await tierOf(clock, 'redis', answer)
    const asking = askLikeARequest(clock, behind(clock, tier))
    // The first look is made; the second is due in 10 ms.
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
    answer.afterMs = Number.POSITIVE_INFINITY
    assert.equal(await took(clock, asking), 10 + deadlineMs)
  })
})

describe('a process that stood still for longer than the deadline', () => {
  it('reads the answer that came meanwhile, and takes it', async () => {
    const clock = new HeldClock()
    const read = Promise.withResolvers<undefined>()
    const { tier } = await tierOn(clock, 'redis', { ...storeThat(clock, { afterMs: 0 }), get: () => read.promise })
    const found = tier.find('/', [])
    // Timers come first when it goes on, then what has arrived is read.
    clock.advance(deadlineMs * 3)
    read.resolve(undefined)
    await found
    const { late, misses } = tier.counts()
    assert.deepEqual([late, misses], [0, 1])
  })
})

describe('a server of which a request had little time left', () => {
  for (const [afterMs, state] of [
    [40, 'up'],
    [60, 'down'],
  ] as const) {
    it(`is ${state} after three answers that took ${afterMs} of its ${deadlineMs} ms`, async () => {
      const clock = new HeldClock()
      const { tier } = await tierOf(clock, 'redis', { afterMs })
      for (let i = 0; i < 3; i++) assert.equal(await took(clock, tier.find('/', [], new Patience(clock, 20))), 20)
      assert.equal(tier.counts().late, 3)
      assert.equal(tier.state, 'up')
      // By when the last answer has come.
      const later = new Promise<void>((resolve) => void clock.after(40, resolve))
      assert.equal(await took(clock, later), 40)
      assert.equal(tier.state, state)
    })
  }

  it('is down at once when its connection breaks behind the back of the request', async () => {
    const clock = new HeldClock()
    const breaking = Promise.withResolvers<never>()
    const store = { ...storeThat(clock, { afterMs: 0 }), get: () => breaking.promise }
    const { tier, changes } = await tierOn(clock, 'redis', store)
    assert.equal(await took(clock, tier.find('/', [], new Patience(clock, 20))), 20)
    breaking.reject(new StoreError('down', 'connection lost'))
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual([changes.at(-1)?.state, changes.at(-1)?.why], ['down', 'connection lost'])
  })
})
