import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getHeapSpaceStatistics } from 'node:v8'
import fc from 'fast-check'
import { Places } from '../../src/forward/places.ts'

describe('places', () => {
  it('hold what was added and not removed, each where it was put', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (steps) => {
        const places = new Places<string>()
        const held = new Map<number, string>()
        for (const [step, choice] of steps.entries()) {
          const taken = [...held.keys()]
          const leaving = taken[choice]
          if (leaving === undefined) {
            const place = places.add(`member ${step}`)
            assert.ok(!held.has(place), 'the place was free')
            held.set(place, `member ${step}`)
          } else {
            places.remove(leaving)
            held.delete(leaving)
            assert.equal(places.at(leaving), undefined)
          }
          assert.equal(places.count, held.size)
          for (const [place, member] of held) assert.equal(places.at(place), member)
          assert.deepEqual([...places].sort(), [...held.values()].sort())
        }
      }),
    )
  })

  it('let what was removed be collected with the young generation', () => {
    const [turns, members, numbers] = [20_000, 64, 200]
    const page = (turn: number): readonly number[] => new Array<number>(numbers).fill(turn)
    const places = new Places<readonly number[]>()
    const under = Array.from({ length: members }, (_, turn) => places.add(page(turn)))
    // A lull, in which what holds the members becomes old: with a Set in their place half of what follows becomes old with it.
    let last = page(0)
    for (let turn = 0; turn < turns * 3; turn++) last = page(turn)
    assert.equal(last.length, numbers)
    const before = oldBytes()
    let grown = 0
    for (let turn = 0; turn < turns; turn++) {
      under.push(places.add(page(turn)))
      places.remove(under.shift()!)
      if (turn % 100 === 0) grown = Math.max(grown, oldBytes() - before)
    }
    assert.ok(grown < (turns * numbers * 8) / 10, `${grown} bytes became old`)
  })
})

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!.space_used_size
}
