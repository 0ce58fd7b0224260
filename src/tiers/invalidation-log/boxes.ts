import { randomBytes } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { inTime } from '../in-time.ts'
import type { BoxRoster, SeenBox } from './box-roster.ts'

export interface BoxAcknowledgement {
  readonly name: string
  /** What was said is in force on it. */
  readonly acknowledged: boolean
}

export interface BoxesParts {
  readonly clock: Clock
  readonly roster: BoxRoster
  /** Of this box, for people. */
  readonly name: string
  /** How far this box has followed the log. */
  readonly position: () => string
}

const BEAT_MS = 1_000
/** Who is silent for longer is not waited for: it is stopped, or cut off. */
const AWAY_MS = 3_000
const FIRST_PAUSE_MS = 2
const PAUSE_MAX_MS = 50

/** The boxes that follow one log: each tells the others how far it has come. */
export class Boxes {
  readonly #parts: BoxesParts
  readonly #id = randomBytes(9).toString('base64url')
  readonly #sinceMs: number
  #seen: readonly SeenBox[] = []
  #beat: Promise<void> | undefined
  #isOutdated = false
  #closed = false
  #cancelNext: () => void = () => {}

  constructor(parts: BoxesParts) {
    this.#parts = parts
    this.#sinceMs = parts.clock.now()
  }

  /** Those known when Redis was last heard, this one among them. */
  get known(): readonly Pick<SeenBox, 'name' | 'sinceMs' | 'silentMs'>[] {
    return this.#seen
  }

  /** Tells the others, now and from now on every second. */
  announce(): void {
    if (this.#beat === undefined) void this.#tell()
    else this.#isOutdated = true
  }

  /** Waits, for at most that long, until every box that is there has followed the log up to this position. */
  async acknowledged(position: string, withinMs: number): Promise<readonly BoxAcknowledgement[]> {
    const { clock } = this.#parts
    const untilMs = clock.now() + withinMs
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      await inTime(clock, Math.max(0, untilMs - clock.now()), this.#tell())
      const awaited = this.#others().filter((box) => box.position < position && box.silentMs <= AWAY_MS)
      if (awaited.length === 0 || this.#closed || clock.now() + pauseMs > untilMs) return this.report(position)
      await new Promise<void>((resolve) => clock.after(pauseMs, resolve))
    }
  }

  /** @param position undefined: it did not get to the log, so nobody else knows of it */
  report(position: string | undefined): readonly BoxAcknowledgement[] {
    const others = this.#others().map((box) => ({
      name: box.name,
      acknowledged: position !== undefined && box.position >= position,
    }))
    return [{ name: this.#parts.name, acknowledged: true }, ...others]
  }

  /** Takes this box off the list, if that can be done in that time. */
  async leave(withinMs: number): Promise<void> {
    this.#closed = true
    this.#cancelNext()
    const { clock, roster } = this.#parts
    // Not reached: it is forgotten there in time.
    const left = roster.leave(this.#id).catch(() => {})
    await inTime(clock, withinMs, left)
  }

  #others(): readonly SeenBox[] {
    return this.#seen.filter(({ id }) => id !== this.#id)
  }

  /** One at a time. What this box has to say when it ends goes into the next one. Never rejects. */
  #tell(): Promise<void> {
    this.#beat ??= this.#exchange().finally(() => {
      this.#beat = undefined
      if (this.#closed) return
      this.#cancelNext()
      if (this.#isOutdated) return void this.#tell()
      this.#cancelNext = this.#parts.clock.after(BEAT_MS, () => void this.#tell())
    })
    return this.#beat
  }

  async #exchange(): Promise<void> {
    this.#isOutdated = false
    const { name, position, roster } = this.#parts
    try {
      this.#seen = await roster.beat({ id: this.#id, name, sinceMs: this.#sinceMs, position: position() })
    } catch {
      // Not reached, which is told elsewhere; or not allowed: then nobody is known, and nobody waited for.
    }
  }
}
