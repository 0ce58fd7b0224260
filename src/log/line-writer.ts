import { closeSync, write as writeAsync, writeSync } from 'node:fs'
import { LineBytes } from './line-bytes.ts'
import { type LogDescriptor, openLogDescriptor } from './log-descriptor.ts'

export interface LineWriterOptions {
  /** A path, or the number of an open descriptor (1 is standard output). */
  readonly target: string | number
  /**
   * `gathered` writes 32 KiB at a time, at the latest a second after the first of them;
   * `immediate` writes each line before `write` returns, so that a crash loses none.
   */
  readonly mode: 'gathered' | 'immediate'
  /** Told once when lines can no longer be written, and once when they can again. */
  readonly onState?: (state: LineWriterState) => void
  /** Bytes held while nothing can be written; lines beyond are dropped. */
  readonly heldMax?: number
}

export type LineWriterState =
  /** Nothing can be written; lines beyond what is held will be dropped. */
  | { readonly kind: 'blocked'; readonly reason: string }
  /** Written again; so many lines are missing. */
  | { readonly kind: 'writing'; readonly droppedLines: number }
  /** The old file goes on being written. */
  | { readonly kind: 'not-reopened'; readonly reason: string }

/** A write costs as much as some twenty lines; a pipe takes twice this at once. */
const gatherMin = 32 * 1024
/** With the line that makes it enough, for which as much is reserved as its request's head has. */
const gatherRoom = 64 * 1024
/** Immediate lines are never many. */
const immediateRoom = 4 * 1024
const flushDelayMs = 1000
/** A full pipe is read within moments or not at all. */
const fullRetryMs = 100
const failedRetryMs = 1000
const closeWaitMs = 1000

/**
 * Writes lines to a file, a pipe or a terminal without ever holding up who logs: when the sink is full, blocked or
 * failing, lines are held up to a limit, then dropped and counted (overload must not come from the log).
 *
 * Instead of pino's destination (sonic-boom), which retries a full disk with every line, falls silent on EPIPE, and
 * whose write to a pipe that nobody reads keeps the process from exiting.
 */
export class LineWriter {
  readonly #target: string | number
  readonly #immediate: boolean
  readonly #onState: (state: LineWriterState) => void
  readonly #heldMax: number
  #descriptor: LogDescriptor
  /** Lines that nothing was done with yet. */
  #pending: LineBytes
  /** What the operating system has not taken yet of the lines that were handed to it. */
  #unwritten: Buffer | undefined
  /** Where those lie. */
  #handed: LineBytes | undefined
  /** For the next lines. */
  #spare: LineBytes | undefined
  #writing = false
  #blocked = false
  #reopenWanted = false
  #closed = false
  #flushTimer: NodeJS.Timeout | undefined
  /** Set while the sink has refused a write and gets some rest. */
  #retryTimer: NodeJS.Timeout | undefined
  #droppedLines = 0
  #droppedBefore = 0
  #onDrained: (() => void) | undefined
  readonly #atExit = () => this.#writeAtExit()

  /** @throws when the target cannot be opened */
  constructor(options: LineWriterOptions) {
    this.#target = options.target
    this.#immediate = options.mode === 'immediate'
    this.#onState = options.onState ?? (() => {})
    this.#heldMax = options.heldMax ?? 1024 * 1024
    this.#pending = this.#emptyLines()
    this.#descriptor = openLogDescriptor(options.target)
    process.on('exit', this.#atExit)
  }

  /** Lines lost since the start. */
  get droppedLines(): number {
    return this.#droppedLines
  }

  /** @param line ends in a line feed */
  write(line: string): void {
    if (!this.#takes(line.length)) return
    this.#pending.text(line)
    this.#added()
  }

  /**
   * Writes the line that `append` makes of `source`; it says by false that it has appended nothing.
   *
   * @returns what `append` says; true for a line that was dropped
   */
  writeFrom<Source>(source: Source, append: (to: LineBytes, source: Source) => boolean): boolean {
    // How long the line will be is not known.
    if (!this.#takes(0)) return true
    if (!append(this.#pending, source)) return false
    this.#added()
    return true
  }

  /** Whether there is room for so much more; if not, that counts as a line dropped. */
  #takes(bytes: number): boolean {
    if (!this.#closed && this.#pending.length + bytes <= this.#heldMax) return true
    this.#drop()
    return false
  }

  #added(): void {
    if (this.#immediate || this.#pending.length >= gatherMin) this.#continue()
    else this.#flushTimer ??= setTimeout(() => this.#flush(), flushDelayMs).unref()
  }

  /** Opens the file again under its name, after it was moved away by log rotation. */
  reopen(): void {
    if (typeof this.#target !== 'string' || this.#closed) return
    this.#reopenWanted = true
    if (!this.#writing) this.#reopenNow()
  }

  /** Writes what is held, waiting a second at most, and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return
    if (this.#unwritten !== undefined || this.#pending.length > 0) {
      await new Promise<void>((resolve) => {
        const giveUp = setTimeout(resolve, closeWaitMs)
        this.#onDrained = () => {
          clearTimeout(giveUp)
          resolve()
        }
        this.#continue()
      })
    }
    this.#closed = true
    clearTimeout(this.#flushTimer)
    clearTimeout(this.#retryTimer)
    process.off('exit', this.#atExit)
    if (!this.#writing) this.#closeDescriptor()
  }

  #drop(): void {
    this.#droppedLines += 1
    if (!this.#closed) this.#setBlocked('more lines than can be written')
  }

  #flush(): void {
    this.#flushTimer = undefined
    this.#continue()
  }

  /** Writes what is held, unless a write is under way or was just refused. */
  #continue(): void {
    if (this.#writing || this.#retryTimer !== undefined) return
    if (this.#immediate) this.#writeNow()
    else this.#start()
  }

  /** Hands the next piece to the operating system, without waiting for it. */
  #start(): void {
    const bytes = this.#nextBytes()
    if (bytes === undefined) return
    this.#writing = true
    writeAsync(this.#descriptor.fd, bytes, 0, bytes.length, null, (error, written) => {
      this.#writing = false
      if (this.#closed) this.#closeDescriptor()
      else this.#written(bytes, written, error)
    })
  }

  #written(bytes: Buffer, written: number, error: unknown): void {
    if (this.#reopenWanted) this.#reopenNow()
    if (error !== null) {
      this.#refused(error)
      return
    }
    this.#accepted(bytes, written)
    if (this.#unwritten !== undefined || this.#pending.length >= gatherMin || this.#onDrained) this.#continue()
  }

  /** As far as the operating system takes it at once. */
  #writeNow(): void {
    for (let bytes = this.#nextBytes(); bytes !== undefined; bytes = this.#nextBytes()) {
      try {
        this.#accepted(bytes, writeSync(this.#descriptor.fd, bytes))
      } catch (error) {
        this.#refused(error)
        return
      }
    }
  }

  /** One last try: no callback will come any more. */
  #writeAtExit(): void {
    // What is under way is finished by its thread, which the process waits for.
    if (this.#writing) this.#unwritten = undefined
    this.#writeNow()
  }

  #nextBytes(): Buffer | undefined {
    if (this.#unwritten === undefined && this.#pending.length > 0) {
      this.#handed = this.#pending
      this.#unwritten = this.#pending.filled()
      this.#pending = this.#spare ?? this.#emptyLines()
      this.#spare = undefined
    }
    return this.#unwritten
  }

  #emptyLines(): LineBytes {
    return new LineBytes(this.#immediate ? immediateRoom : gatherRoom)
  }

  /** All that was handed over is written: its memory is used again, unless it had to grow. */
  #handedIsFree(): void {
    const lines = this.#handed
    this.#handed = undefined
    if (lines === undefined || lines.capacity > gatherRoom) return
    lines.cut(0)
    this.#spare = lines
  }

  #accepted(bytes: Buffer, written: number): void {
    this.#unwritten = written < bytes.length ? bytes.subarray(written) : undefined
    if (this.#unwritten === undefined) this.#handedIsFree()
    // Said only when caught up: a reader that is a little too slow must not cause a message with every piece.
    if (this.#blocked && this.#unwritten === undefined && this.#pending.length < gatherMin) {
      this.#blocked = false
      const droppedLines = this.#droppedLines - this.#droppedBefore
      this.#droppedBefore = this.#droppedLines
      this.#onState({ kind: 'writing', droppedLines })
    }
    if (this.#unwritten === undefined && this.#pending.length === 0) this.#onDrained?.()
  }

  #refused(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException
    const full = code === 'EAGAIN' || code === 'EBUSY'
    // A pipe that is full for a moment is normal, and worth no word until lines are lost.
    if (!full) this.#setBlocked(message)
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => this.#retry(), full ? fullRetryMs : failedRetryMs).unref()
  }

  #retry(): void {
    this.#retryTimer = undefined
    this.#continue()
  }

  #setBlocked(reason: string): void {
    if (this.#blocked) return
    this.#blocked = true
    this.#onState({ kind: 'blocked', reason })
  }

  #reopenNow(): void {
    this.#reopenWanted = false
    try {
      const reopened = openLogDescriptor(this.#target)
      this.#closeDescriptor()
      this.#descriptor = reopened
    } catch (error) {
      // Better a log in the wrong place than none.
      this.#onState({ kind: 'not-reopened', reason: (error as Error).message })
    }
  }

  #closeDescriptor(): void {
    if (this.#descriptor.owned) closeSync(this.#descriptor.fd)
  }
}
