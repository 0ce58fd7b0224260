import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canonicalContentLength } from '../../src/http1/canonical-length.ts'

describe('the length that a Content-Length says', () => {
  it('is the number, written in the shortest way', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 9 }), fc.nat({ max: 9 }), (length, before) => {
        const text = `${'x'.repeat(before)}${length}`
        assert.equal(canonicalContentLength(Buffer.from(`${text}7`), before, text.length), length)
      }),
    )
    assert.equal(lengthOf('999999999999999'), 999_999_999_999_999)
  })

  it('is none of anything else', () => {
    for (const text of ['', '00', '01', '+1', '-1', ' 1', '1 ', '1,1', '0x1', '1e3', '1.0', '\xb2', '1000000000000000'])
      assert.ok(Number.isNaN(lengthOf(text)), text)
  })
})

function lengthOf(text: string): number {
  const bytes = Buffer.from(text, 'latin1')
  return canonicalContentLength(bytes, 0, bytes.length)
}
