import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { TextLru } from '../../src/tables/text-lru.ts'
import { TextTable } from '../../src/tables/text-table.ts'

const text = fc.constantFrom('', 'a', 'b', 'page', 'pagf', 'Page', 'ä', '\u0100', '\u0001\0', 'x'.repeat(100))
const step = fc.record({ kind: fc.constantFrom('set', 'set', 'get', 'has', 'delete', 'clear'), text, value: fc.nat(9) })

describe('a table of texts', () => {
  it('answers as a Map does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const table = new TextTable<number>()
        const map = new Map<string, number>()
        for (const { kind, text, value } of steps) {
          if (kind === 'set') {
            table.set(text, value)
            map.set(text, value)
          } else if (kind === 'clear') {
            table.clear()
            map.clear()
          } else if (kind === 'delete') {
            table.delete(text)
            map.delete(text)
          } else assert.equal(table[kind](text), map[kind](text))
          assert.equal(table.size, map.size)
        }
        assert.deepEqual(table.values().sort(), [...map.values()].sort())
      }),
    )
  })

  it('finds each of many, and no other', () => {
    const table = new TextTable<number>()
    for (let i = 0; i < 20_000; i++) table.set(`/page/${i}`, i)
    for (let i = 0; i < 20_000; i += 3) table.delete(`/page/${i}`)
    for (let i = 0; i < 20_000; i++) assert.equal(table.get(`/page/${i}`), i % 3 === 0 ? undefined : i)
    assert.equal(table.get('/page/20000'), undefined)
  })
})

describe('an LRU of texts', () => {
  it('keeps what a list by hand keeps, within its weight', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const lru = new TextLru<number>(8, (value) => value)
        let list: { text: string; value: number }[] = []
        for (const { kind, text, value } of steps) {
          const known = list.find((one) => one.text === text)
          if (kind === 'clear') {
            lru.clear()
            list = []
          } else if (kind === 'has') {
            assert.equal(lru.has(text), known !== undefined)
            assert.equal(lru.peek(text), known?.value)
          } else {
            list = list.filter((one) => one !== known)
            if (kind === 'delete') lru.delete(text)
            else if (kind === 'set') {
              lru.set(text, value)
              // One alone may be too heavy.
              if (value <= 8) list.push({ text, value })
              while (weightOf(list) > 8) list.shift()
            } else {
              assert.equal(lru.get(text), known?.value)
              if (known !== undefined) list.push(known)
            }
          }
          assert.deepEqual([lru.size, lru.weight], [list.length, weightOf(list)])
        }
        for (const { text, value } of list) assert.equal(lru.peek(text), value)
      }),
    )
  })
})

function weightOf(list: readonly { readonly value: number }[]): number {
  return list.reduce((sum, { value }) => sum + value, 0)
}
