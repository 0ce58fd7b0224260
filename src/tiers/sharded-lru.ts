import { LRUCache } from 'lru-cache'

/**
 * A table of a million keys stands still for a good part of a second when it grows. Of this many bytes each, none has so many that
 * it would be noticed.
 */
const SHARD_BYTES = 64 * 1024 * 1024
const SHARDS_MAX = 64
/** One value is at most this part of a shard, so that it does not push out all others. */
const VALUES_PER_SHARD_MIN = 8

export interface ShardedLruOptions<V> {
  readonly bytesMax: number
  /** Of one value. */
  readonly valueBytesMax: number
  readonly bytesOf: (value: V, key: string) => number
  /** Called for every value that is no longer kept; `evict`: to make room. */
  readonly onGone: (value: V, key: string, reason: LRUCache.DisposeReason) => void
}

/** An LRU in several parts, each with its share of the budget, and each key always in the same one. */
export class ShardedLru<V extends object> {
  /** What one part may keep: the most that one key can have. */
  readonly shardBytesMax: number
  readonly #shards: readonly LRUCache<string, V>[]

  constructor({ bytesMax, valueBytesMax, bytesOf, onGone }: ShardedLruOptions<V>) {
    const shardBytesMin = Math.max(SHARD_BYTES, valueBytesMax * VALUES_PER_SHARD_MIN)
    const count = Math.max(1, Math.min(SHARDS_MAX, Math.floor(bytesMax / shardBytesMin)))
    this.shardBytesMax = Math.floor(bytesMax / count)
    const options = { maxSize: this.shardBytesMax, sizeCalculation: bytesOf, dispose: onGone }
    this.#shards = Array.from({ length: count }, () => new LRUCache<string, V>(options))
  }

  get(key: string): V | undefined {
    return this.#of(key).get(key)
  }

  /** Like `get` without touching the order. */
  peek(key: string): V | undefined {
    return this.#of(key).peek(key)
  }

  set(key: string, value: V): void {
    this.#of(key).set(key, value)
  }

  delete(key: string): void {
    this.#of(key).delete(key)
  }

  /** All keys, those that go first in front. The parts do not compare their times: of each, the ends are side by side. */
  keys(): readonly string[] {
    const parts = this.#shards.map((shard) => [...shard.rkeys()])
    const longest = Math.max(...parts.map(({ length }) => length))
    const keys: string[] = []
    for (let fromEnd = longest; fromEnd > 0; fromEnd--) {
      for (const part of parts) if (fromEnd <= part.length) keys.push(part[part.length - fromEnd]!)
    }
    return keys
  }

  get size(): number {
    return this.#shards.reduce((sum, { size }) => sum + size, 0)
  }

  get bytes(): number {
    return this.#shards.reduce((sum, { calculatedSize }) => sum + calculatedSize, 0)
  }

  #of(key: string): LRUCache<string, V> {
    return this.#shards.length === 1 ? this.#shards[0]! : this.#shards[hashOf(key) % this.#shards.length]!
  }
}

const ENDING = 12

/** Of the end only, where the keys of a site differ; they need not be spread better than well. */
function hashOf(key: string): number {
  let hash = key.length
  for (let i = Math.max(0, key.length - ENDING); i < key.length; i++)
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}
