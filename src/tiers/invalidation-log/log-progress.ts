import type { Clock } from '../../clock.ts'
import type { Invalidation } from '../invalidation.ts'
import { noPosition } from './invalidation-index.ts'

export interface LogProgressParts {
  readonly clock: Clock
  /**
   * For each entry of the log, in its order; `own` when this box said it. Returns a promise where it takes a while until it is in
   * force in memory.
   */
  readonly onInvalidation: (invalidation: Invalidation, own: boolean) => unknown
  /** Something may have been said that nobody can tell any more: everything kept here is to be validated. */
  readonly onGap: () => void
  /** Once for each change: whether this box hears what others say. */
  readonly onState: (change: { readonly state: 'following' | 'lost'; readonly why: string | undefined }) => void
}

/** For metrics and people. */
export interface LogProgressCounts {
  /** `connecting`: not heard yet; `lost`: what other boxes say is not heard. */
  readonly state: 'connecting' | 'following' | 'lost'
  /** Since the server was last heard; undefined: never. */
  readonly silentMs: number | undefined
  readonly heard: number
  readonly published: number
  /** How often something may have been missed for good, and all that was kept was expired. */
  readonly gaps: number
}

/** Of moments; requests that took longer than it reaches count as begun at its start. */
const HISTORY_MAX = 10_000

/** How far this box has followed the log of invalidations, at which moment, and what it heard on the way. */
export class LogProgress {
  readonly #currentForMs: number
  readonly #parts: LogProgressParts
  /** The moments of this box's clock at which it had read how far; the oldest first. */
  readonly #history: { readonly atMs: number; readonly position: string }[] = []
  readonly #counters = { heard: 0, published: 0, gaps: 0 }
  #heardAtMs = Number.NEGATIVE_INFINITY
  #applying: Promise<void> | undefined
  #isFollowing: boolean | undefined

  /** @param currentForMs without word from the server for that long, this box counts as not knowing what was said */
  constructor(currentForMs: number, parts: LogProgressParts) {
    this.#currentForMs = currentForMs
    this.#parts = parts
  }

  /** Whether it may be believed that nothing was said but what was heard. */
  get isCurrent(): boolean {
    return this.#parts.clock.now() - this.#heardAtMs <= this.#currentForMs
  }

  get isFollowing(): boolean {
    return this.#isFollowing === true
  }

  /** How far it had come at that moment. */
  positionAt(timeMs: number): string {
    return this.#history.findLast(({ atMs }) => atMs <= timeMs)?.position ?? noPosition
  }

  /**
   * It has come that far.
   *
   * @param askedAtMs not the time of the answer: that may have lain here while this process was stopped
   */
  reached(position: string, askedAtMs: number): void {
    this.#heardAtMs = askedAtMs
    if (this.#history.at(-1)?.position === position) return
    this.#history.push({ atMs: this.#parts.clock.now(), position })
    if (this.#history.length > HISTORY_MAX) this.#history.shift()
  }

  /** All that was said until that moment is known. */
  knownUntil(timeMs: number): void {
    this.#heardAtMs = Math.max(this.#heardAtMs, timeMs)
  }

  published(invalidations: number): void {
    this.#counters.published += invalidations
  }

  heard(invalidation: Invalidation, own: boolean): void {
    this.#counters.heard++
    const applied = this.#parts.onInvalidation(invalidation, own)
    if (!(applied instanceof Promise)) return
    const applying = Promise.all([this.#applying, applied]).then(() => {
      if (this.#applying === applying) this.#applying = undefined
    })
    this.#applying = applying
  }

  /** Calls back when all that was heard until now is in force in memory, in the order of the calls: most often at once. */
  whenInForce(callback: () => void): void {
    if (this.#applying === undefined) callback()
    else void this.#applying.then(callback)
  }

  missed(): void {
    this.#counters.gaps++
    this.#parts.onGap()
  }

  following(): void {
    this.#tell('following', undefined)
  }

  lost(why: string): void {
    this.#tell('lost', why)
  }

  counts(): LogProgressCounts {
    const silentMs = this.#parts.clock.now() - this.#heardAtMs
    return {
      ...this.#counters,
      state: this.#isFollowing === undefined ? 'connecting' : this.#isFollowing ? 'following' : 'lost',
      silentMs: Number.isFinite(silentMs) ? silentMs : undefined,
    }
  }

  #tell(state: 'following' | 'lost', why: string | undefined): void {
    const isFollowing = state === 'following'
    if (this.#isFollowing === isFollowing) return
    this.#isFollowing = isFollowing
    this.#parts.onState({ state, why })
  }
}
