import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { welcome } from '../../src/cli/welcome.ts'

describe('the welcome at start', () => {
  it('names an address that a browser can open', () => {
    assert.match(welcome('http://0.0.0.0:8080', { isDemo: true }), /^Open http:\/\/localhost:8080\/, then try:$/m)
    assert.match(welcome('http://[::]:8080', { isDemo: true }), /^Open http:\/\/localhost:8080\//m)
    assert.match(welcome('http://192.0.2.1:80', { isDemo: true }), /^Open http:\/\/192\.0\.2\.1:80\//m)
  })

  it('gives three things to try, on the demo site and on a real one', () => {
    for (const isDemo of [true, false]) {
      assert.equal(welcome('http://127.0.0.1:1', { isDemo }).match(/^ {2}\d\. /gm)?.length, 3)
    }
  })
})
