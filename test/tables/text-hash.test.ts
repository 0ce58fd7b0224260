import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { hashOf } from '../../src/tables/text-hash.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 5000, size: 'max' }),
)

describe('the hash of a text', () => {
  it('is the same whenever it is asked for, however the text was put together', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const text = one + other
        const before = hashOf(text)
        hashOf(one)
        hashOf(other)
        assert.equal(hashOf([...text].join('')), before)
        assert.equal(hashOf(`${text}.`.slice(0, -1)), before)
        assert.equal(before, before | 0)
      }),
    )
  })

  it('is another one for texts that differ in one character, at any place', () => {
    const hashes = new Set<number>()
    let count = 0
    for (let length = 1; length <= 17; length++) {
      for (let at = 0; at < length; at++) {
        for (const character of ['a', 'b', '\0', '\xff', '\x80', '\x7f']) {
          hashes.add(hashOf(`${'x'.repeat(at)}${character}${'x'.repeat(length - at - 1)}`))
          count++
        }
      }
    }
    // Of 918 texts two may be equal by chance, once in ten thousand runs.
    assert.ok(hashes.size >= count - 1, `${hashes.size} hashes of ${count} texts`)
  })

  it('fills the places of a table as evenly as chance', () => {
    const places = new Uint32Array(1024)
    for (let i = 0; i < 102_400; i++) places[hashOf(`/page/${i}?utm=1`) & 1023]!++
    // A hundred each, give or take ten; six times that is no chance any more.
    assert.ok(Math.max(...places) < 160 && Math.min(...places) > 40, `${Math.min(...places)} to ${Math.max(...places)}`)
  })
})
