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
    const [turns, members, bytesEach] = [60_000, 64, 1600]
    const places = new Places<readonly number[]>()
    const under: number[] = []
    const before = oldBytes()
    for (let turn = 0; turn < turns; turn++) {
      under.push(places.add(new Array<number>(bytesEach / 8).fill(turn)))
      if (under.length > members) places.remove(under.shift()!)
    }
    // In a Map nearly all of them get there: 96 MB less what a full collection has found meanwhile.
    assert.ok(oldBytes() - before < (turns * bytesEach) / 10)
  })
})

function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!.space_used_size
}
