import type { RawFields } from '../http/fields.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'
import type { Framing } from './framing.ts'
import { refusedBodyMessage } from './refused.ts'

/** What is told of a body: data, and then exactly one of `end` and `refused`. */
export interface BodyEvents {
  /** Never empty. A slice of the chunk given, mostly: not to be written to. */
  data(bytes: Buffer): void
  /** The message is complete; for a body until close: as far as anyone can know. */
  end(trailers: RawFields): void
  /** The body is malformed, or cut. What was delivered before is no complete body; the connection is to be closed. */
  refused(reason: string, message: string): void
}

export interface BodyLimits {
  readonly trailerBytesMax: number
  readonly trailerFieldsMax: number
  /** For all chunk extensions of a message together. */
  readonly extensionBytesMax: number
}

/**
 * Reads one message body from a connection. `decode` is to be called right after the head with what is left of its chunk, even
 * when that is nothing: an empty body ends there.
 */
export class BodyDecoder {
  readonly #kind: Framing['kind']
  readonly #chunked: ChunkedDecoder | undefined
  #remaining: number
  #ended = false

  constructor(framing: Framing, limits: BodyLimits) {
    this.#kind = framing.kind
    this.#remaining = framing.kind === 'length' ? framing.length : 0
    this.#chunked = framing.kind === 'chunked' ? new ChunkedDecoder(limits) : undefined
  }

  /** `end` or `refused` was delivered. */
  get done(): boolean {
    return this.#chunked?.done ?? this.#ended
  }

  /** Takes bytes of `chunk` from index `start`. @returns the index of the first byte that is not the body's */
  decode(chunk: Buffer, start: number, sink: BodyEvents): number {
    if (this.#chunked !== undefined) return this.#chunked.decode(chunk, start, sink)
    if (this.#ended) return start
    const isUntilClose = this.#kind === 'until-close'
    const end = isUntilClose ? chunk.length : Math.min(chunk.length, start + this.#remaining)
    if (end > start) {
      if (!isUntilClose) this.#remaining -= end - start
      sink.data(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end))
    }
    if (!isUntilClose && this.#remaining === 0) this.#end(sink)
    return end
  }

  /** The peer ended the connection orderly: the end of a body until close, a cut in every other. */
  finish(sink: BodyEvents): void {
    if (this.#chunked !== undefined) {
      this.#chunked.finish(sink)
    } else if (!this.#ended && (this.#kind === 'until-close' || this.#remaining === 0)) {
      this.#end(sink)
    } else if (!this.#ended) {
      this.#ended = true
      sink.refused('cut', refusedBodyMessage('cut'))
    }
  }

  #end(sink: BodyEvents): void {
    this.#ended = true
    sink.end([])
  }
}
