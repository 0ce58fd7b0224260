import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mediaTypeOf } from '../../src/http/media-type.ts'
import { parseQualityList } from '../../src/http/quality.ts'

describe('lists with weights (RFC 9110 §12.4.2)', () => {
  it('reads names in lower case and weights in thousandths, 1 without one', () => {
    assert.deepEqual(parseQualityList('GZip;q=0.5, br ; Q=0, *;q=0.001,identity'), [
      { name: 'gzip', weight: 500 },
      { name: 'br', weight: 0 },
      { name: '*', weight: 1 },
      { name: 'identity', weight: 1000 },
    ])
  })

  it('drops members with a weight that is none, and what is no name', () => {
    assert.deepEqual(parseQualityList('gzip;q=2, br;q=, a b, ,zstd;q=1.000'), [{ name: 'zstd', weight: 1000 }])
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => parseQualityList(text).every(({ weight }) => weight >= 0 && weight <= 1000)),
    )
  })
})

describe('media types (RFC 9110 §8.3.1)', () => {
  it('are the type and subtype in lower case', () => assert.equal(mediaTypeOf('Text/HTML ;charset=utf-8'), 'text/html'))
  it('are undefined for anything else', () => {
    for (const value of [undefined, '', 'text', 'text/', 'text/html, a/b']) assert.equal(mediaTypeOf(value), undefined)
  })
})
