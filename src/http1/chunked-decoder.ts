import type { RawFields } from '../http/fields.ts'
import type { BodyEvents, BodyLimits } from './body-decoder.ts'
import { CR, LF } from './characters.ts'
import { ChunkLine } from './chunk-line.ts'
import { type RefusalReason, refusedBodyMessage } from './refused.ts'
import { SmallPieces } from './small-pieces.ts'
import { framesMessage, TrailerReader } from './trailers.ts'

/** What the next byte belongs to. */
const LINE = 0
const DATA = 1
const DATA_END = 2
const DATA_END_FEED = 3
const TRAILERS = 4

/** Undoes the chunked coding (RFC 9112 §7.1), exactly: CRLF alone ends a line, and data end where their size says. */
export class ChunkedDecoder {
  readonly #line: ChunkLine
  readonly #limits: BodyLimits
  readonly #pieces = new SmallPieces()
  #trailers: TrailerReader | undefined
  #state = LINE
  #remaining = 0
  #done = false

  constructor(limits: BodyLimits) {
    this.#limits = limits
    this.#line = new ChunkLine(limits.extensionBytesMax)
  }

  get done(): boolean {
    return this.#done
  }

  decode(chunk: Buffer, start: number, sink: BodyEvents): number {
    let at = start
    while (at < chunk.length && !this.#done) {
      switch (this.#state) {
        case LINE:
          at = this.#readLine(chunk, at, sink)
          break
        case DATA:
          at = this.#readData(chunk, at, sink)
          break
        case TRAILERS:
          at = this.#readTrailers(chunk, at, sink)
          break
        default:
          at = this.#readDataEnd(chunk, at, sink)
      }
    }
    this.#pieces.flush(sink)
    return at
  }

  finish(sink: BodyEvents): void {
    if (!this.#done) this.#refuse('cut', sink)
  }

  #readLine(chunk: Buffer, at: number, sink: BodyEvents): number {
    const line = this.#line
    const next = line.scan(chunk, at, chunk.length)
    if (line.problem !== undefined) {
      this.#refuse(line.problem, sink)
    } else if (line.complete) {
      this.#remaining = line.size
      this.#state = line.size === 0 ? TRAILERS : DATA
      line.reset()
    }
    return next
  }

  #readData(chunk: Buffer, at: number, sink: BodyEvents): number {
    const end = Math.min(chunk.length, at + this.#remaining)
    this.#remaining -= end - at
    if (this.#remaining === 0) this.#state = DATA_END
    this.#pieces.add(chunk, at, end, sink)
    return end
  }

  #readDataEnd(chunk: Buffer, at: number, sink: BodyEvents): number {
    const isFeed = this.#state === DATA_END_FEED
    if (chunk[at] !== (isFeed ? LF : CR)) {
      this.#refuse('bad-chunk-end', sink)
      return at
    }
    this.#state = isFeed ? LINE : DATA_END_FEED
    return at + 1
  }

  #readTrailers(chunk: Buffer, at: number, sink: BodyEvents): number {
    this.#trailers ??= new TrailerReader(this.#limits)
    const result = this.#trailers.read(chunk, at)
    switch (result.kind) {
      case 'incomplete':
        return chunk.length
      case 'refused':
        this.#refuse(trailerReason(result.reason), sink)
        return at
      case 'head':
        if (framesMessage(result.head)) this.#refuse('framing-in-trailer', sink)
        else this.#end(result.head, sink)
        return result.end
    }
  }

  #end(trailers: RawFields, sink: BodyEvents): void {
    this.#pieces.flush(sink)
    this.#done = true
    sink.end(trailers)
  }

  #refuse(reason: RefusalReason, sink: BodyEvents): void {
    this.#pieces.flush(sink)
    this.#done = true
    sink.refused(reason, refusedBodyMessage(reason))
  }
}

function trailerReason(reason: RefusalReason): RefusalReason {
  if (reason === 'head-too-large') return 'trailer-too-large'
  return reason === 'too-many-fields' ? 'too-many-trailers' : reason
}
