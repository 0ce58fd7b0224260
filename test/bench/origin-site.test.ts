import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { originPage } from '../../bench/support/origin-site.ts'

describe("the origin's pages", () => {
  it('have the size that the path says, and a body that no other path has', () => {
    const [one, two] = [originPage('/page/1024/one', true)!, originPage('/page/1024/two', true)!]
    assert.equal(one.body.length, 1024)
    assert.ok(!one.body.equals(two.body))
    assert.notEqual(one.etag, two.etag)
  })

  it('are packed where that is asked for, with an entity tag of their own', () => {
    const [packed, plain] = [originPage('/packed/16384/one', true)!, originPage('/packed/16384/one', false)!]
    assert.ok(gunzipSync(packed.body).equals(plain.body))
    assert.notEqual(packed.etag, plain.etag)
  })

  it('pack about as well as a page does', () => {
    const share = originPage('/packed/16384/one', true)!.body.length / 16_384
    assert.ok(share > 0.15 && share < 0.5, `packed to ${share}`)
  })

  it('have no validator where they must not be stored', () => {
    assert.equal(originPage('/live/1024/one', true)!.etag, undefined)
  })

  it('are none at other paths, and at absurd sizes', () => {
    assert.equal(originPage('/elsewhere', false), undefined)
    assert.equal(originPage('/page/99999999999/one', false), undefined)
  })
})
