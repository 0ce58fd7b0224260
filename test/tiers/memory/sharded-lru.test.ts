import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ShardedLru } from '../../../src/tiers/memory/sharded-lru.ts'

const MIB = 1024 * 1024

interface Value {
  readonly bytes: number
}

/** Values that are taken to be as large as they say. */
function lru(bytesMax: number, valueBytesMax = 4 * MIB) {
  const gone: string[] = []
  const cache = new ShardedLru<Value>({
    bytesMax,
    valueBytesMax,
    packing: {
      pack({ bytes: number }, { bytes: key, length }) {
        const bytes = Buffer.concat([key.subarray(0, length), Buffer.from(String(number))])
        return { bytes, length: bytes.length }
      },
      own: (value) => value,
      unpack: (packed) => ({ bytes: Number(packed.toString()) }),
    },
    bytesBeside: ({ bytes }) => bytes,
    renewed: (key, { bytes }) => {
      const value = { bytes: bytes + 1 }
      cache.set(key, value)
      return value
    },
    onGone: (key, value, reason) => {
      assert.ok(value().bytes > 0)
      if (reason === 'evict') gone.push(key)
    },
  })
  return { cache, gone }
}

const urls = Array.from({ length: 20_000 }, (_, i) => `https://www.example.com/stories/${i % 97}/page-${i}`)

describe('an LRU in parts', () => {
  it('is one part where the budget is small, or values are large', () => {
    assert.equal(lru(64 * MIB).cache.shardBytesMax, 60 * MIB)
    assert.equal(lru(1024 * MIB, 512 * MIB).cache.shardBytesMax, 960 * MIB)
  })

  it('has parts that are small enough to grow unnoticed, and large enough for any value', () => {
    assert.equal(lru(1024 * MIB).cache.shardBytesMax, 60 * MIB)
    assert.equal(lru(1024 * MIB, 16 * MIB).cache.shardBytesMax, 120 * MIB)
  })

  it('spreads the pages of a site over its parts: none goes while there is a tenth of room', () => {
    const { cache, gone } = lru(1024 * MIB)
    const bytes = Math.floor((1024 * MIB * 0.8) / urls.length)
    for (const url of urls) cache.set(url, { bytes })
    assert.deepEqual(gone, [])
    assert.equal(cache.size, urls.length)
    assert.ok(cache.bytes > urls.length * bytes && cache.bytes < urls.length * (bytes + 500))
  })

  it('renews what was there when everything aged, once, whoever looks at it first', () => {
    const { cache } = lru(64 * MIB)
    const looks = [() => cache.get('page'), () => cache.peek('page'), () => cache.read('page')]
    for (const look of looks) {
      cache.set('page', { bytes: 1000 })
      // Asked for again and again, so that it is there unpacked.
      for (let i = 0; i < 3; i++) assert.deepEqual(cache.get('page'), { bytes: 1000 })
      cache.age()
      for (const other of [look, ...looks]) assert.deepEqual(other(), { bytes: 1001 })
      cache.age()
      assert.deepEqual(look(), { bytes: 1002 })
    }
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
    const keys = [...cache.keys()]
    assert.equal(new Set(keys).size, 100)
    // Each of the four parts has some of those; they stand among the last of all.
    assert.ok(urls.slice(0, 10).every((url) => keys.indexOf(url) >= 60))
  })

  it('finds keys of any characters, and no other than the one that was asked for', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('', '\0', '\0\0', 'é', '\u0100'),
    )
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 40 }), (keys) => {
        const { cache } = lru(MIB)
        for (const [i, one] of keys.entries()) if (i % 2 === 0) cache.set(one, { bytes: i + 1 })
        for (const [i, one] of keys.entries()) {
          assert.deepEqual(cache.peek(one), i % 2 === 0 ? { bytes: i + 1 } : undefined)
        }
        assert.deepEqual(
          [...cache.keys()],
          keys.filter((_, i) => i % 2 === 0),
        )
      }),
    )
  })

  it('gives the same object for what is asked for again and again, until it is set', () => {
    const { cache } = lru(MIB)
    for (const key of ['a', 'b']) cache.set(key, { bytes: 1 })
    for (let i = 0; i < 3; i++) for (const key of ['a', 'b']) cache.get(key)
    const before = cache.get('a')
    cache.get('b')
    assert.equal(cache.get('a'), before)
    assert.equal(cache.peek('a'), before)
    cache.set('a', { bytes: 2 })
    assert.deepEqual(cache.peek('a'), { bytes: 2 })
    cache.delete('b')
    assert.equal(cache.get('b'), undefined)
  })

  it('has no value of a key whose new one is too large', () => {
    const { cache } = lru(MIB)
    cache.set('a', { bytes: 1 })
    assert.equal(cache.set('a', { bytes: 2 * MIB }), false)
    assert.equal(cache.peek('a'), undefined)
    assert.equal(cache.bytes, 0)
  })

  it('walks over the keys that were there while others come and go', () => {
    const { cache } = lru(256 * MIB)
    const before = urls.slice(0, 200)
    for (const url of before) cache.set(url, { bytes: 1 })
    const seen: string[] = []
    for (const url of cache.keys()) {
      seen.push(url)
      // Set anew it is another's turn no earlier; what is deleted has none.
      cache.set(before[(seen.length * 7) % 100]!, { bytes: 5 })
      if (seen.length === 50) for (const gone of before.slice(150)) cache.delete(gone)
      cache.set(`${url}?other`, { bytes: 1 })
    }
    for (const url of before.slice(0, 150)) assert.ok(seen.includes(url), url)
    assert.equal(new Set(seen).size, seen.length)
  })
})
