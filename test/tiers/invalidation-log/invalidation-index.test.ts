import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileInvalidation } from '../../../src/invalidate/compile.ts'
import { uriOfKey } from '../../../src/policy/cache-key.ts'
import type { Invalidation } from '../../../src/tiers/invalidation.ts'
import { InvalidationIndex, noPosition } from '../../../src/tiers/invalidation-log/invalidation-index.ts'

const stored = {
  key: 'https:6:h.test:+7:/blog/ac4:lang2:de',
  tags: ['a', 'b'],
  contentType: 'text/html; charset=utf-8',
}

function verdictOf(invalidation: Invalidation, uriOf?: (key: string) => string | undefined): string {
  const compile = (one: Invalidation) => compileInvalidation(one, uriOfKey)?.concerns
  const index = new InvalidationIndex(compile, { horizon: noPosition, entriesMax: 10, uriOf })
  index.add('5', invalidation)
  assert.equal(index.verdict(stored, '5'), 'valid', 'what was asked for later is not concerned')
  return index.verdict(stored, '4')
}

const pattern = (conditions: object): Invalidation => ({
  scope: 'pattern',
  value: JSON.stringify(conditions),
  soft: false,
})

describe('the index of invalidations', () => {
  const uriOf = (key: string) => {
    const uri = uriOfKey(key)
    return uri && uri.authority + uri.target
  }

  for (const [name, invalidation, expected] of [
    [
      'a URI, whatever scheme and cookies are in the key',
      { scope: 'uri', value: 'h.test/blog/a', soft: false },
      'purged',
    ],
    ['another URI', { scope: 'uri', value: 'h.test/blog/', soft: false }, 'valid'],
    ['a tag', { scope: 'tag', value: 'b', soft: true }, 'expired'],
    ['a prefix of its site', { scope: 'prefix', value: 'h.test/blog/', soft: false }, 'purged'],
    ['a prefix of every site', { scope: 'prefix', value: '/bl', soft: true }, 'expired'],
    ['a prefix of another site', { scope: 'prefix', value: 'other.test/', soft: false }, 'valid'],
    ['a pattern of which all is met', pattern({ host: '^h', url: 'blog', type: '^text/', tags: '(^|,)b$' }), 'purged'],
    ['a pattern of which something is not met', pattern({ host: '^h', type: '^image/' }), 'valid'],
    ['a pattern without conditions', pattern({}), 'valid'],
    ['a pattern with a condition that nobody knows', pattern({ host: 'x', phase: 'moon' }), 'purged'],
    ['a pattern that cannot be carried out', pattern({ url: '(?=x)' }), 'purged'],
    ['everything', { scope: 'everything', value: '', soft: true }, 'expired'],
  ] as const satisfies readonly (readonly [string, Invalidation, string])[]) {
    it(`judges by ${name}`, () => {
      assert.equal(verdictOf(invalidation), expected)
      assert.equal(verdictOf(invalidation, uriOf), expected)
    })
  }
})
