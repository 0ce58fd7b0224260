import type { Plan } from '../policy/plan.ts'
import type { PreparedResponse } from '../respond/prepared-response.ts'
import { COPIED_BODY_BYTES_MAX } from '../respond/prepared-response.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Variants } from '../tiers/memory/memory-tier.ts'

/** What was found for a request: it holds for all with the same plan and selecting fields, within the second of its age. */
export interface RememberedHit {
  readonly plan: Plan
  readonly stored: StoredResponse
  readonly ageSeconds: number
  readonly prepared: PreparedResponse
}

/** Values of selecting fields that are remembered for one key; a flood of others only costs the remembering. */
const HITS_PER_KEY_MAX = 64

/** What a prepared response weighs beside its body. */
const OVERHEAD_BYTES = 2048

/** The hits on the variants of one key, as they are stored at this moment. */
class HitsOfKey {
  /** Names that select among them. */
  readonly names: readonly string[]
  #hits: Map<string, RememberedHit> | undefined
  #bytes = OVERHEAD_BYTES
  /** In which one was found last, of the epoch. */
  #second = 0

  constructor(variants: Variants) {
    this.names = [...new Set(variants.flatMap(({ selecting }) => selecting.map(({ name }) => name)))]
  }

  get bytes(): number {
    return this.#bytes
  }

  get(request: string): RememberedHit | undefined {
    return this.#hits?.get(request)
  }

  /**
   * Not the first of a second: for a key asked for about once in a second remembering brings nothing, and what is kept
   * just longer than a collection of the young generation is the dearest garbage.
   *
   * @returns the bytes that are held because of it
   */
  set(request: string, hit: RememberedHit, second: number): number {
    if (second !== this.#second) {
      this.#second = second
      return 0
    }
    this.#hits ??= new Map()
    const isKnown = this.#hits.has(request)
    if (!isKnown && this.#hits.size >= HITS_PER_KEY_MAX) this.#hits.clear()
    this.#hits.set(request, hit)
    if (isKnown) return 0
    const { length } = hit.stored.body
    const bytes = OVERHEAD_BYTES + (length <= COPIED_BODY_BYTES_MAX ? length : 0)
    this.#bytes += bytes
    return bytes
  }
}

/**
 * Remembers hits by what is stored, for as long as just that is stored, and within a budget: two generations, of which the
 * older goes when the younger has grown to half of it.
 */
export class RememberedHits {
  readonly #bytesMax: number
  #young = new WeakMap<Variants, HitsOfKey>()
  #old = new WeakMap<Variants, HitsOfKey>()
  #youngBytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  of(variants: Variants): HitsOfKey {
    const young = this.#young.get(variants)
    if (young !== undefined) return young
    const hits = this.#old.get(variants) ?? new HitsOfKey(variants)
    this.#grow(hits.bytes)
    this.#young.set(variants, hits)
    return hits
  }

  /** @param nowMs since the epoch */
  remember(variants: Variants, request: string, hit: RememberedHit, nowMs: number): void {
    const bytes = this.of(variants).set(request, hit, Math.floor(nowMs / 1000))
    if (bytes > 0) this.#grow(bytes)
  }

  #grow(bytes: number): void {
    this.#youngBytes += bytes
    if (this.#youngBytes <= this.#bytesMax / 2) return
    this.#old = this.#young
    this.#young = new WeakMap()
    this.#youngBytes = 0
  }
}
