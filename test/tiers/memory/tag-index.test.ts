import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseResponseDirectives } from '../../../src/rfc9111/directives.ts'
import type { StoredResponse } from '../../../src/rfc9111/stored-response.ts'
import { MemoryTier } from '../../../src/tiers/memory/memory-tier.ts'

const directives = parseResponseDirectives([])
const body = Buffer.alloc(0)

function tagged(tags: readonly string[], selecting: StoredResponse['selecting'] = []): StoredResponse {
  return {
    ...{ requestMethod: 'GET', status: 200, reason: 'OK', fields: [], body },
    ...{ requestTimeMs: 0, responseTimeMs: 0, dateMs: 0, ageFieldSeconds: 0 },
    ...{
      lifetime: { seconds: 60, source: 'max-age' },
      directives,
      selecting,
      range: undefined,
      tags,
      invalidated: false,
    },
  }
}

const always = (): boolean => true
const never = (): boolean => false

function tier(bytesMax = 1_000_000): MemoryTier {
  const aliasOf = (key: string) => (key.startsWith('+') ? `alias of ${key.slice(1, 3)}` : undefined)
  return new MemoryTier({ bytesMax, objectBytesMax: 10_000, variantsMax: 3, aliasOf })
}

describe('the index from tags to keys', () => {
  it('finds the keys of a tag', () => {
    const memory = tier()
    memory.put('/1', tagged(['a', 'b']), always)
    memory.put('/2', tagged(['b']), always)
    assert.deepEqual(memory.keysNamed('b'), ['/1', '/2'])
    assert.deepEqual(memory.keysNamed('a'), ['/1'])
    assert.deepEqual(memory.keysNamed('c'), [])
  })

  it('finds keys by their alias', () => {
    const memory = tier()
    memory.put('+ab-1', tagged([]), always)
    memory.put('+ab-2', tagged([]), always)
    assert.deepEqual(memory.keysNamed('alias of ab'), ['+ab-1', '+ab-2'])
  })

  it('follows what is replaced, changed and dropped', () => {
    const memory = tier()
    memory.put('/1', tagged(['old', 'both']), always)
    memory.put('/1', tagged(['new', 'both']), always)
    assert.deepEqual([memory.keysNamed('old'), memory.keysNamed('both')], [[], ['/1']])
    memory.update('/1', (stored) => ({ ...stored, tags: ['changed'] }))
    assert.deepEqual([memory.keysNamed('new'), memory.keysNamed('changed')], [[], ['/1']])
    memory.update('/1', () => undefined)
    assert.equal(memory.names, 0)
  })

  it('keeps a tag as long as one variant of the key has it', () => {
    const memory = tier()
    memory.put('/1', tagged(['a', 'x']), never)
    memory.put('/1', tagged(['a', 'y'], [{ name: 'accept', value: 'y' }]), never)
    memory.update('/1', (stored) => (stored.tags.includes('x') ? undefined : stored))
    assert.deepEqual([memory.keysNamed('a'), memory.keysNamed('x'), memory.keysNamed('y')], [['/1'], [], ['/1']])
  })

  it('counts towards the budget', () => {
    const memory = tier()
    memory.put('/1', tagged([]), always)
    const without = memory.counts().bytes
    memory.put('/1', tagged(Array.from({ length: 100 }, (_, i) => `tag-${i}`)), always)
    assert.ok(memory.counts().bytes - without > 100 * 100)
  })

  it('has nothing left of a million stored and evicted responses', () => {
    const memory = tier(100_000)
    for (let i = 0; i < 1_000_000; i++) memory.put(`+${i}`, tagged([`page-${i}`, `tag-${i % 1000}`, 'all']), always)
    const { keys } = memory.counts()
    assert.ok(keys > 10 && keys < 200, `${keys} keys`)
    assert.equal(memory.keysNamed('all').length, keys)
    assert.ok(memory.names <= keys * 3 + 1, `${memory.names} names`)
    for (const key of memory.keys()) memory.update(key, () => undefined)
    assert.equal(memory.names, 0)
  })
})
