import type { CompileInvalidation, Invalidation } from '../invalidation.ts'
import type { Invalidatable, InvalidationVerdict } from '../tier.ts'

/** The positions at which something was last purged and last expired. */
interface Last {
  purged: string
  expired: string
}

interface Tested extends Last {
  readonly matches: (about: Invalidatable) => boolean
}

export interface InvalidationIndexOptions {
  /** What was stored before it cannot be judged, and is taken as purged. */
  readonly horizon: string
  readonly entriesMax: number
  /** The URI in a key, as invalidations by URI have it. Without it each of those is compared with every key. */
  readonly uriOf?: ((key: string) => string | undefined) | undefined
}

/** Before everything. */
export const noPosition = ''

/**
 * What the log has said, in the form in which it is asked: was this key, with these tags, invalidated since that position?
 * Positions are strings that sort in the order of the log. Bounded: where the oldest has to go, what was stored before it counts
 * as purged.
 */
export class InvalidationIndex {
  readonly #compile: CompileInvalidation
  readonly #entriesMax: number
  /** Exact things by their name, URIs and patterns by their test; the longest untouched first. */
  readonly #exact = new Map<string, Last>()
  readonly #tested = new Map<string, Tested>()
  readonly #everything: Last = { purged: noPosition, expired: noPosition }
  #horizon: string
  readonly #uriOf: ((key: string) => string | undefined) | undefined

  constructor(compile: CompileInvalidation, options: InvalidationIndexOptions) {
    this.#compile = compile
    this.#entriesMax = options.entriesMax
    this.#horizon = options.horizon
    this.#uriOf = options.uriOf
  }

  /** @param position not before that of any other */
  add(position: string, invalidation: Invalidation): void {
    const last = this.#take(invalidation)
    if (invalidation.soft) last.expired = position
    else last.purged = position
    this.#trim(this.#exact)
    this.#trim(this.#tested)
  }

  verdict(about: Invalidatable, position: string): InvalidationVerdict {
    const { key, tags } = about
    if (position < this.#horizon) return 'purged'
    let isExpired = this.#everything.expired > position
    if (this.#everything.purged > position) return 'purged'
    const names = tags.map((tag) => `tag:${tag}`)
    const uri = this.#uriOf?.(key)
    if (uri !== undefined) names.push(`uri:${uri}`)
    for (const name of names) {
      const last = this.#exact.get(name)
      if (last === undefined) continue
      if (last.purged > position) return 'purged'
      isExpired ||= last.expired > position
    }
    for (const last of this.#tested.values()) {
      if (last.purged <= position && (isExpired || last.expired <= position)) continue
      if (!last.matches(about)) continue
      if (last.purged > position) return 'purged'
      isExpired = true
    }
    return isExpired ? 'expired' : 'valid'
  }

  /** Its entry, moved behind all others. */
  #take(invalidation: Invalidation): Last {
    // What stands behind memory is asked for again or not at all: there, changed is the same as purged.
    const scope = invalidation.scope === 'changed' ? 'uri' : invalidation.scope
    const name = `${scope}:${invalidation.value}`
    switch (scope === 'uri' && this.#uriOf !== undefined ? 'tag' : scope) {
      case 'everything':
        return this.#everything
      case 'tag': {
        const last = this.#exact.get(name) ?? { purged: noPosition, expired: noPosition }
        this.#exact.delete(name)
        this.#exact.set(name, last)
        return last
      }
      default: {
        const known = this.#tested.get(name)
        const matches = known?.matches ?? this.#compile({ ...invalidation, scope })
        if (matches === undefined) return this.#everything
        const tested = known ?? { purged: noPosition, expired: noPosition, matches }
        this.#tested.delete(name)
        this.#tested.set(name, tested)
        return tested
      }
    }
  }

  #trim(entries: Map<string, Last>): void {
    for (const [name, { purged, expired }] of entries) {
      if (entries.size <= this.#entriesMax) return
      entries.delete(name)
      const last = purged > expired ? purged : expired
      if (last > this.#horizon) this.#horizon = last
    }
  }
}
