import { KeyBytes } from './key-bytes.ts'
import { LruShard, type LruShardOptions } from './lru-shard.ts'
import { OpenValues } from './open-values.ts'

/**
 * A table of a million keys stands still for a good part of a second when it grows. Of this many bytes each, none has so many that
 * it would be noticed.
 */
const SHARD_BYTES = 64 * 1024 * 1024
const SHARDS_MAX = 64
/** One value is at most this part of a shard, so that it does not push out all others. */
const VALUES_PER_SHARD_MIN = 8
/** What is asked for again and again is there a second time, unpacked: this part of all. */
const OPEN_PART = 16
const OPEN_BYTES_MAX = 64 * 1024 * 1024

export interface ShardedLruOptions<V> extends LruShardOptions<V> {
  /** Of one value. */
  readonly valueBytesMax: number
  /** What to say instead of a value that was there when everything aged last, whoever asks for it. It may set the key anew. */
  renewed(key: string, value: V): V
}

/** An LRU in several parts, each with its share of the budget, and each key always in the same one. */
export class ShardedLru<V extends object> {
  /** What one part may keep: the most that one key can have. */
  readonly shardBytesMax: number
  readonly #shards: readonly LruShard<V>[]
  readonly #open: OpenValues<V>
  readonly #renewed: ShardedLruOptions<V>['renewed']
  readonly #key = new KeyBytes()

  constructor({ valueBytesMax, renewed, ...options }: ShardedLruOptions<V>) {
    const openBytesMax = Math.floor(Math.min(OPEN_BYTES_MAX, options.bytesMax / OPEN_PART))
    const bytesMax = options.bytesMax - openBytesMax
    const shardBytesMin = Math.max(SHARD_BYTES, valueBytesMax * VALUES_PER_SHARD_MIN)
    const count = Math.max(1, Math.min(SHARDS_MAX, Math.floor(options.bytesMax / shardBytesMin)))
    this.shardBytesMax = Math.floor(bytesMax / count)
    this.#renewed = renewed
    this.#open = new OpenValues(openBytesMax, (value) => options.bytesBeside(value, false))
    const onGone: typeof options.onGone = (key, value, reason) => {
      this.#open.delete(key)
      options.onGone(key, value, reason)
    }
    const shardOptions = { ...options, bytesMax: this.shardBytesMax, onGone }
    this.#shards = Array.from({ length: count }, () => new LruShard<V>(shardOptions))
  }

  /** The value of a key, which becomes the last used one. Asked for often it is the same object each time, until it is set anew. */
  get(key: string): V | undefined {
    const found = this.#find(key)
    if (found === undefined) return undefined
    found.shard.use(found.record)
    return this.#open.get(key) ?? this.#opened(key, found)
  }

  /** Like `get` without touching the order. */
  peek(key: string): V | undefined {
    const open = this.#open.get(key)
    if (open !== undefined) return open
    const found = this.#find(key)
    return found && this.#opened(key, found)
  }

  /** Whether the value of a key is the same object when it is asked for again. */
  isUnpacked(key: string): boolean {
    if (this.#open.has(key)) return true
    const found = this.#find(key)
    return found !== undefined && found.shard.wholeOf(found.record) !== undefined
  }

  /** Like `peek` for one of very many keys, of which most are not asked for again. */
  read(key: string): V | undefined {
    const found = this.#find(key)
    return found && this.#current(key, found)
  }

  /** @returns false when it is too large; then there is none */
  set(key: string, value: V): boolean {
    return this.#shardOf(key).set(this.#key, value)
  }

  delete(key: string): void {
    const found = this.#find(key)
    found?.shard.delete(found.record)
  }

  /** All that is there now is renewed when it is looked at next. */
  age(): void {
    for (const shard of this.#shards) shard.age()
    this.#open.clear()
  }

  /** What a key takes, 0 when it has no value. */
  bytesOf(key: string): number {
    const found = this.#find(key)
    return found === undefined ? 0 : found.shard.bytesOf(found.record)
  }

  /**
   * All keys that there are now, and are still there when it is their turn; those that go first in front. The parts do not compare
   * their times: of each, the ends are side by side.
   */
  *keys(): Generator<string, undefined, undefined> {
    const parts = this.#shards.map((shard) => ({ shard, records: shard.records() }))
    const longest = Math.max(...parts.map(({ records }) => records.length))
    for (let fromEnd = longest; fromEnd > 0; fromEnd--) {
      for (const { shard, records } of parts) {
        const key = fromEnd > records.length ? undefined : shard.keyOf(records[records.length - fromEnd]!)
        if (key !== undefined) yield key
      }
    }
  }

  get size(): number {
    return this.#shards.reduce((sum, { size }) => sum + size, 0)
  }

  get bytes(): number {
    return this.#shards.reduce((sum, { bytes }) => sum + bytes, this.#open.bytes)
  }

  #opened(key: string, found: Found<V>): V {
    const { shard, record } = found
    if (shard.wholeOf(record) !== undefined || shard.isOld(record)) return this.#current(key, found)
    const isAgain = this.#open.isAgain(this.#key.hash)
    return this.#open.opened(key, shard.unpack(record, isAgain), isAgain)
  }

  #current(key: string, { shard, record }: Found<V>): V {
    const value = shard.wholeOf(record) ?? shard.unpack(record)
    return shard.isOld(record) ? this.#renewed(key, value) : value
  }

  #find(key: string): Found<V> | undefined {
    const shard = this.#shardOf(key)
    const record = shard.find(this.#key)
    return record === undefined ? undefined : { shard, record }
  }

  /** And the key as bytes. */
  #shardOf(key: string): LruShard<V> {
    this.#key.set(key)
    // The lower bits choose a place within the part.
    return this.#shards[Math.floor(((this.#key.hash >>> 0) / 2 ** 32) * this.#shards.length)]!
  }
}

interface Found<V extends object> {
  readonly shard: LruShard<V>
  readonly record: number
}
