import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  noResponseDirectives,
  parseRequestDirectives,
  parseResponseDirectives,
  requestDirectives,
} from '../../src/rfc9111/directives.ts'

const parse = (...values: string[]) => parseResponseDirectives(values)

describe('Cache-Control of responses (RFC 9111 §5.2)', () => {
  it('compares directives without regard to case', () => {
    assert.equal(parse('NO-STORE, Max-Age=60').noStore, true)
    assert.equal(parse('MaX-aGe=3600').maxAgeSeconds, 3600)
    assert.equal(parse('Private').isPrivate, true)
  })

  it('accepts token and quoted-string arguments', () => {
    assert.equal(parse('max-age="3600"').maxAgeSeconds, 3600)
    assert.deepEqual(parse('private=Set-Cookie').privateFields, ['set-cookie'])
  })

  it('ignores directives it does not know, and what is in their quotes', () => {
    assert.equal(parse('extension="max-age=100, \\", no-store", max-age=1, foobar').maxAgeSeconds, 1)
    assert.equal(parse('extension="no-store"').noStore, false)
  })

  it('reads on after a quote that is never closed', () => {
    assert.equal(parse('extension="x, no-store').noStore, true)
  })

  it('combines several lines', () => {
    assert.deepEqual(parse('max-age=5', 'no-cache'), { ...noResponseDirectives, maxAgeSeconds: 5, noCache: true })
  })

  it('uses the first occurrence of a repeated one (§4.2.1)', () => {
    assert.equal(parse('max-age=10, max-age=0').maxAgeSeconds, 10)
    assert.equal(parse('max-age=0', 'max-age=10').maxAgeSeconds, 0)
  })

  it('reads leading zeros', () => assert.equal(parse('max-age=003600').maxAgeSeconds, 3600))

  it('clamps what is larger than 2^31 (§1.2.2, A-TM-03)', () => {
    assert.equal(parse('max-age=99999999999999999999').maxAgeSeconds, 2 ** 31)
    assert.equal(parse('max-age=2147483648').maxAgeSeconds, 2 ** 31)
    assert.equal(parse('max-age=2147483647').maxAgeSeconds, 2 ** 31 - 1)
  })

  for (const argument of [
    '-3600',
    '1.5',
    '3600.0',
    'a3600',
    '3600a',
    '1e3',
    "'3600'",
    '',
    ' 3600',
    '"3600',
    '3600;x',
    '0x10',
  ]) {
    it(`takes max-age=${argument} as stale (§4.2.1)`, () => assert.equal(parse(`max-age=${argument}`).maxAgeSeconds, 0))
  }

  it('takes "max-age =3600" and max-age without argument as stale', () => {
    assert.equal(parse('max-age =3600').maxAgeSeconds, 0)
    assert.equal(parse('max-age').maxAgeSeconds, 0)
  })

  it('lets a directive restrict even with an argument it should not have', () => {
    assert.equal(parse('no-store=1').noStore, true)
    assert.equal(parse('no-store;').noStore, true)
    assert.equal(parse('must-revalidate="x"').mustRevalidate, true)
    assert.equal(parse('public=x').isPublic, false)
  })

  it('distinguishes qualified private and no-cache (§5.2.2.4, §5.2.2.7)', () => {
    const directives = parse('private="Set-Cookie, X-User", no-cache="A", max-age=5')
    assert.equal(directives.isPrivate, false)
    assert.equal(directives.noCache, false)
    assert.deepEqual(directives.privateFields, ['set-cookie', 'x-user'])
    assert.deepEqual(directives.noCacheFields, ['a'])
  })

  it('takes a qualified form without readable names as unqualified', () => {
    assert.equal(parse('private=""').isPrivate, true)
    assert.equal(parse('no-cache="a b"').noCache, true)
    assert.equal(parse('private="a", private').isPrivate, true)
  })

  it('never throws, and says the same every time', () => {
    const text = fc
      .array(fc.constantFrom('max-age', '=', '"', ',', ' ', '\\', '10', 'no-store', 'private', ';'))
      .map((a) => a.join(''))
    fc.assert(fc.property(fc.oneof(text, fc.string()), (value) => assert.deepEqual(parse(value), parse(value))))
  })

  it('takes time in proportion to the length of the field', () => {
    const started = performance.now()
    for (const value of [
      '"\\'.repeat(32_768),
      '"'.repeat(65_537),
      'a='.repeat(32_768),
      ' '.repeat(65_536),
      '="'.repeat(32_768),
    ]) {
      parse(`x${value}`)
    }
    assert.ok(performance.now() - started < 500)
  })
})

describe('Cache-Control of requests (RFC 9111 §5.2.1)', () => {
  it('reads durations, and max-stale without one', () => {
    const directives = parseRequestDirectives(['max-age=0, min-fresh=5, Max-Stale, only-if-cached'])
    assert.equal(directives.maxAgeSeconds, 0)
    assert.equal(directives.minFreshSeconds, 5)
    assert.equal(directives.maxStaleSeconds, Number.POSITIVE_INFINITY)
    assert.equal(directives.onlyIfCached, true)
  })

  it('ignores a duration that cannot be read', () => {
    assert.equal(parseRequestDirectives(['max-age=-1']).maxAgeSeconds, undefined)
    assert.equal(parseRequestDirectives(['max-stale=x']).maxStaleSeconds, undefined)
  })

  it('takes Pragma: no-cache as no-cache, but not beside Cache-Control (§5.4)', () => {
    assert.equal(requestDirectives(['Pragma', 'No-Cache']).noCache, true)
    assert.equal(requestDirectives(['Pragma', 'no-cache', 'Cache-Control', 'max-stale']).noCache, false)
    assert.equal(requestDirectives(['Pragma', 'no-cachets']).noCache, false)
  })
})
