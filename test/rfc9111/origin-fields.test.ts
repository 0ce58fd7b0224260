import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { OriginField } from '../../src/rfc9111/freshness.ts'
import { liteSpeedVary } from '../../src/rfc9111/litespeed.ts'
import { responseMetadata } from '../../src/rfc9111/metadata.ts'
import { fieldLines, outcomeOf, plainPolicy, startMs } from './stored.ts'

const ALL: readonly OriginField[] = ['litespeed', 'x-reverse-proxy-ttl', 'x-vc-ttl']

function metadata(lines: readonly string[], originFields: readonly OriginField[] = ALL) {
  const policy = { ...plainPolicy, originFields }
  return responseMetadata({ status: 200, fields: fieldLines(...lines), responseTimeMs: startMs, policy })
}

function lifetime(...lines: string[]): string {
  const { seconds, source } = metadata(lines).lifetime
  return `${seconds} ${source}`
}

const outcome = (...response: string[]) => outcomeOf({ response, policy: { originFields: ALL } })

describe('X-LiteSpeed-Cache-Control', () => {
  it('counts only where the configuration says so', () => {
    const lines = ['X-LiteSpeed-Cache-Control: private, max-age=60', 'X-VC-TTL: 70', 'Cache-Control: max-age=5']
    const { lifetime, directives } = metadata(lines, [])
    assert.deepEqual([lifetime, directives.isPrivate], [{ seconds: 5, source: 'max-age' }, false])
  })

  it('gives the lifetime in place of Cache-Control and Expires', () => {
    const field = 'X-LiteSpeed-Cache-Control: public,max-age=604800,esi=on,no-vary'
    assert.equal(lifetime(field, 'Cache-Control: max-age=5'), '604800 x-litespeed-cache-control')
    assert.equal(outcome(field), 'stored')
  })

  it('takes the shortest of several lifetimes, and one that cannot be read as none', () => {
    assert.equal(lifetime('X-LiteSpeed-Cache-Control: max-age=60,s-maxage=9'), '9 x-litespeed-cache-control')
    for (const value of ['max-age=0', 'max-age=soon', 'max-age', 'max-age=60, max-age=x'])
      assert.equal(outcome(`X-LiteSpeed-Cache-Control: ${value}`, 'Cache-Control: max-age=5'), 'no-store', value)
  })

  it('forbids storing by private and no-cache, whatever any other field says', () => {
    for (const [value, reason] of [
      ['private,max-age=1800', 'private'],
      ['no-cache', 'no-store'],
      ['no-cache,esi=on', 'no-store'],
      ['public,no-store', 'no-store'],
      ['NO-CACHE', 'no-store'],
    ] as const) {
      for (const other of [
        'Cache-Control: public, s-maxage=100',
        'Cache-Control: must-understand, max-age=100',
        'Breakwater-Cache-Control: max-age=100',
        'CDN-Cache-Control: max-age=100',
        'Surrogate-Control: max-age=100',
        'X-VC-TTL: 100',
        'X-LiteSpeed-Cache-Control: public,max-age=100',
      ])
        assert.equal(outcome(`X-LiteSpeed-Cache-Control: ${value}`, other), reason, `${value} beside ${other}`)
    }
  })

  it('does not lift no-store, private or no-cache of Cache-Control', () => {
    const field = 'X-LiteSpeed-Cache-Control: public,max-age=100'
    assert.equal(outcome(field, 'Cache-Control: no-store'), 'no-store')
    assert.equal(outcome(field, 'Cache-Control: private'), 'private')
    assert.equal(metadata([field, 'Cache-Control: no-cache']).directives.noCache, true)
  })

  it('leaves the lifetime to a targeted field', () => {
    const field = 'X-LiteSpeed-Cache-Control: public,max-age=100'
    assert.equal(lifetime(field, 'CDN-Cache-Control: max-age=7'), '7 max-age')
    assert.equal(outcome(field, 'CDN-Cache-Control: private, max-age=7'), 'private')
  })

  it('consents to nothing by public alone', () => {
    const response = ['X-LiteSpeed-Cache-Control: public', 'Cache-Control: max-age=5']
    const request = ['Authorization: Basic eDp5']
    assert.equal(outcomeOf({ request, response, policy: { originFields: ALL } }), 'authorization')
  })

  it('never makes private or no-cache storable', () => {
    const member = fc.constantFrom('public', 'max-age=60', 'esi=on', 'no-vary', 's-maxage=5', '"', 'x=";"', '')
    const forbidding = fc.constantFrom('private', 'no-cache', 'no-store')
    fc.assert(
      fc.property(fc.array(member), forbidding, fc.array(member), (before, word, after) => {
        const value = [...before, word, ...after].join(',')
        assert.notEqual(outcome(`X-LiteSpeed-Cache-Control: ${value}`, 'CDN-Cache-Control: max-age=60'), 'stored')
      }),
    )
  })
})

describe('X-Reverse-Proxy-TTL and X-VC-TTL', () => {
  for (const name of ['X-Reverse-Proxy-TTL', 'X-VC-TTL']) {
    it(`${name} gives the lifetime beside Cache-Control, which still forbids`, () => {
      assert.equal(lifetime(`${name}: 60`, 'Cache-Control: max-age=5'), `60 ${name.toLowerCase()}`)
      for (const word of ['no-store', 'private']) assert.equal(outcome(`${name}: 60`, `Cache-Control: ${word}`), word)
      assert.equal(lifetime(`${name}: 60`, 'CDN-Cache-Control: max-age=7'), '7 max-age')
    })

    it(`${name} forbids storing with zero, and with what cannot be read`, () => {
      for (const value of ['0', '', 'soon', '-1', '1.5', '60s'])
        assert.equal(outcome(`${name}: ${value}`, 'Cache-Control: max-age=5'), 'no-store', value)
    })
  }

  it('count as the shortest of all plain lifetimes', () => {
    const fields = ['X-VC-TTL: 30', 'X-Reverse-Proxy-TTL: 20', 'X-LiteSpeed-Cache-Control: public,max-age=40']
    assert.equal(lifetime(...fields, 'X-Accel-Expires: 50'), '20 x-reverse-proxy-ttl')
    assert.equal(lifetime(...fields, 'X-Accel-Expires: 10'), '10 x-accel-expires')
    assert.equal(lifetime(...fields, 'X-VC-TTL: 5'), '5 x-vc-ttl')
  })
})

describe('X-LiteSpeed-Vary', () => {
  const names = (...values: string[]) =>
    liteSpeedVary(fieldLines(...values.map((value) => `X-LiteSpeed-Vary: ${value}`)))

  it('names cookies', () => {
    assert.deepEqual(names(), [])
    assert.deepEqual(names('cookie=_lscache_vary,cookie=wmc_currency'), ['_lscache_vary', 'wmc_currency'])
    assert.deepEqual(names('cookie=a', ' Cookie = "b" ,'), ['a', 'b'])
  })

  it('is not understood when it says anything else', () => {
    for (const value of ['value=ismobile', 'cookie=a,value=b', 'cookie=', 'cookie', 'a', 'cookie=a b', 'cookie=a;b'])
      assert.equal(names(value), 'unknown', value)
  })
})
