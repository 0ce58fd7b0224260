import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type CompileInvalidation, fromEntry, type Invalidation, toEntry } from './invalidation.ts'
import { InvalidationIndex, noPosition } from './invalidation-index.ts'
import { InvalidationStream, type StreamEntry, type StreamSettings } from './invalidation-stream.ts'
import type { Invalidatable, Invalidations, InvalidationVerdict } from './tier.ts'

export interface InvalidationLogSettings extends StreamSettings {
  /** Without word from Redis for that long, this box counts as not knowing what was said. */
  readonly currentForMs: number
}

export interface InvalidationLogParts {
  readonly clock: Clock
  readonly compile: CompileInvalidation
  /** For each entry of the log, in its order; `own` when `publish` here said it. */
  readonly onInvalidation: (invalidation: Invalidation, own: boolean) => void
  /** Something may have been said that nobody can tell any more: everything kept here is to be validated. */
  readonly onGap: () => void
  /** Once for each change: whether this box hears what others say. */
  readonly onState: (change: { readonly state: 'following' | 'lost'; readonly why: string | undefined }) => void
}

/** Where an invalidation got to. `here`: this box, and the others as soon as Redis is reached. */
export type Published = 'everywhere' | 'here'

/** Invalidations waiting for Redis; more become one, of everything. */
const PENDING_MAX = 1_000
const everythingPurged: Invalidation = { scope: 'everything', value: '', soft: false }
/** Behind every position that a record can be compared from in the index of those pending. */
const pendingPosition = '1'
/** Of moments; requests that took longer than it reaches count as begun at its start. */
const HISTORY_MAX = 10_000
const RETRY_PAUSE_MS = 500

/**
 * What was invalidated, known to all boxes: a Redis stream that each follows, with everything it missed while it was away.
 *
 * Nothing is searched for in the remote tier. Its records carry the position up to which their box had followed the log when it
 * asked the origin, and whoever finds one later asks here what was said since. Positions, not times: boxes need no common clock.
 */
export class InvalidationLog implements Invalidations {
  readonly #settings: InvalidationLogSettings
  readonly #parts: InvalidationLogParts
  readonly #stream: InvalidationStream
  #index: InvalidationIndex
  /** The last entry read, and the moments of this box's clock at which it had read how far; the oldest first. */
  #position = noPosition
  readonly #history: { readonly atMs: number; readonly position: string }[] = []
  /** Said here and not yet read in the log. */
  readonly #pending = new Map<string, Invalidation>()
  /** Of those pending, what is on its way to Redis. */
  readonly #appending = new Set<string>()
  #pendingIndex: InvalidationIndex
  #heardAtMs = Number.NEGATIVE_INFINITY
  #isFollowing: boolean | undefined
  #waiting: (() => void)[] = []
  #closed = false
  #cancelPause: () => void = () => {}

  constructor(settings: InvalidationLogSettings, parts: InvalidationLogParts) {
    this.#settings = settings
    this.#parts = parts
    this.#stream = new InvalidationStream(settings)
    this.#index = this.#newIndex(noPosition)
    this.#pendingIndex = this.#newIndex(noPosition)
    void this.#follow()
  }

  get isCurrent(): boolean {
    return this.#parts.clock.now() - this.#heardAtMs <= this.#settings.currentForMs
  }

  /** Resolves when this box knows all that was said until now, with true, or with false after that time. */
  whenCurrent(withinMs: number): Promise<boolean> {
    if (this.isCurrent) return Promise.resolve(true)
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(withinMs, () => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== heard)
        resolve(false)
      })
      const heard = () => {
        cancel()
        resolve(true)
      }
      this.#waiting.push(heard)
    })
  }

  positionAt(timeMs: number): string {
    return this.#history.findLast(({ atMs }) => atMs <= timeMs)?.position ?? noPosition
  }

  verdict(about: Invalidatable, position: string): InvalidationVerdict {
    const verdict = this.#index.verdict(about, position)
    if (verdict === 'purged' || this.#pending.size === 0) return verdict
    const pending = this.#pendingIndex.verdict(about, noPosition)
    return pending === 'valid' ? verdict : pending
  }

  /** In force here when this returns; resolves when it is known where else. Never rejects. */
  async publish(invalidation: Invalidation): Promise<Published> {
    const isTooMuch = this.#pending.size >= PENDING_MAX
    if (isTooMuch) this.#pending.clear()
    const said = isTooMuch ? everythingPurged : invalidation
    const token = randomBytes(12).toString('hex')
    this.#pending.set(token, said)
    this.#pendingIndex.add(pendingPosition, said)
    return (await this.#append(token, said)) ? 'everywhere' : 'here'
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelPause()
    this.#stream.close()
  }

  /** Says it to all; without success it stays pending, and is said again when Redis is reached. */
  async #append(token: string, invalidation: Invalidation): Promise<boolean> {
    this.#appending.add(token)
    try {
      await this.#stream.append(toEntry(invalidation, token))
      return true
    } catch {
      // That Redis cannot be reached is told by `onState`, once.
      return false
    } finally {
      this.#appending.delete(token)
    }
  }

  async #appendPending(): Promise<void> {
    for (const [token, invalidation] of [...this.#pending]) {
      if (!this.#appending.has(token)) await this.#append(token, invalidation)
    }
  }

  /** Reads until closed: what is there, then what comes, and after each failure again from where it was. */
  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#stream.connected()
        await this.#resume()
        await this.#appendPending()
        while (!this.#closed) await this.#readOn()
      } catch (error) {
        if (this.#closed) return
        this.#tell('lost', error instanceof Error ? error.message : String(error))
        await this.#pause()
      }
    }
  }

  /** Goes on behind the last entry read, where it still is; otherwise begins anew. */
  async #resume(): Promise<void> {
    if (this.#position !== noPosition && (await this.#stream.has(this.#position))) return
    const isGap = this.#position !== noPosition
    const first = await this.#stream.begin()
    this.#index = this.#newIndex(first)
    this.#position = noPosition
    const askedAtMs = this.#parts.clock.now()
    const entries = await this.#stream.all()
    for (const entry of entries) this.#learn(entry)
    this.#heard(askedAtMs)
    if (isGap) this.#parts.onGap()
  }

  async #readOn(): Promise<void> {
    const askedAtMs = this.#parts.clock.now()
    // One that does not know how things stand asks for an answer now, not when something happens.
    const entries = await this.#stream.after(this.#position, { wait: this.isCurrent })
    for (const entry of entries) {
      const { invalidation, token } = this.#learn(entry)
      if (entry.isBeginning) continue
      this.#parts.onInvalidation(invalidation, this.#pending.has(token))
      this.#settle(token)
    }
    if (entries.length === 0) {
      if (!(await this.#stream.has(this.#position))) throw new Error('the log is gone')
      await this.#appendPending()
    }
    // Not the time of the answer: it may have lain here while this process was stopped.
    this.#heard(askedAtMs)
  }

  #learn(entry: StreamEntry): { invalidation: Invalidation; token: string } {
    const read = fromEntry(entry.fields)
    if (!entry.isBeginning) this.#index.add(entry.position, read.invalidation)
    this.#position = entry.position
    return read
  }

  #heard(askedAtMs: number): void {
    this.#heardAtMs = askedAtMs
    if (this.#history.at(-1)?.position !== this.#position) {
      this.#history.push({ atMs: this.#parts.clock.now(), position: this.#position })
      if (this.#history.length > HISTORY_MAX) this.#history.shift()
    }
    if (!this.isCurrent) return
    this.#tell('following', undefined)
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** It stands in the log now, for us like for all others. */
  #settle(token: string): void {
    if (!this.#pending.delete(token) || this.#pending.size > 0) return
    this.#pendingIndex = this.#newIndex(noPosition)
  }

  #newIndex(horizon: string): InvalidationIndex {
    return new InvalidationIndex(this.#parts.compile, { horizon, entriesMax: this.#settings.entriesMax })
  }

  #tell(state: 'following' | 'lost', why: string | undefined): void {
    if (this.#isFollowing === (state === 'following')) return
    this.#isFollowing = state === 'following'
    this.#parts.onState({ state, why })
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(RETRY_PAUSE_MS, resolve)
      this.#cancelPause = () => {
        cancel()
        resolve()
      }
    })
  }
}
