import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type EntityTag,
  parseEntityTag,
  parseEntityTagList,
  strongMatch,
  weakMatch,
} from '../../src/http/entity-tag.ts'

function tag(text: string): EntityTag {
  const parsed = parseEntityTag(text)
  assert.ok(parsed, text)
  return parsed
}

describe('comparison of entity tags (RFC 9110 §8.8.3.2)', () => {
  const table = [
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ] as const
  for (const [a, b, strong, weak] of table) {
    it(`${a} and ${b}: strong ${strong}, weak ${weak}`, () => {
      assert.equal(strongMatch(tag(a), tag(b)), strong)
      assert.equal(weakMatch(tag(a), tag(b)), weak)
    })
  }
})

describe('reading entity tags (RFC 9110 §8.8.3)', () => {
  it('takes obs-text and commas within the quotes', () => {
    assert.deepEqual(tag('"a,\xe9"'), { weak: false, opaque: 'a,\xe9' })
  })

  it('takes one without quotes as it is', () => {
    assert.equal(weakMatch(tag('abcdef'), tag('"abcdef"')), true)
  })

  it('takes no lower-case weakness prefix', () => {
    assert.equal(parseEntityTag('w/"1"'), undefined)
  })

  it('does not read what is not one tag', () => {
    for (const text of ['', '"', '"a', '"a"b"', 'a b']) {
      assert.equal(parseEntityTag(text), undefined, text)
    }
  })
})

describe('lists of entity tags (RFC 9110 §13.1.2)', () => {
  it('reads * alone', () => assert.equal(parseEntityTagList(' * '), '*'))

  it('reads every member, with commas in quotes and empty members', () => {
    assert.deepEqual(parseEntityTagList('"a", ,W/"b,c",d'), [
      { weak: false, opaque: 'a' },
      { weak: true, opaque: 'b,c' },
      { weak: false, opaque: 'd' },
    ])
  })

  it('does not take a * among tags for "any"', () => {
    assert.equal(Array.isArray(parseEntityTagList('"a", *')), true)
  })

  it('finds every tag of a list that was written from tags', () => {
    const opaque = fc.string().map((text) => text.replace(/[^!#-~]/g, ''))
    fc.assert(
      fc.property(
        fc.array(fc.record({ weak: fc.boolean(), opaque }, { noNullPrototype: true }), { minLength: 1 }),
        (tags) => {
          const text = tags.map((one) => `${one.weak ? 'W/' : ''}"${one.opaque}"`).join(', ')
          assert.deepEqual(parseEntityTagList(text), tags)
        },
      ),
    )
  })

  it('takes time in proportion to the length of the field', () => {
    const started = performance.now()
    for (const text of ['"'.repeat(65_537), 'a'.repeat(65_536), `a${' '.repeat(65_536)}b`, ','.repeat(65_536)]) {
      parseEntityTagList(text)
    }
    assert.ok(performance.now() - started < 500)
  })
})
