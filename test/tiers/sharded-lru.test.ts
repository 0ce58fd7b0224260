import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ShardedLru } from '../../src/tiers/sharded-lru.ts'

const MIB = 1024 * 1024

interface Value {
  readonly bytes: number
}

function lru(bytesMax: number, valueBytesMax = 4 * MIB) {
  const gone: string[] = []
  const cache = new ShardedLru<Value>({
    bytesMax,
    valueBytesMax,
    bytesOf: ({ bytes }) => bytes,
    onGone: (_, key, reason) => {
      if (reason === 'evict') gone.push(key)
    },
  })
  return { cache, gone }
}

const urls = Array.from({ length: 20_000 }, (_, i) => `https://www.example.com/stories/${i % 97}/page-${i}`)

describe('an LRU in parts', () => {
  it('is one part where the budget is small, or values are large', () => {
    assert.equal(lru(100 * MIB).cache.shardBytesMax, 100 * MIB)
    assert.equal(lru(1024 * MIB, 512 * MIB).cache.shardBytesMax, 1024 * MIB)
  })

  it('has parts that are small enough to grow unnoticed, and large enough for any value', () => {
    assert.equal(lru(1024 * MIB).cache.shardBytesMax, 64 * MIB)
    assert.equal(lru(1024 * MIB, 16 * MIB).cache.shardBytesMax, 128 * MIB)
  })

  it('spreads the pages of a site over its parts: none goes while there is a tenth of room', () => {
    const { cache, gone } = lru(1024 * MIB)
    const bytes = Math.floor((1024 * MIB * 0.9) / urls.length)
    for (const url of urls) cache.set(url, { bytes })
    assert.deepEqual(gone, [])
    assert.equal(cache.size, urls.length)
    assert.equal(cache.bytes, urls.length * bytes)
  })

  it('finds each key again, and keeps within its budget', () => {
    const { cache, gone } = lru(256 * MIB)
    for (const url of urls) cache.set(url, { bytes: 20_000 })
    assert.ok(cache.bytes <= 256 * MIB)
    const isGone = new Set(gone)
    for (const url of urls) assert.equal(cache.peek(url) === undefined, isGone.has(url))
  })

  it('lets go of what was used longest ago in each part', () => {
    const { cache, gone } = lru(256 * MIB)
    const [kept] = urls
    for (const url of urls) {
      cache.set(url, { bytes: 20_000 })
      cache.get(kept!)
    }
    assert.ok(gone.length > 0 && !gone.includes(kept!))
  })

  it('names its keys with the next to go in front, and the last used behind', () => {
    const { cache } = lru(256 * MIB)
    for (const url of urls.slice(0, 100)) cache.set(url, { bytes: 1 })
    for (const url of urls.slice(0, 10)) cache.get(url)
    const keys = cache.keys()
    assert.equal(new Set(keys).size, 100)
    // Each of the four parts has some of those; they stand among the last of all.
    assert.ok(urls.slice(0, 10).every((url) => keys.indexOf(url) >= 60))
  })
})
