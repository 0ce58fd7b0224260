import type { Clock } from '../clock.ts'
import { clientGone, ProxyError } from '../errors.ts'
import { type BodySink, type BodySource, exactBuffer } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'

export interface SpoolOptions {
  /** The most that is collected for storing; a body that grows past it is streamed on, and no longer stored. */
  readonly storeBytesMax: number
  /** How far the fastest reader may be ahead of the slowest once the body is not stored any more. */
  readonly windowBytes: number
  /** How long a reader may hold up the others at a full window before it is cut off. */
  readonly laggardMs: number
  readonly clock: Clock
  /**
   * The whole body arrived and its framing proved it complete. Called before the readers hear the end.
   *
   * @param body may be a part of larger memory
   */
  onWhole(body: Buffer): void
  /** The source is done with: ended, failed, or cancelled because nobody wants it. Called exactly once, last. */
  onSettled(): void
}

/**
 * One upstream body, read by any number of clients while it arrives, and collected for storing beside them.
 *
 * While it may still be stored, everything is kept and the origin is read at its own speed: a slow client must not hold an
 * origin's connection. When it turns out larger than what may be stored, only a window is kept: what all readers have had
 * is let go, and the origin is paused when the fastest reader has nothing to do but wait for the slowest.
 */
export class Spool implements BodySink {
  readonly length: number | undefined
  readonly #source: BodySource
  readonly #options: SpoolOptions
  #readers: readonly SpoolReader[] = []
  #chunks: Buffer[] = []
  /** Number of chunks let go, so that readers may count chunks from the beginning. */
  #released = 0
  /** Bytes kept in `#chunks`. */
  #keptBytes = 0
  #totalBytes = 0
  #storing = true
  #paused = false
  #cancelLaggardTimer: (() => void) | undefined
  #state: 'open' | 'ended' | 'failed' = 'open'
  #trailers: RawFields = []
  #error: ProxyError | undefined

  constructor(source: BodySource, options: SpoolOptions) {
    this.#source = source
    this.#options = options
    this.length = source.length
  }

  /** Begins to read the origin; readers may be added before and after. */
  start(): void {
    this.#source.start(this)
  }

  /** Whether a new reader would still see the body from its first byte. */
  get whole(): boolean {
    return this.#released === 0 && this.#state !== 'failed'
  }

  reader(): BodySource {
    const reader = new SpoolReader(this)
    this.#readers = [...this.#readers, reader]
    return reader
  }

  /** Stops storing (the key was invalidated meanwhile); the readers go on. */
  stopStoring(): void {
    if (!this.#storing) return
    this.#storing = false
    this.#trim()
  }

  /** Gives `reader` what it has not had yet, until it wants no more. */
  pump(reader: SpoolReader): void {
    // A sink may call resume() from within write(): the loop that already runs goes on with it.
    if (reader.pumping) return
    reader.pumping = true
    while (reader.wants) {
      const chunk = this.#chunks[reader.position - this.#released]
      if (chunk === undefined) break
      reader.position++
      reader.give(chunk)
    }
    reader.pumping = false
    if (reader.wants && this.#state !== 'open') this.#finish(reader)
    this.#trim()
  }

  leave(reader: SpoolReader): void {
    if (this.#forget(reader)) this.#trim()
  }

  // From the source.

  write(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    this.#keptBytes += chunk.length
    this.#totalBytes += chunk.length
    if (this.#totalBytes > this.#options.storeBytesMax) this.#storing = false
    for (const reader of this.#readers) this.pump(reader)
    this.#trim()
    if (this.#state !== 'open') return false
    if (this.#storing || this.#keptBytes < this.#options.windowBytes) return true
    this.#paused = true
    this.#watchLaggards()
    return false
  }

  end(trailers: RawFields): void {
    this.#state = 'ended'
    this.#trailers = trailers
    if (this.#storing) this.#options.onWhole(wholeOf(this.#chunks, this.#keptBytes))
    this.#settle()
  }

  fail(error: ProxyError): void {
    this.#state = 'failed'
    this.#error = error
    this.#settle()
  }

  #settle(): void {
    this.#cancelLaggardTimer?.()
    this.#options.onSettled()
    for (const reader of this.#readers) this.pump(reader)
  }

  #forget(reader: SpoolReader): boolean {
    const before = this.#readers
    this.#readers = before.length === 1 && before[0] === reader ? NOBODY : before.filter((other) => other !== reader)
    return this.#readers.length < before.length
  }

  #finish(reader: SpoolReader): void {
    this.#forget(reader)
    if (this.#error !== undefined) reader.fail(this.#error)
    else reader.end(this.#trailers)
  }

  /** Lets go what every reader has had, and reads on when that made room. */
  #trim(): void {
    if (this.#storing || this.#state !== 'open') return
    if (this.#readers.length === 0) return this.#abandon()
    let slowest = this.#released + this.#chunks.length
    for (const reader of this.#readers) slowest = Math.min(slowest, reader.position)
    const count = slowest - this.#released
    if (count === 0) return
    for (const chunk of this.#chunks.splice(0, count)) this.#keptBytes -= chunk.length
    this.#released = slowest
    if (this.#paused && this.#keptBytes < this.#options.windowBytes) {
      this.#paused = false
      this.#cancelLaggardTimer?.()
      this.#source.resume()
    }
  }

  /** Nobody reads it and it will not be stored. */
  #abandon(): void {
    this.#state = 'failed'
    this.#chunks = []
    this.#source.cancel(clientGone('No client reads the response any more'))
    this.#settle()
  }

  /** A reader that still holds the window's first chunk after `laggardMs` is cut, so that the others can go on. */
  #watchLaggards(): void {
    if (this.#readers.length < 2) return
    const first = this.#released
    this.#cancelLaggardTimer?.()
    this.#cancelLaggardTimer = this.#options.clock.after(this.#options.laggardMs, () => {
      if (!this.#paused || this.#released !== first) return
      for (const reader of this.#readers) {
        if (reader.position !== first || this.#readers.length < 2) continue
        this.#forget(reader)
        reader.fail(
          new ProxyError(
            'CLIENT_TIMEOUT',
            `Cannot wait for a client that read nothing for ${this.#options.laggardMs} ms`,
            {
              source: 'client',
              status: 408,
            },
          ),
        )
      }
      this.#trim()
    })
  }
}

const NOBODY: readonly SpoolReader[] = []

function wholeOf(chunks: readonly Buffer[], bytes: number): Buffer {
  return chunks.length === 1 ? chunks[0]! : exactBuffer(chunks, bytes)
}

/** One client's view of a spool. */
class SpoolReader implements BodySource {
  readonly length: number | undefined
  /** Index of the next chunk, counted from the body's first. */
  position = 0
  readonly #spool: Spool
  #sink: BodySink | undefined
  #held = false
  /** The spool is giving it chunks right now. */
  pumping = false

  constructor(spool: Spool) {
    this.#spool = spool
    this.length = spool.length
  }

  get wants(): boolean {
    return this.#sink !== undefined && !this.#held
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#spool.pump(this)
  }

  resume(): void {
    this.#held = false
    this.#spool.pump(this)
  }

  cancel(): void {
    this.#sink = undefined
    this.#spool.leave(this)
  }

  give(chunk: Buffer): void {
    if (this.#sink?.write(chunk) === false) this.#held = true
  }

  end(trailers: RawFields): void {
    const sink = this.#sink
    this.#sink = undefined
    sink?.end(trailers)
  }

  fail(error: ProxyError): void {
    const sink = this.#sink
    this.#sink = undefined
    sink?.fail(error)
  }
}
