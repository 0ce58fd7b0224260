import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mostWillingReading } from '../../src/policy/path-reading.ts'

describe('A-CD-03 the most willing reading of a path', () => {
  for (const [path, reading] of [
    ['/static/app.css', '/static/app.css'],
    ['/.well-known/x', '/.well-known/x'],
    ['/static/', '/static/'],
    ['/static/..%2faccount', '/account'],
    ['/static/%2e%2e/account', '/account'],
    ['/static/%252e%252e%252faccount', '/account'],
    ['/static/../account', '/account'],
    ['/static/..;/account', '/account'],
    ['/static/..\\account', '/account'],
    ['/static%5c..%5caccount', '/account'],
    ['/account;x.css', '/account'],
    ['/account%3bx.css', '/account'],
    ['/account%3fx.css', '/account'],
    ['/account%23x.css', '/account'],
    ['/account%00x.css', '/account'],
    ['/account%0ax.css', '/account'],
    ['//static//x', '/static/x'],
    ['/%63art', '/cart'],
    ['/a/b/..', '/a/'],
    ['/..', '/'],
    ['/%', '/%'],
  ] as const) {
    it(`of ${path} is ${reading}`, () => assert.equal(mostWillingReading(path), reading))
  }

  it('is found in time that grows with the length only', () => {
    const started = performance.now()
    for (let i = 0; i < 100; i += 1) mostWillingReading(`/%${'25'.repeat(4000)}`)
    for (let i = 0; i < 100; i += 1) mostWillingReading('/..'.repeat(2700))
    assert.ok(performance.now() - started < 2000)
  })

  it('always is a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('/', '.', '%', '2', 'e', 'f', ';', '\\', 'a') }), (text) =>
        assert.ok(mostWillingReading(`/${text}`).startsWith('/')),
      ),
    )
  })
})
