import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compileGlob, compileGlobs } from '../../src/policy/glob.ts'

/** The definition, in the obvious and slow way. */
function matchesByDefinition(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern[0] !== '*') return text[0] === pattern[0] && matchesByDefinition(pattern.slice(1), text.slice(1))
  return matchesByDefinition(pattern.slice(1), text) || (text !== '' && matchesByDefinition(pattern, text.slice(1)))
}

describe('patterns', () => {
  it('match as the definition says', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 8 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 })
    fc.assert(
      fc.property(pattern, text, (p, t) => assert.equal(compileGlob(p)(t), matchesByDefinition(p, t))),
      { numRuns: 3000 },
    )
  })

  it('match what was made from them', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.infiniteStream(fc.string()), (pieces, fillings) => {
        const plain = pieces.map((piece) => piece.replaceAll('*', ''))
        const text = plain.reduce((before, piece) => before + String(fillings.next().value) + piece)
        assert.ok(compileGlob(plain.join('*'))(text))
      }),
    )
  })

  it('give no other character a meaning', () => {
    assert.ok(compileGlob('/a.(b)[c]+?^$|\\')('/a.(b)[c]+?^$|\\'))
    assert.equal(compileGlob('/a.c')('/abc'), false)
  })

  it('A-CF-01 take time that does not explode with hostile paths', () => {
    const matches = compileGlob(`${'*a'.repeat(120)}*!`)
    const started = performance.now()
    for (let i = 0; i < 100; i += 1) assert.equal(matches(`/${'a'.repeat(8000)}`), false)
    // Backtracking would take longer than the universe has been there; the bound leaves room for a busy machine.
    assert.ok(performance.now() - started < 1000)
  })

  it('match together when one of them does', () => {
    const matches = compileGlobs(['/a', '/b/*', '*.css'])!
    assert.deepEqual(
      ['/a', '/b/c', '/x.css', '/c', '/a/'].map((path) => matches(path)),
      [true, true, true, false, false],
    )
    assert.equal(compileGlobs([]), undefined)
  })
})
