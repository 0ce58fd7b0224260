import type { Clock } from '../clock.ts'
import type { CompileInvalidation, Invalidation } from './invalidation.ts'
import { InvalidationIndex, noPosition } from './invalidation-index.ts'
import type { Invalidatable, Invalidations, InvalidationVerdict } from './tier.ts'

const ENTRIES_MAX = 10_000

/**
 * What was invalidated here, where boxes have no log in common: tiers are still asked with it, for as long as this process runs.
 * Positions are moments of this box's clock.
 */
export class LocalInvalidations implements Invalidations {
  readonly isCurrent = true
  readonly #clock: Clock
  readonly #index: InvalidationIndex

  constructor(clock: Clock, compile: CompileInvalidation, uriOf: (key: string) => string | undefined) {
    this.#clock = clock
    this.#index = new InvalidationIndex(compile, { horizon: noPosition, entriesMax: ENTRIES_MAX, uriOf })
  }

  add(invalidation: Invalidation): void {
    this.#index.add(this.positionAt(this.#clock.now()), invalidation)
  }

  positionAt(timeMs: number): string {
    return String(Math.floor(timeMs * 1000)).padStart(20, '0')
  }

  verdict(about: Invalidatable, position: string): InvalidationVerdict {
    return this.#index.verdict(about, position)
  }
}
