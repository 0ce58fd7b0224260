import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BUCKETS, bucketEndMs, bucketOf, quantileMs } from '../../src/metrics/durations.ts'
import { HeavyHitters, type Hitter } from '../../src/metrics/heavy-hitters.ts'
import { OUTCOMES } from '../../src/metrics/outcomes.ts'
import { Page, Pages } from '../../src/metrics/pages.ts'
import { SECONDS_KEPT, SecondsRing, summedSeconds } from '../../src/metrics/seconds.ts'

describe('buckets of durations', () => {
  it('hold what is below their end and not below the end before', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100_000, noNaN: true }), (ms) => {
        // Whole microseconds are what is told apart.
        const whole = Math.floor(ms * 1000) / 1000
        const bucket = bucketOf(whole)
        assert.ok(whole < bucketEndMs(bucket) + 0.001)
        if (bucket > 0) assert.ok(whole >= bucketEndMs(bucket - 1) - 0.001)
      }),
    )
  })

  it('give quantiles that are at most a quarter too high', () => {
    const buckets = new Float64Array(BUCKETS)
    for (let ms = 1; ms <= 100; ms++) buckets[bucketOf(ms)]!++
    for (const [q, ms] of [
      [0.5, 50],
      [0.99, 99],
    ] as const) {
      const found = quantileMs(buckets, q)!
      assert.ok(found >= ms && found <= ms * 1.25, `${q}: ${found}`)
    }
    assert.equal(quantileMs(new Float64Array(BUCKETS), 0.5), undefined)
  })
})

describe('heavy hitters', () => {
  it('are all there, never with too little, and with no more too much than they say', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 500, size: 'max' }), (ids) => {
        const sketch = new HeavyHitters(8, () => undefined)
        const truth = new Map<string, number>()
        for (const id of ids) {
          // Small numbers are frequent.
          const name = String(Math.floor((id * id) / 60))
          truth.set(name, (truth.get(name) ?? 0) + 1)
          sketch.add(name, 1)
        }
        assert.ok([...sketch.all()].length <= 16)
        for (const [name, count] of truth) {
          const found = sketch.get(name)
          if (found === undefined) assert.ok(count <= sketch.floor, `${name} is missing`)
          else assert.ok(found.weight >= count && found.weight - found.excess <= count)
        }
      }),
    )
  })

  it('are found among very many names that come once', () => {
    const sketch = new HeavyHitters(8, () => undefined)
    const truth = new Map<string, number>()
    const meet = (name: string, weight: number): void => {
      truth.set(name, (truth.get(name) ?? 0) + weight)
      sketch.add(name, weight)
    }
    for (let i = 0; i < 60_000; i++) {
      meet(`once ${i}`, 1)
      if (i % 7 === 0) meet(`often ${i % 5}`, 1)
      if (i === 50_000) meet('once, and long', 1_000_000)
    }
    for (const [name, count] of truth) {
      const found = sketch.get(name)
      if (found === undefined) assert.ok(count <= sketch.floor, `${name} is missing`)
      else assert.ok(found.weight >= count && found.weight - found.excess <= count, name)
    }
    const heaviest = [...sketch.all()].sort((one, other) => other.weight - one.weight).map(({ id }) => id)
    assert.equal(heaviest[0], 'once, and long')
    assert.deepEqual(
      heaviest.slice(1, 6).sort(),
      [0, 1, 2, 3, 4].map((i) => `often ${i}`),
    )
  })
})

describe('heavy hitters that are added by what was returned before', () => {
  it('are counted as those that are looked for, whatever sketch it came from', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 60 }), fc.boolean(), fc.boolean()), { maxLength: 500, size: 'max' }),
        (additions) => {
          const looked = [new HeavyHitters(4, () => undefined), new HeavyHitters(4, () => undefined)]
          const kept = [new HeavyHitters(4, () => undefined), new HeavyHitters(4, () => undefined)]
          const last = new Map<string, Hitter<undefined> | undefined>()
          for (const [id, isFirst, forgets] of additions) {
            const name = String(Math.floor((id * id) / 60))
            const which = isFirst ? 0 : 1
            looked[which]!.add(name, 1)
            const returned = kept[which]!.add(name, 1, last.get(name))
            last.set(name, forgets ? undefined : returned)
          }
          for (const which of [0, 1]) assert.deepEqual(weights(kept[which]!), weights(looked[which]!))
        },
      ),
    )
  })

  it('are in the window that is counted now', () => {
    const pages = new Pages(0)
    const page = new Page('site.test', 'http://site.test/')
    pages.served(page, 3, 1, 30)
    pages.tick(10 * 60_000)
    pages.served(page, 1, 0, 10)
    pages.tick(20 * 60_000)
    pages.served(page, 2, 2, 20)
    const [found] = pages.lists(1).traffic
    assert.deepEqual(found, { url: 'http://site.test/', requests: 3, hits: 2, bytes: 30, excess: 0 })
  })
})

function weights(sketch: HeavyHitters<undefined>): [string, number, number][] {
  return [...sketch.all()]
    .map(({ id, weight, excess }): [string, number, number] => [id, weight, excess])
    .sort(([one], [other]) => (one < other ? -1 : 1))
}

describe('the ring of seconds', () => {
  const totals = (hits: number) => ({
    outcomes: Float64Array.from(OUTCOMES, (outcome) => (outcome === 'hit' ? hits : 0)),
    durations: new Float64Array(BUCKETS),
    bytes: hits * 10,
  })
  const hitsOf = ({ outcomes, count }: { outcomes: Uint32Array; count: number }): number[] =>
    Array.from({ length: count }, (_, i) => outcomes[i * OUTCOMES.length]!)

  it('has what was counted in each second, and nothing for seconds in which nobody counted', () => {
    const ring = new SecondsRing(1_000_000)
    ring.take(totals(3), 1_000_500)
    ring.take(totals(5), 1_001_500)
    ring.take(totals(6), 1_004_100)
    ring.take(totals(6), 1_005_100)
    assert.deepEqual(hitsOf(ring.last(5)), [3, 2, 0, 0, 1])
    assert.deepEqual([...ring.last(5).bytes], [30, 20, 0, 0, 10])
  })

  it('forgets what is older than it is long', () => {
    const ring = new SecondsRing(0)
    ring.take(totals(7), 500)
    ring.take(totals(7), 10 * SECONDS_KEPT * 1_000)
    assert.ok(hitsOf(ring.last(SECONDS_KEPT - 1)).every((count) => count === 0))
  })

  it('is added up by the second, whatever second each thread is in', () => {
    const [one, other] = [new SecondsRing(100_000), new SecondsRing(101_000)]
    one.take(totals(1), 100_500)
    one.take(totals(1), 102_000)
    other.take(totals(2), 101_500)
    other.take(totals(2), 102_000)
    const sum = summedSeconds([one.last(2), other.last(1)])
    assert.equal(sum.first, 100)
    assert.deepEqual(hitsOf(sum), [1, 2])
  })
})
