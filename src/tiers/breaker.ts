import type { Clock } from '../clock.ts'

export interface BreakerSettings {
  /** Deadlines missed one after the other before a server counts as down. */
  readonly missesMax: number
  /** Before the first trial of one that is down; each that fails doubles it. */
  readonly pauseMs: number
  readonly pauseMaxMs: number
}

export interface BreakerParts {
  readonly clock: Clock
  readonly settings: BreakerSettings
  /** Finds out whether the server is well again; rejects when not. No client waits for it. */
  readonly trial: () => Promise<void>
  /** Once for each change; `why` is undefined when it is up. */
  readonly onChange: (isUp: boolean, why: string | undefined) => void
}

/**
 * Whether a server is worth asking. While it is down nobody asks it and nobody waits for it: the breaker tries it by itself, at
 * growing intervals.
 */
export class Breaker {
  readonly #parts: BreakerParts
  /** undefined until the first trial has ended: not asked yet, and nothing to report. */
  #isUp: boolean | undefined
  #misses = 0
  #pauseMs: number
  #cancelTrial: () => void = () => {}
  #closed = false

  constructor(parts: BreakerParts) {
    this.#parts = parts
    this.#pauseMs = parts.settings.pauseMs
  }

  get isUp(): boolean {
    return this.#isUp === true
  }

  /** Whether a trial has ended. */
  get isKnown(): boolean {
    return this.#isUp !== undefined
  }

  /** Tries the server now; resolves when its state is known. */
  async start(): Promise<void> {
    await this.#try()
  }

  succeeded(): void {
    this.#misses = 0
  }

  /** A deadline was missed: one may be chance. */
  missed(why: string): void {
    this.#misses++
    if (this.#misses >= this.#parts.settings.missesMax) this.failed(why)
  }

  /** The server cannot be used: nothing is asked until a trial succeeds. */
  failed(why: string): void {
    if (this.#isUp !== true || this.#closed) return
    this.#isUp = false
    this.#pauseMs = this.#parts.settings.pauseMs
    this.#parts.onChange(false, why)
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    this.#isUp = false
    this.#cancelTrial()
  }

  #schedule(): void {
    if (this.#closed) return
    this.#cancelTrial()
    this.#cancelTrial = this.#parts.clock.after(this.#pauseMs, () => void this.#try())
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#parts.settings.pauseMaxMs)
  }

  async #try(): Promise<void> {
    try {
      await this.#parts.trial()
    } catch (error) {
      if (this.#closed) return
      if (this.#isUp === undefined) {
        this.#isUp = false
        this.#parts.onChange(false, error instanceof Error ? error.message : String(error))
      }
      this.#schedule()
      return
    }
    if (this.#closed) return
    this.#misses = 0
    this.#pauseMs = this.#parts.settings.pauseMs
    this.#isUp = true
    this.#parts.onChange(true, undefined)
  }
}
