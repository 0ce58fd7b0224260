import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Flights } from '../forward/flights.ts'
import { compileInvalidation, EVERYTHING } from '../invalidate/compile.ts'
import { plainKeysOf, uriOfKey } from '../policy/cache-key.ts'
import { expired } from '../rfc9111/stale.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { type Invalidation, type InvalidationTest, invalidatable } from '../tiers/invalidation.ts'
import type { MemoryTier } from '../tiers/memory/memory-tier.ts'

interface Parts {
  readonly clock: Clock
  readonly flights: Flights
  readonly memory: MemoryTier
  /** Hears of everything that is invalidated here, when it is in force. */
  readonly onInvalidated?: ((invalidations: readonly Invalidation[]) => void) | undefined
}

/** What is looked for, and what becomes of what is found. */
interface Search {
  readonly test: InvalidationTest
  change(stored: StoredResponse): StoredResponse | undefined
}

/** How long requests may wait for a walk over all keys, at a time; and after how many keys that is looked at. */
const SLICE_MS = 4
const SLICE_KEYS = 32

/** The alias under which a key is found by its URI, where cookies or fields are in the key besides. */
export function uriAlias(key: string): string | undefined {
  const uri = uriOfKey(key)
  return uri === undefined || uri.isPlain ? undefined : aliasOf(uri.authority + uri.target)
}

/** No tag has a line end in it. */
function aliasOf(uri: string): string {
  return `uri\n${uri}`
}

/** Invalidates what this thread has in memory and under way. */
export class InvalidateHere {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * Nothing of it is stored when this returns that was asked for before. What is in memory by key, tag or URI is marked when it
   * returns as well; the rest when the promise resolves.
   *
   * @returns how many stored responses were concerned
   */
  invalidate(invalidations: readonly Invalidation[]): number | Promise<number> {
    const walks: Search[] = []
    let matched = 0
    for (const invalidation of invalidations) {
      const search = this.#search(invalidation)
      this.#parts.flights.doom(search.test)
      const keys = this.#keysOf(invalidation)
      if (keys === undefined) walks.push(search)
      else for (const key of keys) matched += this.#apply(key, search)
    }
    this.#parts.onInvalidated?.(invalidations)
    return walks.length === 0 ? matched : this.#walk(walks).then((found) => matched + found)
  }

  /** Everything may have changed, nobody knows: expired at once. */
  expireAll(): void {
    this.#parts.flights.doom(EVERYTHING)
    this.#parts.memory.expireAll(this.#parts.clock.now())
  }

  #search(invalidation: Invalidation): Search {
    const nowMs = this.#parts.clock.now()
    // What cannot be understood counts as everything: to lose a cache is better than to serve what somebody wanted gone.
    const test = compileInvalidation(invalidation, uriOfKey) ?? EVERYTHING
    return { test, change: changeFor(invalidation, nowMs) }
  }

  /** The keys that can be concerned; undefined: any. */
  #keysOf({ scope, value }: Invalidation): readonly string[] | undefined {
    const { memory } = this.#parts
    switch (scope) {
      case 'tag':
        return memory.keysNamed(value)
      case 'changed':
      case 'uri':
        return [...plainKeysOf(value), ...memory.keysNamed(aliasOf(value))]
      default:
        return undefined
    }
  }

  #apply(key: string, { test, change }: Search): number {
    let matched = 0
    this.#parts.memory.update(key, (stored) => {
      if (!test.concerns(invalidatable(key, stored))) return stored
      matched++
      return change(stored)
    })
    return matched
  }

  async #walk(searches: readonly Search[]): Promise<number> {
    let matched = 0
    let sliceMs = performance.now()
    let walked = 0
    for (const key of this.#parts.memory.keys()) {
      for (const search of searches) matched += this.#apply(key, search)
      if (walked++ % SLICE_KEYS !== 0 || performance.now() - sliceMs < SLICE_MS) continue
      await setImmediate()
      sliceMs = performance.now()
    }
    return matched
  }
}

function changeFor({ scope, soft }: Invalidation, nowMs: number): Search['change'] {
  return (stored) => {
    // Asked for since then, while a walk was on its way.
    if (stored.requestTimeMs > nowMs) return stored
    if (soft) return expired(stored, nowMs)
    return scope === 'changed' ? { ...stored, invalidated: true } : undefined
  }
}
