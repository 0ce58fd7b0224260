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

/**
 * So many requests for one key in a second, or in the one before, make it worth remembering. Below, what is remembered brings next
 * to nothing until its second is over, and is garbage of the dear kind: kept just longer than a collection of the young generation.
 */
const REQUESTS_MIN = 8

/** The hits on the variants of one key, as they are stored at this moment. */
class HitsOfKey {
  readonly owner: RememberedHits
  /** Names that select among them. */
  readonly names: readonly string[]
  /** In which it was of use last. */
  generation = 0
  /** What selects each, and it: mostly one or two, so a list is faster than a table. */
  readonly #selections: string[] = []
  readonly #hits: RememberedHit[] = []
  #bytes = 0
  #requests = 0
  /** Of the epoch, in which these requests were. */
  #second = 0
  #isBusy = false

  constructor(owner: RememberedHits, variants: Variants) {
    this.owner = owner
    this.names = selectingNames(variants)
  }

  /** That are held because of it. */
  get bytes(): number {
    return this.#bytes
  }

  get(selection: string): RememberedHit | undefined {
    this.#requests++
    const place = this.#selections.indexOf(selection)
    return place === -1 ? undefined : this.#hits[place]
  }

  /** For a hit that `get` did not have for this second. */
  set(selection: string, hit: RememberedHit, second: number): void {
    if (second !== this.#second) this.#begin(second)
    if (!this.#isBusy && this.#requests < REQUESTS_MIN) return
    hit.prepared.isKept = true
    const place = this.#selections.indexOf(selection)
    if (place !== -1) {
      this.#hits[place] = hit
      return
    }
    if (this.#hits.length === HITS_PER_KEY_MAX) this.forget()
    const { length } = hit.stored.body
    this.#bytes += OVERHEAD_BYTES + (length <= COPIED_BODY_BYTES_MAX ? length : 0)
    this.#selections.push(selection)
    this.#hits.push(hit)
  }

  forget(): void {
    this.#selections.length = 0
    this.#hits.length = 0
    this.#bytes = 0
  }

  /** The request in hand is counted already, and is the first of a new second. */
  #begin(second: number): void {
    this.#isBusy = second === this.#second + 1 && this.#requests > REQUESTS_MIN
    this.#requests = 1
    this.#second = second
    if (!this.#isBusy) this.forget()
  }
}

const NO_NAMES: readonly string[] = []

function selectingNames(variants: Variants): readonly string[] {
  if (variants.every(({ selecting }) => selecting.length === 0)) return NO_NAMES
  return [...new Set(variants.flatMap(({ selecting }) => selecting.map(({ name }) => name)))]
}

/** An object that is there already: what extends this adds its private fields to it. */
class Existing {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what it is for
    return object
  }
}

/**
 * Variants with the hits on them, in a private field. A WeakMap would do the same, but while all memory is collected it is gone through
 * again and again, and everything stands still: with ten thousand keys for 10 to 17 ms.
 */
class Remembering extends Existing {
  #hits: HitsOfKey

  constructor(variants: Variants, hits: HitsOfKey) {
    super(variants)
    this.#hits = hits
  }

  static hitsOn(variants: Variants): HitsOfKey | undefined {
    return #hits in variants ? variants.#hits : undefined
  }

  static remember(variants: Variants, hits: HitsOfKey): void {
    if (#hits in variants) variants.#hits = hits
    else new Remembering(variants, hits)
  }
}

/**
 * Remembers hits by what is stored, for as long as just that is stored, and within a budget: two generations, of which the
 * older goes when the younger has grown to half of it.
 */
export class RememberedHits {
  readonly #bytesMax: number
  #generation = 1
  #young: HitsOfKey[] = []
  #old: HitsOfKey[] = []
  #youngBytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  of(variants: Variants): HitsOfKey | undefined {
    const known = Remembering.hitsOn(variants)
    if (known?.owner !== this) return undefined
    if (known.bytes > 0 && known.generation !== this.#generation) this.#hold(known)
    return known
  }

  /** For variants that have none yet, and are there as the same object when they are asked for again. */
  begin(variants: Variants): HitsOfKey {
    const hits = new HitsOfKey(this, variants)
    Remembering.remember(variants, hits)
    return hits
  }

  /** @param nowMs since the epoch */
  remember(hits: HitsOfKey, request: string, hit: RememberedHit, nowMs: number): void {
    const before = hits.bytes
    hits.set(request, hit, Math.floor(nowMs / 1000))
    if (hits.bytes <= before) return
    if (hits.generation === this.#generation) this.#grow(hits.bytes - before)
    else this.#hold(hits)
  }

  #hold(hits: HitsOfKey): void {
    hits.generation = this.#generation
    this.#young.push(hits)
    this.#grow(hits.bytes)
  }

  #grow(bytes: number): void {
    this.#youngBytes += bytes
    if (this.#youngBytes <= this.#bytesMax / 2) return
    for (const hits of this.#old) if (hits.generation !== this.#generation) hits.forget()
    this.#old = this.#young
    this.#young = []
    this.#youngBytes = 0
    this.#generation++
  }
}
