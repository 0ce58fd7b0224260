import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { responseMetadata } from '../../src/rfc9111/metadata.ts'
import { consumedTargetedFields, effectiveDirectives } from '../../src/rfc9111/targeted.ts'
import { dateAt, fieldLines, outcomeOf, plainPolicy, startMs } from './stored.ts'

const effective = (...lines: string[]) => effectiveDirectives(fieldLines(...lines), startMs, [])

function lifetime(...lines: string[]): string {
  const { lifetime } = responseMetadata({
    status: 200,
    fields: fieldLines(...lines),
    responseTimeMs: startMs,
    policy: plainPolicy,
  })
  return `${lifetime.seconds} ${lifetime.source}`
}

describe('targeted cache control (RFC 9213 §2.2)', () => {
  it('replaces Cache-Control and Expires', () => {
    const targeted = 'CDN-Cache-Control: max-age=100'
    assert.equal(lifetime(targeted, 'Cache-Control: max-age=1'), '100 max-age')
    assert.equal(lifetime(targeted, 'Cache-Control: no-store'), '100 max-age')
    assert.equal(lifetime('CDN-Cache-Control: foo', `Expires: ${dateAt(60)}`), '0 none')
    assert.equal(outcomeOf({ response: [targeted, 'Cache-Control: no-store'] }), 'stored')
  })

  it('restricts where Cache-Control allows', () => {
    const open = 'Cache-Control: max-age=100'
    assert.equal(outcomeOf({ response: ['CDN-Cache-Control: no-store', open] }), 'no-store')
    assert.equal(outcomeOf({ response: ['CDN-Cache-Control: private', open] }), 'private')
    assert.equal(effective('CDN-Cache-Control: no-cache', open).directives.noCache, true)
    assert.equal(lifetime('CDN-Cache-Control: max-age=0', open), '0 max-age')
  })

  it('uses the first of the target list', () => {
    assert.equal(
      effective('CDN-Cache-Control: max-age=1', 'Breakwater-Cache-Control: max-age=2').from,
      'breakwater-cache-control',
    )
    assert.equal(effective('Surrogate-Control: max-age=1', 'CDN-Cache-Control: max-age=2').from, 'cdn-cache-control')
  })

  it('combines several lines', () => {
    assert.equal(lifetime('CDN-Cache-Control: foo', 'CDN-Cache-Control: max-age=7'), '7 max-age')
  })
})

describe('the syntax of targeted fields (RFC 9213 §2.1)', () => {
  for (const value of [
    '',
    'MaX-aGe=100',
    'max-age =100',
    'max-age= 100',
    'max-age=100, &&&',
    'max-age=100,',
    "max-age='1'",
  ]) {
    it(`ignores the field when it is "${value}"`, () => {
      assert.equal(lifetime(`CDN-Cache-Control: ${value}`, 'Cache-Control: max-age=5'), '5 max-age')
    })
  }

  it('takes a lifetime of another type than Integer as stale, without falling back', () => {
    for (const value of ['max-age="100"', 'max-age=1.5', 'max-age=abc', 'max-age=(1 2)', 'max-age']) {
      assert.equal(lifetime(`CDN-Cache-Control: ${value}`, 'Cache-Control: max-age=5'), '0 max-age', value)
    }
  })

  it('ignores parameters and takes the last of repeated keys, as Dictionaries do', () => {
    assert.equal(lifetime('CDN-Cache-Control: max-age=10;a=b, max-age=20'), '20 max-age')
  })

  it('takes ?0 as not said', () => {
    assert.equal(effective('CDN-Cache-Control: no-store=?0, max-age=10').directives.noStore, false)
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (value) => void effectiveDirectives(['CDN-Cache-Control', value], startMs, [])))
  })
})

describe('Surrogate-Control', () => {
  it('is read like Cache-Control, with staleness after a plus', () => {
    const { directives } = effective('Surrogate-Control: max-age=600+30, content="ESI/1.0"')
    assert.equal(directives.maxAgeSeconds, 600)
    assert.equal(directives.staleWhileRevalidateSeconds, 30)
  })

  it('says nothing of caching with content alone', () => {
    assert.equal(effective('Surrogate-Control: content="ESI/1.0"', 'Cache-Control: max-age=5').from, 'cache-control')
  })
})

describe('X-Accel-Expires', () => {
  it('replaces the lifetime', () => {
    assert.equal(lifetime('X-Accel-Expires: 60', 'Cache-Control: max-age=5'), '60 x-accel-expires')
    assert.equal(lifetime(`X-Accel-Expires: @${startMs / 1000 + 30}`), '30 x-accel-expires')
  })

  it('does not lift no-store or private', () => {
    assert.equal(outcomeOf({ response: ['X-Accel-Expires: 60', 'Cache-Control: no-store'] }), 'no-store')
    assert.equal(outcomeOf({ response: ['X-Accel-Expires: 60', 'Cache-Control: private'] }), 'private')
  })

  it('forbids storing with 0', () => {
    assert.equal(outcomeOf({ response: ['X-Accel-Expires: 0', 'Cache-Control: max-age=5'] }), 'no-store')
  })

  it('is ignored when it cannot be read', () => {
    assert.equal(lifetime('X-Accel-Expires: soon', 'Cache-Control: max-age=5'), '5 max-age')
  })
})

describe('what the client sees of targeted fields', () => {
  it('is CDN-Cache-Control, which other CDNs on the way use too (RFC 9213 §3.1)', () => {
    assert.equal(consumedTargetedFields.has('cdn-cache-control'), false)
    assert.equal(consumedTargetedFields.has('surrogate-control'), true)
  })

  it('is nothing of the fields of other caches', () => {
    for (const name of ['x-litespeed-cache-control', 'x-litespeed-vary', 'x-reverse-proxy-ttl', 'x-vc-ttl'])
      assert.equal(consumedTargetedFields.has(name), true, name)
  })
})
