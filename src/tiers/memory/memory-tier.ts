import { expired } from '../../rfc9111/stale.ts'
import type { StoredResponse } from '../../rfc9111/stored-response.ts'
import { PackedResponses } from './packed-responses.ts'
import { ShardedLru } from './sharded-lru.ts'
import { TagIndex } from './tag-index.ts'

export interface MemorySettings {
  /** Budget in bytes for everything kept: keys, fields, bodies and their overhead. */
  readonly bytesMax: number
  /** Largest body kept. */
  readonly objectBytesMax: number
  /** Most variants of one key; the oldest goes first. */
  readonly variantsMax: number
  /** A name beside its own by which a key is found again: for keys that cannot be formed from what is asked for. */
  aliasOf?(key: string): string | undefined
}

/** The stored responses of one cache key, newest first. */
export type Variants = readonly StoredResponse[]

export interface MemoryCounts {
  readonly keys: number
  readonly bytes: number
  readonly bytesMax: number
  readonly hits: number
  readonly misses: number
  readonly stored: number
  readonly evicted: number
  readonly refused: number
}

/**
 * The memory tier: an LRU of keys with a budget in bytes truly used. It decides nothing about HTTP; freshness lives in the
 * stored responses, so nothing is dropped here for being stale.
 */
export class MemoryTier {
  readonly settings: MemorySettings
  readonly #cache: ShardedLru<Variants>
  readonly #index = new TagIndex()
  /** When everything was expired last. */
  #expiredMs = 0
  #hits = 0
  #misses = 0
  #stored = 0
  #evicted = 0
  #refused = 0

  constructor(settings: MemorySettings) {
    this.settings = settings
    this.#cache = new ShardedLru({
      bytesMax: settings.bytesMax,
      valueBytesMax: settings.objectBytesMax,
      packing: new PackedResponses(PACKED_BYTES_MAX),
      bytesBeside: (variants, isPacked) => (isPacked ? allTagsBytes(variants) : variantsBytes(variants)),
      renewed: (key, variants) => this.#expired(key, variants),
      onGone: (key, variants, reason) => {
        if (reason === 'evict') this.#evicted++
        if (this.#index.size > 0) this.#forget(key, variants())
      },
    })
  }

  /**
   * The variants under `key`, newest first; counts a hit or a miss, and makes the key recently used. While a key is asked for again and
   * again the object stays the same, otherwise only what it says (`isSameStored`).
   */
  get(key: string): Variants | undefined {
    const variants = this.#cache.get(key)
    if (variants === undefined) this.#misses++
    else this.#hits++
    return variants
  }

  /** Counts a hit on what was found by `peek`. Whoever does so calls `get` now and then, or the key grows old. */
  countHit(): void {
    this.#hits++
  }

  /** Counts a miss after a `peek` that found nothing. */
  countMiss(): void {
    this.#misses++
  }

  /** Like `get` without counting and without touching the order. */
  peek(key: string): Variants | undefined {
    return this.#cache.peek(key)
  }

  /** Whether the key is asked for again and again, or its variants are large: then they are the same object when they are asked for again. */
  isUnpacked(key: string): boolean {
    return this.#cache.isUnpacked(key)
  }

  /**
   * Puts a variant in front of the others of its key, in place of the one that `replaces` says it succeeds.
   *
   * @returns false when it is too large to be kept; what was stored before then stays
   */
  put(key: string, stored: StoredResponse, replaces: (other: StoredResponse) => boolean): boolean {
    const bytes = key.length + responseBytes(stored)
    if (stored.body.length > this.settings.objectBytesMax || bytes > this.#cache.shardBytesMax) {
      this.#refused++
      return false
    }
    const variants = [stored]
    for (const other of this.#cache.read(key) ?? NONE) {
      if (variants.length < this.settings.variantsMax && !replaces(other)) variants.push(other)
    }
    while (variants.length > 1 && key.length + variantsBytes(variants) > this.#cache.shardBytesMax) variants.pop()
    this.#set(key, variants)
    this.#stored++
    return true
  }

  /** Replaces the variants of a key by what `change` makes of each; undefined drops it. */
  update(key: string, change: (stored: StoredResponse) => StoredResponse | undefined): void {
    const variants = this.#cache.read(key)
    if (variants === undefined) return
    const changed = variants.map(change).filter((stored) => stored !== undefined)
    if (changed.length === 0) this.#cache.delete(key)
    else if (changed.length < variants.length || changed.some((stored, i) => stored !== variants[i])) {
      this.#set(key, changed)
    }
  }

  /**
   * Expires all that is there now. At once, however much it is: each key is changed when it is looked at next.
   *
   * @param nowMs since the epoch
   */
  expireAll(nowMs: number): void {
    this.#expiredMs = nowMs
    this.#cache.age()
  }

  /** Bytes that a key takes with all its variants; 0 for one that is not stored. */
  bytesOf(key: string): number {
    return this.#cache.bytesOf(key)
  }

  /** The keys that are there now, except those that go before their turn; the least recently used first: what is changed in this order keeps it. */
  keys(): Iterable<string> {
    return this.#cache.keys()
  }

  /** Keys with a variant of this tag, or with this alias. */
  keysNamed(name: string): readonly string[] {
    return this.#index.keysOf(name)
  }

  /** Tags and aliases that lead to something. */
  get names(): number {
    return this.#index.size
  }

  counts(): MemoryCounts {
    return {
      keys: this.#cache.size,
      bytes: this.#cache.bytes,
      bytesMax: this.settings.bytesMax,
      hits: this.#hits,
      misses: this.#misses,
      stored: this.#stored,
      evicted: this.#evicted,
      refused: this.#refused,
    }
  }

  #expired(key: string, variants: Variants): Variants {
    const current = variants.map((stored) => expired(stored, this.#expiredMs))
    this.#set(key, current)
    return current
  }

  /** What was there before is forgotten by `dispose`, within `set`. */
  #set(key: string, variants: Variants): void {
    if (!this.#cache.set(key, variants)) return
    for (const { tags } of variants) for (const tag of tags) this.#index.add(tag, key)
    const alias = this.settings.aliasOf?.(key)
    if (alias !== undefined) this.#index.add(alias, key)
  }

  #forget(key: string, variants: Variants): void {
    for (const { tags } of variants) for (const tag of tags) this.#index.delete(tag, key)
    const alias = this.settings.aliasOf?.(key)
    if (alias !== undefined) this.#index.delete(alias, key)
  }
}

const NONE: Variants = []

/** Of all variants of a key. What is larger stays as it is: a hit would copy it, and there are never very many of them. */
const PACKED_BYTES_MAX = 16 * 1024

/** What is resident for a response beyond its characters where it is not packed: heap, V8's and malloc's records of the body. */
const RESPONSE_OVERHEAD_BYTES = 1000
const FIELD_OVERHEAD_BYTES = 48
/** A tag with its place in the index. */
const TAG_OVERHEAD_BYTES = 120

function variantsBytes(variants: Variants): number {
  let bytes = 0
  for (const stored of variants) bytes += responseBytes(stored)
  return bytes
}

function responseBytes({ body, fields, selecting, tags }: StoredResponse): number {
  let bytes = RESPONSE_OVERHEAD_BYTES + body.length + tagsBytes(tags)
  for (const text of fields) bytes += text.length + FIELD_OVERHEAD_BYTES / 2
  for (const { name, value } of selecting) bytes += name.length + (value?.length ?? 0) + FIELD_OVERHEAD_BYTES
  return bytes
}

function allTagsBytes(variants: Variants): number {
  let bytes = 0
  for (const { tags } of variants) bytes += tagsBytes(tags)
  return bytes
}

function tagsBytes(tags: readonly string[]): number {
  let bytes = 0
  for (const tag of tags) bytes += tag.length + TAG_OVERHEAD_BYTES
  return bytes
}
