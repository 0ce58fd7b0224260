import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createPlanner } from '../../src/policy/planner.ts'
import type { ProxyRequest } from '../../src/request/proxy-request.ts'
import { cachingOf, planOf, requestOf } from './support.ts'

function keyOf(text: string, own: Partial<ProxyRequest>): string {
  return planOf(text, own).key
}

/** Whether two requests share a stored response. */
function sameKey(text: string, a: Partial<ProxyRequest>, b: Partial<ProxyRequest>): boolean {
  return keyOf(text, a) === keyOf(text, b)
}

describe('the cache key', () => {
  it('consists of scheme, authority and target, told apart by lengths', () => {
    assert.equal(keyOf('', { target: '/a?b=1' }), 'http:11:example.com:/a?b=1')
  })

  it('takes the path as received', () => {
    const keys = ['/a/b', '/a%2Fb', '//a/b', '/./a/b', '/a/b/', '/a%2fb', '/a/b?'].map((target) =>
      keyOf('', { target }),
    )
    assert.equal(new Set(keys).size, keys.length)
  })

  it('tells http from https, unless the configuration says otherwise', () => {
    const [plain, secure] = [{ scheme: 'http' }, { scheme: 'https' }] as const
    assert.equal(sameKey('', plain, secure), false)
    assert.equal(sameKey('key: { scheme: off }', plain, secure), true)
  })

  it('is the same for HEAD, and for a method that invalidates what a GET stored', () => {
    const text = 'rules: [{ match: { method: GET }, key: { query: { ignore: a } } }]'
    for (const method of ['HEAD', 'POST', 'DELETE']) {
      assert.ok(sameKey(text, { method, target: '/?a=1' }, { target: '/?a=2' }), method)
    }
  })

  it('A-KE-03 is never the same for two different requests', () => {
    const caching = createPlanner(cachingOf('key: { cookies: [a, "1b"], headers: [x, y] }'))
    const nasty = fc.string({
      unit: fc.constantFrom('a', 'b', ':', '1', '-', '+', '/', 'c', 'h', '=', ','),
      maxLength: 12,
    })
    const request = fc.record({
      scheme: fc.constantFrom('http' as const, 'https' as const),
      authority: nasty,
      target: nasty.map((text) => `/${text}`),
      a: fc.option(nasty, { nil: undefined }),
      b: fc.option(nasty, { nil: undefined }),
      x: fc.option(nasty, { nil: undefined }),
      y: fc.option(nasty, { nil: undefined }),
    })
    const key = ({
      scheme,
      authority,
      target,
      a,
      b,
      x,
      y,
    }: typeof request extends fc.Arbitrary<infer T> ? T : never) => {
      const fields: string[] = []
      if (a !== undefined) fields.push('Cookie', `a=${a}`)
      if (b !== undefined) fields.push('cookie', `1b=${b}`)
      if (x !== undefined) fields.push('X', x)
      if (y !== undefined) fields.push('y', y)
      return caching(requestOf({ scheme, authority, target, fields })).key
    }
    fc.assert(
      fc.property(request, request, (first, second) => {
        assert.equal(key(first) === key(second), JSON.stringify(first) === JSON.stringify(second))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('parameters left out of the key', () => {
  const ignoring = 'key: { query: { ignore: [utm_*, fbclid] } }'
  const target = (text: string): Partial<ProxyRequest> => ({ target: text })

  it('make no difference, wherever they stand', () => {
    for (const noisy of ['/p?utm_source=x&a=1', '/p?a=1&fbclid=2', '/p?fbclid&a=1&utm_x=1&utm_y=2']) {
      assert.ok(sameKey(ignoring, target(noisy), target('/p?a=1')), noisy)
    }
    assert.ok(sameKey(ignoring, target('/p?utm_source=x'), target('/p')))
  })

  it('leave everything else as it was received', () => {
    assert.equal(keyOf(ignoring, target('/p?b=2&&a=%20&a&utm_a=1&a=')), 'http:11:example.com:/p?b=2&&a=%20&a&a=')
    assert.equal(keyOf(ignoring, target('/p?')), 'http:11:example.com:/p?')
  })

  it('A-CP-07 stay in when an origin could read a second parameter in them', () => {
    assert.equal(sameKey(ignoring, target('/p?q=1&utm_content=x;q=evil'), target('/p?q=1')), false)
    assert.equal(sameKey(ignoring, target('/p?q=1&utm_content;q=evil'), target('/p?q=1')), false)
  })

  it('A-CP-09 are known by the bytes of their names', () => {
    for (const other of ['/p?utm%5fsource=x', '/p?UTM_source=x', '/p?xutm_a=1', '/p?fbclid2=1', '/p?a?fbclid=1']) {
      assert.equal(sameKey(ignoring, target(other), target('/p')), false, other)
    }
  })

  it('are all but the listed ones under only', () => {
    const only = 'key: { query: { only: [page, sort] } }'
    assert.ok(sameKey(only, target('/p?x=1&page=2&y'), target('/p?page=2')))
    assert.equal(sameKey(only, target('/p?page=2'), target('/p?page=3')), false)
  })

  it('are under only never such that an origin could take for a listed one', () => {
    const only = 'key: { query: { only: [page] } }'
    for (const disguise of [
      'page[]=evil',
      'pa%67e=evil',
      'Page=evil',
      'page%00=evil',
      '+page=evil',
      'x=1;page=evil',
      'page.x=1',
    ]) {
      assert.equal(sameKey(only, target(`/p?${disguise}`), target('/p')), false, disguise)
    }
  })
})

describe('sorting the parameters of the key', () => {
  const sorted = 'key: { query: { sort: on, ignore: fbclid } }'

  it('makes one key of two orders', () => {
    assert.ok(sameKey(sorted, { target: '/?b=2&a=1&fbclid=1' }, { target: '/?a=1&b=2' }))
  })

  it('keeps the order of parameters with one name', () => {
    assert.equal(sameKey(sorted, { target: '/?a=1&a=2' }, { target: '/?a=2&a=1' }), false)
    assert.equal(sameKey(sorted, { target: '/?A=1&a=2' }, { target: '/?a=2&A=1' }), false)
  })

  it('lets a query alone in which the order may have a meaning', () => {
    assert.equal(sameKey(sorted, { target: '/?a[]=1&a=2' }, { target: '/?a=2&a[]=1' }), false)
    assert.equal(sameKey(sorted, { target: '/?%61=1&a=2' }, { target: '/?a=2&%61=1' }), false)
  })
})

describe('cookies and fields in the key', () => {
  const keyed = 'key: { cookies: [lang], headers: [X-Shop] }'
  const cookie = (...values: string[]): Partial<ProxyRequest> => ({
    fields: values.flatMap((value) => ['Cookie', value]),
  })

  it('tell requests apart by the named ones only', () => {
    assert.equal(sameKey(keyed, cookie('lang=en'), cookie('lang=de')), false)
    assert.ok(sameKey(keyed, cookie('sid=1; lang=en'), cookie('lang=en; sid=2')))
    assert.equal(sameKey(keyed, { fields: ['x-shop', 'a'] }, { fields: ['X-Shop', 'b'] }), false)
  })

  it('tell an absent one from an empty one', () => {
    assert.equal(sameKey(keyed, cookie('lang='), cookie()), false)
    assert.equal(sameKey(keyed, cookie('lang'), cookie('lang=')), false)
    assert.equal(sameKey(keyed, { fields: ['X-Shop', ''] }, {}), false)
  })

  it('include commas, second values and what servers take for the name', () => {
    for (const [a, b] of [
      ['lang=a,b', 'lang=a,c'],
      ['lang=en; lang=de', 'lang=en'],
      ['lang[x]=evil', ''],
      ['LANG=evil', ''],
      ['la%6eg=evil', ''],
    ] as const) {
      assert.equal(sameKey(keyed, cookie(a), cookie(b)), false, a)
    }
    assert.equal(sameKey(keyed, cookie('lang=en', 'lang=de'), cookie('lang=en')), false)
  })
})
