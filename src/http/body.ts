import type { ProxyError } from '../errors.ts'
import type { RawFields } from './fields.ts'

/**
 * A message body that arrives in pieces: pushed, one reader, with back-pressure.
 *
 * The contract, for every source:
 * - nothing is delivered before `start`; `start` is called at most once and may deliver synchronously;
 * - after `write` returned false nothing is delivered until `resume`;
 * - exactly one of `end` and `fail` follows, after all chunks, and nothing after it;
 * - after `cancel` the sink hears nothing more;
 * - a chunk given to a sink is never written to again, so it may be kept without a copy.
 *
 * Node's streams do the same at several times the cost per message, and show a cut as an end in places.
 */
export interface BodySource {
  /** Whole length in bytes where the framing announces it. */
  readonly length: number | undefined
  start(sink: BodySink): void
  resume(): void
  /** The reader does not want the rest. Allowed before `start`, and after the end (then it does nothing). */
  cancel(reason: ProxyError): void
}

export interface BodySink {
  /** @returns false to receive nothing more until `resume` */
  write(chunk: Buffer): boolean
  end(trailers: RawFields): void
  fail(error: ProxyError): void
}

/** A body already whole in memory, as a source. */
export class BufferBody implements BodySource {
  readonly length: number
  readonly #bytes: Buffer
  #sink: BodySink | undefined
  #state: 'waiting' | 'held' | 'done' = 'waiting'

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.length = bytes.length
  }

  start(sink: BodySink): void {
    if (this.#state === 'done') return
    this.#sink = sink
    this.#state = 'held'
    if (this.#bytes.length === 0 || sink.write(this.#bytes)) this.resume()
  }

  resume(): void {
    if (this.#state !== 'held') return
    this.#state = 'done'
    this.#sink?.end([])
  }

  cancel(): void {
    this.#state = 'done'
    this.#sink = undefined
  }
}

/**
 * Reads a whole body into one exact buffer.
 *
 * @returns the bytes, or undefined when they are more than `bytesMax` (the rest is then cancelled with `tooLarge`)
 * @throws the source's ProxyError when it fails
 */
export function readWhole(
  source: BodySource,
  bytesMax: number,
  tooLarge: () => ProxyError,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let over = false
    source.start({
      write(chunk) {
        size += chunk.length
        if (size > bytesMax) {
          over = true
          source.cancel(tooLarge())
          resolve(undefined)
          return false
        }
        chunks.push(chunk)
        return true
      },
      end: () => {
        if (!over) resolve(exactBuffer(chunks, size))
      },
      fail: reject,
    })
  })
}

/** Chunks copied into one buffer of its own memory: a slice of a shared slab, kept for long, would pin what no budget counts. */
export function exactBuffer(chunks: readonly Buffer[], size: number): Buffer {
  const whole = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const chunk of chunks) at += chunk.copy(whole, at)
  return whole
}
