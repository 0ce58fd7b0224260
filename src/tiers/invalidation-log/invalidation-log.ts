import { type CompileInvalidation, fromEntry, type Invalidation, toEntry } from '../invalidation.ts'
import { plainMessage } from '../redis/redis-client.ts'
import type { Invalidatable, Invalidations, InvalidationVerdict } from '../tier.ts'
import { type BoxAcknowledgement, Boxes } from './boxes.ts'
import { InvalidationIndex, noPosition } from './invalidation-index.ts'
import { InvalidationStream, type StreamEntry, type StreamSettings } from './invalidation-stream.ts'
import { LogProgress, type LogProgressCounts, type LogProgressParts } from './log-progress.ts'
import { LogWaiters } from './log-waiters.ts'
import { type UnsentInvalidation, UnsentInvalidations } from './unsent-invalidations.ts'

export interface InvalidationLogSettings extends StreamSettings {
  /** Of this box, for people. */
  readonly boxName: string
  /** Without word from Redis for that long, this box counts as not knowing what was said. */
  readonly currentForMs: number
}

export interface InvalidationLogParts extends LogProgressParts {
  readonly compile: CompileInvalidation
  /** The URI in a key, as invalidations by URI have it. */
  readonly uriOf?: (key: string) => string | undefined
}

/** For metrics and people. */
export interface InvalidationLogCounts extends LogProgressCounts {
  readonly position: string
  /** Said here, and not in the log yet. */
  readonly unsent: number
  readonly boxes: readonly { readonly name: string; readonly sinceMs: number; readonly silentMs: number }[]
}

const RETRY_PAUSE_MS = 500
const QUICK_RETRIES = 2
const QUICK_PAUSE_MS = 10
/** Most that closing waits for Redis to take this box off its list. */
const LEAVE_MS = 200

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
  /** Of the last entry read, and of the last up to which all is in force in memory as well. */
  #position = noPosition
  #inForce = noPosition
  readonly #progress: LogProgress
  readonly #unsent: UnsentInvalidations
  readonly #boxes: Boxes
  readonly #waiters: LogWaiters
  #closed = false
  #cancelPause: () => void = () => {}

  constructor(settings: InvalidationLogSettings, parts: InvalidationLogParts) {
    this.#settings = settings
    this.#parts = parts
    this.#progress = new LogProgress(settings.currentForMs, parts)
    this.#stream = new InvalidationStream(settings)
    this.#index = this.#newIndex(noPosition)
    this.#waiters = new LogWaiters(parts.clock)
    this.#unsent = new UnsentInvalidations(parts.compile)
    const position = () => this.#inForce
    this.#boxes = new Boxes({ clock: parts.clock, roster: this.#stream.roster, name: settings.boxName, position })
    void this.#follow()
  }

  get isCurrent(): boolean {
    return this.#progress.isCurrent
  }

  /**
   * Resolves when all that was said until now is in force here, with true; with false after that time, or as soon as it is known
   * that Redis cannot be reached.
   */
  caughtUp(withinMs: number): Promise<boolean> {
    // The reader may be waiting for something to be said, or for its connection. Most often nothing was said at all.
    const last = () => this.#stream.last()
    return this.#waiters.wait(withinMs, last, () => this.#settleWaiters())
  }

  positionAt(timeMs: number): string {
    return this.#progress.positionAt(timeMs)
  }

  verdict(about: Invalidatable, position: string): InvalidationVerdict {
    return this.#unsent.verdict(about, this.#index.verdict(about, position))
  }

  /**
   * In force here when this returns; resolves with where it stands in the log. Undefined, and that at once where Redis is known not to
   * be there: it will be in force elsewhere when Redis is reached, and nobody needs to say it again. Never rejects.
   */
  async say(invalidations: readonly Invalidation[]): Promise<string | undefined> {
    this.#progress.published(invalidations.length)
    const said = invalidations.map((invalidation) => this.#unsent.add(invalidation))
    const sent = Promise.all(said.map((each) => this.#unsent.send(each, this.#append)))
    if (!this.#progress.isFollowing) return undefined
    const positions = await sent
    return positions.every((each) => each !== undefined) ? positions.at(-1) : undefined
  }

  /** Where that is in force, of which `say` gave the position: this box first, then the others that were there within the last minute. */
  async acknowledged(position: string | undefined, withinMs: number): Promise<readonly BoxAcknowledgement[]> {
    return position === undefined ? this.#boxes.report(undefined) : this.#boxes.acknowledged(position, withinMs)
  }

  counts(): InvalidationLogCounts {
    return {
      ...this.#progress.counts(),
      position: this.#position,
      unsent: this.#unsent.size,
      boxes: this.#boxes.known.map(({ name, sinceMs, silentMs }) => ({ name, sinceMs, silentMs })),
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelPause()
    this.#waiters.settle(false, Number.POSITIVE_INFINITY)
    await this.#boxes.leave(LEAVE_MS)
    this.#stream.close()
  }

  readonly #append = ({ token, invalidation }: UnsentInvalidation): Promise<string> =>
    this.#stream.append(toEntry(invalidation, token))

  /** Reads until closed: what is there, then what comes, and after each failure again from where it was. */
  async #follow(): Promise<void> {
    for (let failures = 0; !this.#closed; ) {
      const askedAtMs = this.#parts.clock.now()
      try {
        await this.#stream.connected()
        await this.#resume()
        this.#cameFurther()
        await this.#unsent.sendAll(this.#append)
        failures = 0
        while (!this.#closed) await this.#readOn()
      } catch (error) {
        if (this.#closed) return
        this.#progress.lost(plainMessage(error))
        failures++
        // What broke is often the connection alone, as after this process stood still.
        if (failures <= QUICK_RETRIES) {
          await this.#pause(QUICK_PAUSE_MS)
        } else {
          this.#waiters.settle(false, askedAtMs)
          await this.#pause(RETRY_PAUSE_MS)
        }
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
    if (isGap) this.#progress.missed()
    this.#heard(askedAtMs)
  }

  async #readOn(): Promise<void> {
    const askedAtMs = this.#parts.clock.now()
    // One that does not know how things stand asks for an answer now, not when something happens.
    const wait = this.isCurrent && this.#waiters.size === 0
    const entries = await this.#stream.after(this.#position, { wait })
    // Then others behind it may be gone, too: the stream was lost, or grew faster than it was read.
    if (!(await this.#stream.has(this.#position))) throw new Error('the log is gone')
    for (const entry of entries) {
      const { invalidation, token } = this.#learn(entry)
      if (entry.isBeginning) continue
      this.#progress.heard(invalidation, this.#unsent.has(token))
      this.#unsent.settle(token)
    }
    if (entries.length > 0) this.#cameFurther()
    else await this.#unsent.sendAll(this.#append)
    this.#heard(askedAtMs)
  }

  #learn(entry: StreamEntry): { invalidation: Invalidation; token: string } {
    const read = fromEntry(entry.fields)
    if (!entry.isBeginning) this.#index.add(entry.position, read.invalidation)
    this.#position = entry.position
    return read
  }

  #heard(askedAtMs: number): void {
    this.#progress.reached(this.#position, askedAtMs)
    if (!this.isCurrent) return
    this.#progress.following()
    this.#progress.whenInForce(() => this.#waiters.settle(true, askedAtMs))
  }

  /** What has been read is told to those who wait for it, here and on other boxes, when it is in force. */
  #cameFurther(): void {
    const position = this.#position
    this.#progress.whenInForce(() => {
      this.#inForce = position
      this.#boxes.announce()
      this.#settleWaiters()
    })
  }

  #settleWaiters(): void {
    const knownUntilMs = this.#waiters.followedTo(this.#inForce)
    if (knownUntilMs !== undefined) this.#progress.knownUntil(knownUntilMs)
  }

  #newIndex(horizon: string): InvalidationIndex {
    const { compile, uriOf } = this.#parts
    return new InvalidationIndex(compile, { horizon, entriesMax: this.#settings.entriesMax, uriOf })
  }

  #pause(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(forMs, resolve)
      this.#cancelPause = () => {
        cancel()
        resolve()
      }
    })
  }
}
