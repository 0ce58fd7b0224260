import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { HashChains, NONE } from '../../src/tables/hash-chains.ts'

const step = fc.record({ isAdded: fc.boolean(), which: fc.nat(), hash: fc.nat({ max: 7 }) })
const spread = fc.integer({ min: -(2 ** 28), max: 2 ** 28 })

describe('chains of numbers by hash', () => {
  it('have the members that were added and not deleted, each under its hash', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), spread, (steps, factor) => {
        const chains = new HashChains()
        const hashes = new Map<number, number>()
        const vacant: number[] = []
        let next = 0
        for (const { isAdded, which, hash } of steps) {
          if (isAdded || hashes.size === 0) {
            const member = vacant.pop() ?? next++
            hashes.set(member, hash * factor)
            chains.add(member, hash * factor)
          } else {
            const member = [...hashes.keys()][which % hashes.size]!
            hashes.delete(member)
            chains.delete(member)
            vacant.push(member)
          }
        }
        assert.equal(chains.size, hashes.size)
        for (let hash = 0; hash <= 7; hash++) {
          const meant = [...hashes].filter(([, own]) => own === hash * factor).map(([member]) => member)
          assert.deepEqual(membersWith(hash * factor, chains), meant.sort())
        }
        chains.clear()
        assert.equal(chains.size, 0)
        assert.equal(chains.first(0), NONE)
      }),
    )
  })
})

function membersWith(hash: number, chains: HashChains): number[] {
  const members: number[] = []
  for (let member = chains.first(hash); member !== NONE; member = chains.after(member)) members.push(member)
  return members.sort()
}
