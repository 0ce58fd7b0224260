import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { NONE } from '../../src/tables/hash-chains.ts'
import { UseOrder } from '../../src/tables/use-order.ts'

const step = fc.record({ kind: fc.constantFrom('add', 'add', 'use', 'delete'), which: fc.nat() })

describe('the order in which numbers were used', () => {
  it('is that of a list which is kept by hand', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const order = new UseOrder()
        const list: number[] = []
        const vacant: number[] = []
        let next = 0
        for (const { kind, which } of steps) {
          if (kind === 'add' || list.length === 0) {
            const member = vacant.pop() ?? next++
            order.add(member)
            list.push(member)
          } else {
            const [member] = list.splice(which % list.length, 1)
            order[kind](member!)
            if (kind === 'use') list.push(member!)
            else vacant.push(member!)
          }
          assert.equal(order.oldest, list[0] ?? NONE)
        }
        assert.deepEqual(membersOf(order), list)
        order.clear()
        assert.deepEqual(membersOf(order), [])
      }),
    )
  })
})

function membersOf(order: UseOrder): number[] {
  const members: number[] = []
  for (let member = order.oldest; member !== NONE; member = order.newerThan(member)) members.push(member)
  return members
}
