import { LRUCache } from 'lru-cache'
import type { StoredResponse } from '../rfc9111/stored-response.ts'

export interface MemorySettings {
  /** Budget in bytes for everything kept: keys, fields, bodies and their overhead. */
  readonly bytesMax: number
  /** Largest body kept. */
  readonly objectBytesMax: number
  /** Most variants of one key; the oldest goes first. */
  readonly variantsMax: number
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
  readonly #cache: LRUCache<string, Variants>
  #hits = 0
  #misses = 0
  #stored = 0
  #evicted = 0
  #refused = 0

  constructor(settings: MemorySettings) {
    this.settings = settings
    this.#cache = new LRUCache({
      maxSize: settings.bytesMax,
      sizeCalculation: (variants, key) => variantsBytes(key, variants),
      dispose: (_variants, _key, reason) => {
        if (reason === 'evict') this.#evicted++
      },
    })
  }

  /** The variants under `key`, newest first; counts a hit or a miss, and makes the key recently used. */
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

  /** Like `get` without counting and without touching the order. */
  peek(key: string): Variants | undefined {
    return this.#cache.peek(key)
  }

  /**
   * Puts a variant in front of the others of its key, in place of the one that `replaces` says it succeeds.
   *
   * @returns false when it is too large to be kept; what was stored before then stays
   */
  put(key: string, stored: StoredResponse, replaces: (other: StoredResponse) => boolean): boolean {
    const bytes = variantsBytes(key, [stored])
    if (stored.body.length > this.settings.objectBytesMax || bytes > this.settings.bytesMax) {
      this.#refused++
      return false
    }
    const others = (this.#cache.peek(key) ?? []).filter((other) => !replaces(other))
    const variants = [stored, ...others].slice(0, this.settings.variantsMax)
    // lru-cache deletes the old value and stores nothing when the new one is above the budget: drop the oldest variants first.
    while (variants.length > 1 && variantsBytes(key, variants) > this.settings.bytesMax) variants.pop()
    this.#cache.set(key, variants)
    this.#stored++
    return true
  }

  /** Replaces the variants of a key by what `change` makes of each; undefined drops it. */
  update(key: string, change: (stored: StoredResponse) => StoredResponse | undefined): number {
    const variants = this.#cache.peek(key)
    if (variants === undefined) return 0
    const changed = variants.map(change).filter((stored) => stored !== undefined)
    if (changed.length === 0) this.#cache.delete(key)
    else this.#cache.set(key, changed)
    return variants.length
  }

  /** Replaces every stored response by what `change` makes of it; undefined drops it. */
  updateAll(change: (stored: StoredResponse) => StoredResponse | undefined): void {
    for (const key of [...this.#cache.keys()]) this.update(key, change)
  }

  counts(): MemoryCounts {
    return {
      keys: this.#cache.size,
      bytes: this.#cache.calculatedSize,
      bytesMax: this.settings.bytesMax,
      hits: this.#hits,
      misses: this.#misses,
      stored: this.#stored,
      evicted: this.#evicted,
      refused: this.#refused,
    }
  }
}

/** What V8 and lru-cache need for a key and for a stored response beyond its characters: measured, rounded up. */
const KEY_OVERHEAD_BYTES = 200
const RESPONSE_OVERHEAD_BYTES = 700
const FIELD_OVERHEAD_BYTES = 48

function variantsBytes(key: string, variants: Variants): number {
  let bytes = KEY_OVERHEAD_BYTES + key.length
  for (const stored of variants) bytes += responseBytes(stored)
  return bytes
}

function responseBytes(stored: StoredResponse): number {
  let bytes = RESPONSE_OVERHEAD_BYTES + stored.body.length
  for (const text of stored.fields) bytes += text.length + FIELD_OVERHEAD_BYTES / 2
  return bytes
}
