import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Candidate, Choose } from '../../../src/origin/choosing/candidate.ts'
import { leastRequests } from '../../../src/origin/choosing/least-requests.ts'
import { weightedRandom } from '../../../src/origin/choosing/random.ts'
import { rendezvous } from '../../../src/origin/choosing/rendezvous.ts'
import { roundRobin } from '../../../src/origin/choosing/round-robin.ts'
import { seeded } from '../support/seeded.ts'

interface Loaded extends Candidate {
  weight: number
  load: number
}

const member = (name: string, weight = 1, load = 0): Loaded => ({ name, weight, load })
const names = (chosen: readonly Candidate[]): string => chosen.map(({ name }) => name).join('')

function times(count: number, choose: Choose<Loaded>, candidates: readonly Loaded[]): Loaded[] {
  return Array.from({ length: count }, (_, index) => choose(candidates, `/page/${index}`))
}

/** How far the shares are from the weights, as a part of all requests. */
function worstError(chosen: readonly Candidate[], candidates: readonly Candidate[]): number {
  const whole = candidates.reduce((sum, { weight }) => sum + weight, 0)
  return Math.max(
    ...candidates.map((candidate) => {
      const share = chosen.filter((one) => one === candidate).length / chosen.length
      return Math.abs(share - candidate.weight / whole)
    }),
  )
}

describe('weighted round robin', () => {
  it('takes turns that are spread, not in rows', () => {
    const candidates = [member('a', 5), member('b', 1), member('c', 1)]
    assert.equal(names(times(14, roundRobin(), candidates)), 'aabacaaaabacaa')
  })

  it('goes on evenly when a member leaves and comes back', () => {
    const [a, b, c] = [member('a'), member('b'), member('c')]
    const choose = roundRobin<Loaded>()
    times(5, choose, [a, b, c])
    times(1000, choose, [a, c])
    const after = times(30, choose, [a, b, c])
    assert.ok(after.filter((one) => one === b).length <= 11)
    assert.ok(after.filter((one) => one === b).length >= 9)
  })

  it('gives each exactly its weight in every round, whatever the weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (weights) => {
        const candidates = weights.map((weight, index) => member(String(index), weight))
        const round = weights.reduce((sum, weight) => sum + weight, 0)
        const chosen = times(round, roundRobin(), candidates)
        for (const candidate of candidates) {
          assert.equal(chosen.filter((one) => one === candidate).length, candidate.weight)
        }
      }),
    )
  })
})

describe('shares over 10,000 requests are within 1 % of the weights', () => {
  const otherwise: Choose<Loaded> = ([first]) => first!
  const ways: readonly (readonly [string, () => Choose<Loaded>])[] = [
    ['round robin', () => roundRobin()],
    ['random', () => weightedRandom(seeded(1))],
    ['least requests, all idle', () => leastRequests(seeded(2))],
    ['hash', () => rendezvous({ overload: 1.25 }, otherwise)],
  ]
  for (const [name, way] of ways) {
    for (const weights of [
      [1, 1],
      [1, 1, 1],
      [5, 3, 2],
      [10, 1],
    ]) {
      it(`${name}, weights ${weights.join(' ')}`, () => {
        const candidates = weights.map((weight, index) => member(`m${index}`, weight))
        assert.ok(worstError(times(10_000, way(), candidates), candidates) < 0.01)
      })
    }
  }

  it('least requests, with requests that take their time', () => {
    const candidates = [member('a', 3), member('b', 1)]
    const choose = leastRequests<Loaded>(seeded(3))
    const underWay: Loaded[] = []
    const chosen: Loaded[] = []
    for (let i = 0; i < 10_000; i++) {
      const one = choose(candidates, undefined)
      one.load++
      chosen.push(one)
      underWay.push(one)
      if (underWay.length > 40) underWay.shift()!.load--
    }
    assert.ok(worstError(chosen, candidates) < 0.01)
  })
})

describe('least requests', () => {
  it('leaves a slow member alone', () => {
    const [slow, quick] = [member('slow', 1, 10), member('quick', 1, 2)]
    assert.equal(names(times(3, leastRequests(seeded(4)), [slow, quick])), 'quickquickquick')
  })

  it('compares with the weight in mind', () => {
    assert.equal(names(times(2, leastRequests(seeded(5)), [member('a', 4, 4), member('b', 1, 2)])), 'aa')
  })
})

describe('hash (weighted rendezvous, bounded load)', () => {
  const hash = rendezvous<Loaded>({ overload: 1.25 }, ([first]) => first!)
  const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => member(name))
  const keys = Array.from({ length: 10_000 }, (_, index) => `www.example.com/page/${index}`)

  it('sends a key to the same member, in whatever order they are configured', () => {
    for (const key of keys.slice(0, 200)) assert.equal(hash(six, key), hash(six.toReversed(), key))
  })

  it('moves only the keys of a member that leaves', () => {
    const five = six.filter(({ name }) => name !== 'c')
    for (const key of keys) {
      const before = hash(six, key)
      if (before.name !== 'c') assert.equal(hash(five, key), before)
    }
  })

  it('moves to a new member its share, and nothing between the others', () => {
    const seven = [...six, member('g')]
    const moved = keys.filter((key) => hash(six, key) !== hash(seven, key))
    assert.ok(moved.every((key) => hash(seven, key).name === 'g'))
    assert.ok(Math.abs(moved.length / keys.length - 1 / 7) < 0.01)
  })

  it('passes over who has more than its share under way, always for the same next one', () => {
    const key = keys[0]!
    const own = hash(six, key)
    own.load = 50
    const next = hash(six, key)
    assert.notEqual(next, own)
    assert.equal(hash(six, key), next)
    own.load = 0
    assert.equal(hash(six, key), own)
  })

  it('never exceeds the bound while one hot key floods it, and finds somebody for any loads', () => {
    const three = [member('x'), member('y', 2), member('z')]
    for (let i = 0; i < 400; i++) hash(three, 'hot').load++
    assert.ok(three.every(({ load, weight }) => load <= Math.ceil((1.25 * 400 * weight) / 4) + 1))
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 5 }), fc.string(), (loads, key) => {
        assert.ok(
          hash(
            loads.map((load, index) => member(String(index), index + 1, load)),
            key,
          ),
        )
      }),
    )
  })

  it('leaves requests without a key to another way of choosing', () => {
    assert.equal(hash(six, undefined), six[0])
  })
})
