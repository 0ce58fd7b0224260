import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cacheGroups, invalidatedGroups } from '../../src/rfc9111/cache-groups.ts'
import { invalidatedUris } from '../../src/rfc9111/invalidation.ts'
import { fieldLines } from './stored.ts'

function invalidated(method: string, status: number, ...response: string[]): readonly string[] {
  const request = { method, scheme: 'http', authority: 'site.test:8080', target: '/a/b?c' }
  return invalidatedUris(request, { status, fields: fieldLines(...response) })
}

describe('invalidation (RFC 9111 §4.4)', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'get']) {
    it(`a non-error response to ${method} invalidates the target`, () => {
      assert.deepEqual(invalidated(method, 200), ['/a/b?c'])
      assert.deepEqual(invalidated(method, 303), ['/a/b?c'])
    })
  }

  it('an error does not', () => {
    for (const status of [400, 404, 500, 503]) assert.deepEqual(invalidated('POST', status), [])
  })

  it('a safe method does not', () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE'])
      assert.deepEqual(invalidated(method, 200, 'Location: /x'), [])
  })

  it('covers Location and Content-Location, resolved against the target', () => {
    assert.deepEqual(invalidated('POST', 201, 'Location: d?e#f', 'Content-Location: http://SITE.test:8080/g'), [
      '/a/b?c',
      '/a/d?e',
      '/g',
    ])
  })

  it('MUST NOT reach another origin', () => {
    for (const location of [
      'http://evil.test/x',
      '//evil.test/x',
      'https://site.test:8080/x',
      'http://site.test/x',
      'http://[',
    ]) {
      assert.deepEqual(invalidated('POST', 200, `Location: ${location}`), ['/a/b?c'], location)
    }
  })
})

describe('cache groups (RFC 9875)', () => {
  it('are a List of Strings, each once', () => {
    assert.deepEqual(cacheGroups(fieldLines('Cache-Groups: "a", "b";x', 'Cache-Groups: "a"')), ['a', 'b'])
  })

  it('are none when the List cannot be parsed; members of other types do not count', () => {
    assert.deepEqual(cacheGroups(fieldLines('Cache-Groups: "a", &')), [])
    assert.deepEqual(cacheGroups(fieldLines('Cache-Groups: a, 1, "b", ("c")')), ['b'])
    assert.deepEqual(cacheGroups([]), [])
  })

  it('are invalidated by responses to unsafe methods only (§3)', () => {
    const fields = fieldLines('Cache-Group-Invalidation: "a"')
    assert.deepEqual(invalidatedGroups('POST', fields), ['a'])
    assert.deepEqual(invalidatedGroups('GET', fields), [])
  })
})
