import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { foldedAcceptEncoding } from '../../src/rfc9111/normalise.ts'
import type { StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { matches, selectingFields, selectVariant, variantKey } from '../../src/rfc9111/vary.ts'
import { type Exchanged, fieldLines, storedResponse } from './stored.ts'

/** Whether a response stored for one request answers another. */
function answers(
  vary: string,
  first: readonly string[],
  second: readonly string[],
  response: readonly string[] = [],
): boolean {
  const stored = storedResponse({
    request: first,
    response: [`Vary: ${vary}`, 'Cache-Control: max-age=60', ...response],
  })
  return selectVariant([stored], fieldLines(...second)) !== undefined
}

describe('selecting header fields (RFC 9111 §4.1)', () => {
  it('match when every field that Vary nominates has the same value', () => {
    assert.equal(answers('Foo', ['Foo: 1'], ['foo: 1', 'Other: 2']), true)
    assert.equal(answers('Foo', ['Foo: 1'], ['Foo: 2']), false)
    assert.equal(answers('Foo, Bar', ['Foo: 1', 'Bar: abc'], ['Bar: abc', 'Foo: 1']), true)
    assert.equal(answers('Foo, Bar', ['Foo: 1', 'Bar: abc'], ['Foo: 1', 'Bar: abcde']), false)
  })

  it('match an absent field only with an absent field (A-VA-01)', () => {
    assert.equal(answers('Foo', ['Foo: 1'], []), false)
    assert.equal(answers('Foo', [], ['Foo: 1']), false)
    assert.equal(answers('Foo', [], []), true)
    assert.equal(answers('X-Lang', ['X-Lang: evilvalue'], ['X-Lang: en']), false)
  })

  it('never match with a * among the members', () => {
    assert.equal(selectingFields(fieldLines('Vary: Accept, *'), []), 'never')
  })

  it('may differ in white space and in how lines are combined', () => {
    assert.equal(answers('Foo', ['Foo: 1,2'], ['Foo:  1,   2 ']), true)
    assert.equal(answers('Foo', ['Foo: 1', 'Foo: 2'], ['Foo: 1, 2']), true)
    assert.equal(answers('Foo', ['Foo: "a,  b"'], ['Foo: "a, b"']), false)
  })

  it('may not differ in order or case in general', () => {
    assert.equal(answers('Foo', ['Foo: 1, 2'], ['Foo: 2, 1']), false)
    assert.equal(answers('Foo', ['Foo: a'], ['Foo: A']), false)
  })

  it('compare cookies exactly', () => {
    assert.equal(answers('Cookie', ['Cookie: a=1,2'], ['Cookie: a=1, 2']), false)
  })

  it('have one key for each combination of values', () => {
    const value = fc.option(fc.constantFrom('', ';', 'a', 'a=1:', 'b;', '1:a;b=1:c'), { nil: undefined })
    const fields = (a: string | undefined, b: string | undefined) => [
      ...(a === undefined ? [] : ['a', a]),
      ...(b === undefined ? [] : ['b', b]),
    ]
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        const same = a === c && b === d
        return (variantKey(['a', 'b'], fields(a, b)) === variantKey(['a', 'b'], fields(c, d))) === same
      }),
    )
  })

  it('include Origin where the response allows just the origin that asked (A-CP-06)', () => {
    const reflecting = fieldLines('Access-Control-Allow-Origin: https://evil.test')
    const selecting = selectingFields(reflecting, fieldLines('Origin: https://evil.test'))
    assert.ok(selecting !== 'never')
    assert.equal(matches(selecting, []), false)
    assert.deepEqual(selectingFields(reflecting, fieldLines('Origin: https://site.test')), [])
    assert.deepEqual(selectingFields(fieldLines('Access-Control-Allow-Origin: *'), fieldLines('Origin: *')), [
      { name: 'origin', value: '*' },
    ])
  })
})

describe('Accept-Language', () => {
  it('may differ in white space, case, and the order of ranges that are equally wanted', () => {
    assert.equal(answers('Accept-Language', ['Accept-Language: en, de'], ['Accept-Language: en,de']), true)
    assert.equal(answers('Accept-Language', ['Accept-Language: en, de'], ['Accept-Language: eN, De']), true)
    assert.equal(answers('Accept-Language', ['Accept-Language: en, de'], ['Accept-Language: de, en']), true)
    assert.equal(
      answers('Accept-Language', ['Accept-Language: de;q=0.5, en'], ['Accept-Language: en, de;q=0.50']),
      true,
    )
  })

  it('may not differ in preference', () => {
    assert.equal(
      answers('Accept-Language', ['Accept-Language: en, de;q=0.5'], ['Accept-Language: de, en;q=0.5']),
      false,
    )
  })

  it('is answered by the language that the request prefers', () => {
    const german = ['Content-Language: de']
    const stored = ['Accept-Language: en, de']
    assert.equal(answers('Accept-Language', stored, ['Accept-Language: fr;q=0.5, de'], german), true)
    assert.equal(answers('Accept-Language', stored, ['Accept-Language: fr, de;q=0.5'], german), false)
    assert.equal(answers('Accept-Language', stored, ['Accept-Language: fr'], german), false)
    assert.equal(answers('Accept-Language', stored, [], german), false)
  })
})

describe('Accept-Encoding', () => {
  it('is folded to a few classes, in any order, junk left out (A-VA-06)', () => {
    assert.equal(foldedAcceptEncoding('gzip, deflate, br, zstd'), 'br, gzip, zstd')
    assert.equal(foldedAcceptEncoding('br;q=0.9,  X-GZIP'), 'br, gzip')
    assert.equal(foldedAcceptEncoding('deflate'), 'deflate')
    assert.equal(foldedAcceptEncoding('*, br;q=0'), 'gzip, zstd')
    for (const nothing of ['gzip;q=0', 'identity', '', 'junk', 'gzip;q=5', undefined]) {
      assert.equal(foldedAcceptEncoding(nothing), undefined)
    }
  })

  it('says the same of what it has folded', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const folded = foldedAcceptEncoding(value)
        return foldedAcceptEncoding(folded) === folded
      }),
    )
  })

  it('never brings a client a coding that it does not take', () => {
    const response = ['Content-Encoding: deflate']
    const stored = ['Accept-Encoding: gzip, deflate']
    assert.equal(answers('Accept-Encoding', stored, ['Accept-Encoding: deflate, gzip'], response), true)
    assert.equal(answers('Accept-Encoding', stored, ['Accept-Encoding: gzip'], response), false)
  })
})

describe('choosing among stored responses (RFC 9111 §4.1)', () => {
  const variant = (arrivedAt: number, vary: string, request: readonly string[], more: Exchanged = {}): StoredResponse =>
    storedResponse({ arrivedAt, request, ...more, response: vary === '' ? [] : [`Vary: ${vary}`] })

  it('takes the most recent that matches', () => {
    const older = variant(0, 'Foo', ['Foo: 1'])
    const newer = variant(9, 'Foo', ['Foo: 1'])
    const other = variant(20, 'Foo', ['Foo: 2'])
    assert.equal(selectVariant([older, other, newer], fieldLines('Foo: 1')), newer)
    assert.equal(selectVariant([older, other, newer], fieldLines('Foo: 3')), undefined)
  })

  it('prefers one with Vary to a newer default without', () => {
    const varying = variant(0, 'Foo', ['Foo: 1'])
    const plain = variant(9, '', [])
    assert.equal(selectVariant([plain, varying], fieldLines('Foo: 1')), varying)
    assert.equal(selectVariant([plain, varying], fieldLines('Foo: 2')), plain)
  })

  it('lets the most recent Vary decide over responses from before it (A-VA-05)', () => {
    const plain = variant(0, '', [])
    const byFoo = variant(5, 'Foo', ['Foo: 1', 'Bar: 1'])
    const byBoth = variant(9, 'Foo, Bar', ['Foo: 1', 'Bar: 2'])
    assert.equal(selectVariant([byFoo, plain], fieldLines('Foo: 2')), undefined)
    assert.equal(selectVariant([byBoth, byFoo], fieldLines('Foo: 1', 'Bar: 1')), undefined)
    assert.equal(selectVariant([byBoth, byFoo], fieldLines('Foo: 1', 'Bar: 2')), byBoth)
  })

  it('lets no reflected Origin push out what was stored for everyone (A-CP-06)', () => {
    const plain = variant(0, '', [])
    const reflected = storedResponse({
      arrivedAt: 9,
      request: ['Origin: https://evil.test'],
      response: ['Access-Control-Allow-Origin: https://evil.test'],
    })
    assert.equal(selectVariant([reflected, plain], []), plain)
    assert.equal(selectVariant([reflected, plain], fieldLines('Origin: https://site.test')), plain)
  })

  it('prefers the whole to a part', () => {
    const whole = storedResponse()
    const part = storedResponse({ status: 206, response: ['Content-Range: bytes 0-6/10'], arrivedAt: 9 })
    assert.equal(selectVariant([part, whole], []), whole)
  })
})
