import type { Clock } from '../../clock.ts'
import { OneAtATime } from '../../one-at-a-time.ts'
import { inTime } from '../in-time.ts'
import type { Invalidation } from '../invalidation.ts'
import type { Invalidatable, Invalidations, InvalidationVerdict } from '../tier.ts'
import type { BoxAcknowledgement } from './boxes.ts'
import { InvalidationIndex, noPosition } from './invalidation-index.ts'
import type { InvalidationLogCounts, InvalidationLogParts } from './invalidation-log.ts'
import { LogProgress } from './log-progress.ts'
import { appended, decodeLog, encodeLog, type LogEntry, type LogValue, lastNumber, newLog } from './log-value.ts'
import { UnsentInvalidations } from './unsent-invalidations.ts'

/** One value on one server, written only where it still is what was read. Rejects with a `StoreError`. */
export interface SharedValue {
  /** `unchanged`: it is of the version that is known already. */
  read(known: string | undefined): Promise<VersionedValue | 'unchanged' | 'absent'>
  /** @param version that it has to have; undefined: nothing may be there. @returns whether it was written */
  write(value: Buffer, version: string | undefined): Promise<boolean>
  close(): void
}

export interface VersionedValue {
  readonly value: Buffer
  readonly version: string
}

export interface MemcachedLogSettings {
  /** From one look at the log to the next: so late another box hears of a purge. */
  readonly everyMs: number
  /** Without word from memcached for that long, this box counts as not knowing what was said. */
  readonly currentForMs: number
}

/** Of boxes that write at one moment, one at least gets through each time. */
const ATTEMPTS_MAX = 64
const INDEX_ENTRIES_MAX = 10_000

/**
 * What was invalidated, known to all boxes that have no Redis in common: a list in memcached, which outlives this process as the
 * records there do, and which each box looks at every second (docs/decisions/memcached-log.md).
 */
export class MemcachedLog implements Invalidations {
  readonly #settings: MemcachedLogSettings
  readonly #parts: InvalidationLogParts
  readonly #clock: Clock
  readonly #shared: SharedValue
  readonly #unsent: UnsentInvalidations
  #index: InvalidationIndex
  /** As it was last read, and under which version. */
  #log: LogValue | undefined
  #version: string | undefined
  readonly #progress: LogProgress
  readonly #exchange = new OneAtATime(() => this.#readAndWrite())
  #cancelLook: () => void = () => {}
  #closed = false

  constructor(settings: MemcachedLogSettings, parts: InvalidationLogParts, shared: SharedValue) {
    this.#settings = settings
    this.#parts = parts
    this.#clock = parts.clock
    this.#shared = shared
    this.#progress = new LogProgress(settings.currentForMs, parts)
    this.#unsent = new UnsentInvalidations(parts.compile)
    this.#index = this.#newIndex(noPosition)
    this.#look()
  }

  get isCurrent(): boolean {
    return this.#progress.isCurrent
  }

  positionAt(timeMs: number): string {
    return this.#progress.positionAt(timeMs)
  }

  verdict(about: Invalidatable, position: string): InvalidationVerdict {
    // Of a log that was lost nobody knows what it would have said about this.
    const epoch = this.#log && `${this.#log.epoch}.`
    if (epoch === undefined || !position.startsWith(epoch)) return 'purged'
    return this.#unsent.verdict(about, this.#index.verdict(about, position.slice(epoch.length)))
  }

  /** See `InvalidationLog.say`. */
  async say(invalidations: readonly Invalidation[]): Promise<string | undefined> {
    this.#progress.published(invalidations.length)
    const said = invalidations.map((invalidation) => this.#unsent.add(invalidation))
    const written = this.#exchanged()
    // Nobody waits for a memcached that is known not to be there.
    if (this.#progress.isFollowing) await written
    return said.every(({ token }) => !this.#unsent.has(token)) ? this.#position : undefined
  }

  /** Boxes that share a memcached do not know of each other. */
  async acknowledged(): Promise<readonly BoxAcknowledgement[]> {
    return []
  }

  /** Resolves when all that was said until now is in force here, with true; with false when that cannot be known in that time. */
  async caughtUp(withinMs: number): Promise<boolean> {
    const applied = this.#exchanged().then(
      (isKnown) => new Promise<boolean>((resolve) => this.#progress.whenInForce(() => resolve(isKnown))),
    )
    return (await inTime(this.#clock, withinMs, applied)) === true
  }

  counts(): InvalidationLogCounts {
    return { ...this.#progress.counts(), position: this.#position, unsent: this.#unsent.size, boxes: [] }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelLook()
    this.#shared.close()
  }

  get #position(): string {
    return this.#log === undefined ? noPosition : `${this.#log.epoch}.${digits(lastNumber(this.#log))}`
  }

  #look(): void {
    void this.#exchanged().then(() => {
      if (!this.#closed) this.#cancelLook = this.#clock.after(this.#settings.everyMs, () => this.#look())
    })
  }

  /** Whether it was possible to hear all that was said before this call, and to say what is to be said. Never rejects. */
  async #exchanged(): Promise<boolean> {
    try {
      await this.#exchange.run()
      this.#progress.following()
      return true
    } catch (error) {
      if (!this.#closed) this.#progress.lost(error instanceof Error ? error.message : String(error))
      return false
    }
  }

  async #readAndWrite(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const askedAtMs = this.#clock.now()
      const read = await this.#shared.read(this.#version)
      const version = read === 'unchanged' ? this.#version : read === 'absent' ? undefined : read.version
      const log = read === 'unchanged' ? this.#log : read === 'absent' ? undefined : decodeLog(read.value)
      if (log !== undefined) {
        if (read !== 'unchanged') this.#learn(log)
        this.#version = version
        this.#progress.reached(this.#position, askedAtMs)
        if (this.#unsent.size === 0) return
      }
      // What was written is read like what others write; when another was quicker, it is said behind that.
      await this.#shared.write(encodeLog(appended(log ?? newLog(), this.#unsent.list())), version)
    }
    throw new Error('others wrote to the log all the time')
  }

  #learn(log: LogValue): void {
    const before = this.#log
    const isNext = before !== undefined && before.epoch === log.epoch && lastNumber(before) >= log.horizon
    this.#log = log
    if (!isNext) this.#index = this.#newIndex(digits(log.horizon))
    const from = isNext ? lastNumber(before) : log.horizon
    for (const entry of log.entries) if (entry.number > from) this.#learnEntry(entry, before === undefined)
    if (!isNext && before !== undefined) this.#progress.missed()
  }

  #learnEntry({ number, invalidation, token }: LogEntry, isBeginning: boolean): void {
    this.#index.add(digits(number), invalidation)
    const isOwn = this.#unsent.has(token)
    this.#unsent.settle(token)
    if (!isBeginning) this.#progress.heard(invalidation, isOwn)
  }

  #newIndex(horizon: string): InvalidationIndex {
    const { compile, uriOf } = this.#parts
    return new InvalidationIndex(compile, { horizon, entriesMax: INDEX_ENTRIES_MAX, uriOf })
  }
}

/** Numbers that sort as texts. */
function digits(number: number): string {
  return String(number).padStart(16, '0')
}
