import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fieldsWithout, NameSet } from '../../src/http/name-set.ts'

const name = fc.stringMatching(/^[A-Za-z-]{1,40}$/)

describe('a set of field names', () => {
  it('has a name in any case, and no other', () => {
    fc.assert(
      fc.property(fc.array(name), name, (names, other) => {
        const set = new NameSet(names.map((member) => member.toLowerCase()))
        for (const member of names) assert.ok(set.has(member.toUpperCase()))
        assert.equal(
          set.has(other),
          names.some((member) => member.toLowerCase() === other.toLowerCase()),
        )
      }),
    )
  })

  it('takes its fields out of a message, and keeps the others in order', () => {
    const fields = ['A', '1', 'TE', 'x', 'b', '2', 'A', '3', 'te', 'y']
    assert.deepEqual(fieldsWithout(fields, new NameSet(['te'])), ['A', '1', 'b', '2', 'A', '3'])
  })
})
