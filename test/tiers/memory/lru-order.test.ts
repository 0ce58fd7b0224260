import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { LruOrder } from '../../../src/tiers/memory/lru-order.ts'

const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'use', 'delete'),
  which: fc.nat(),
  hash: fc.nat({ max: 7 }),
})

describe('the order in which numbers were used', () => {
  it('is that of a list which is kept by hand, and each is found by its hash', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.nat({ max: 2 ** 29 }), (steps, spread) => {
        const order = new LruOrder()
        const list: { member: number; hash: number }[] = []
        const vacant: number[] = []
        let next = 0
        for (const { kind, which, hash } of steps) {
          const at = which % Math.max(1, list.length)
          if (kind === 'add' || list.length === 0) {
            const added = { member: vacant.pop() ?? next++, hash: (hash * (spread + 1)) >>> 0 }
            order.add(added.member, added.hash)
            list.push(added)
          } else {
            const [one] = list.splice(at, 1)
            if (kind === 'use') {
              order.use(one!.member)
              list.push(one!)
            } else {
              order.delete(one!.member)
              vacant.push(one!.member)
            }
          }
          assert.equal(order.oldest, list[0]?.member)
        }
        assert.deepEqual(
          [...order.members()],
          list.map(({ member }) => member),
        )
        assert.equal(order.size, list.length)
        for (const { member, hash } of list)
          assert.equal(
            order.find(hash, (one) => one === member),
            member,
          )
        for (const member of vacant)
          for (const { hash } of list)
            assert.equal(
              order.find(hash, (one) => one === member),
              undefined,
            )
      }),
    )
  })
})
