import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LogProgress } from '../../../src/tiers/invalidation-log/log-progress.ts'
import { HeldClock } from '../../support/held-clock.ts'

/** One that is current for a second, and what it tells. */
function setUp() {
  const clock = new HeldClock()
  const told: string[] = []
  const progress = new LogProgress(1_000, {
    clock,
    onInvalidation: ({ value }, own) => told.push(own ? `own ${value}` : value),
    onGap: () => told.push('gap'),
    onState: ({ state, why }) => told.push(why === undefined ? state : `${state}: ${why}`),
  })
  return { clock, told, progress }
}

describe('how far a log was followed', () => {
  it('is known for each moment; before the first there is no position', () => {
    const { clock, progress } = setUp()
    const startMs = clock.now()
    for (const position of ['1', '2', '2', '5']) {
      clock.advance(10)
      progress.reached(position, clock.now())
    }
    const moments = [0, 9, 10, 19, 20, 30, 39, 40, 1_000].map((ms) => progress.positionAt(startMs + ms))
    assert.deepEqual(moments, ['', '', '1', '1', '2', '2', '2', '5', '5'])
  })

  it('counts from when the answer was there, not from when it was asked for', () => {
    const { clock, progress } = setUp()
    const askedAtMs = clock.now()
    clock.advance(50)
    progress.reached('1', askedAtMs)
    assert.deepEqual([progress.positionAt(askedAtMs + 49), progress.positionAt(askedAtMs + 50)], ['', '1'])
  })

  it('is forgotten for the moments longest ago, which count as before the beginning', () => {
    const { clock, progress } = setUp()
    const startMs = clock.now()
    for (let i = 1; i <= 10_002; i++) {
      clock.advance(1)
      progress.reached(String(i), clock.now())
    }
    assert.deepEqual(
      [2, 3, 10_002].map((ms) => progress.positionAt(startMs + ms)),
      ['', '3', '10002'],
    )
  })
})

describe('a box that follows a log', () => {
  it('is current for that long after it asked for what it heard last', () => {
    const { clock, progress } = setUp()
    assert.equal(progress.isCurrent, false)
    const askedAtMs = clock.now()
    clock.advance(400)
    progress.reached('1', askedAtMs)
    clock.advance(600)
    assert.equal(progress.isCurrent, true)
    clock.advance(1)
    assert.equal(progress.isCurrent, false)
    progress.knownUntil(askedAtMs + 500)
    assert.equal(progress.isCurrent, true)
    // That less was known earlier takes nothing away.
    progress.knownUntil(askedAtMs)
    assert.equal(progress.isCurrent, true)
  })

  it('tells once of each change between following and lost, with the reason', () => {
    const { told, progress } = setUp()
    assert.deepEqual([progress.counts().state, progress.isFollowing], ['connecting', false])
    progress.lost('refused')
    progress.lost('refused again')
    assert.deepEqual([progress.counts().state, progress.isFollowing], ['lost', false])
    progress.following()
    progress.following()
    assert.deepEqual([progress.counts().state, progress.isFollowing], ['following', true])
    progress.lost('gone')
    assert.deepEqual(told, ['lost: refused', 'following', 'lost: gone'])
  })

  it('counts what it heard, what it said and what it may have missed', () => {
    const { clock, told, progress } = setUp()
    assert.equal(progress.counts().silentMs, undefined)
    progress.reached('1', clock.now())
    clock.advance(70)
    progress.published(3)
    progress.heard({ scope: 'tag', value: 'a', soft: false }, true)
    progress.heard({ scope: 'tag', value: 'b', soft: false }, false)
    progress.missed()
    assert.deepEqual(told, ['own a', 'b', 'gap'])
    assert.deepEqual(progress.counts(), { state: 'connecting', silentMs: 70, heard: 2, published: 3, gaps: 1 })
  })
})
