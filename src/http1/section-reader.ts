import { FieldLines } from './field-lines.ts'
import type { KnownSection } from './known-section.ts'
import { type RefusalReason, type Refused, refused, type Side } from './refused.ts'

export interface SectionLimits {
  readonly bytesMax: number
  readonly fieldsMax: number
}

/** What stands before the field lines: a request line, a status line, or nothing (trailers). */
export interface StartLine {
  readonly complete: boolean
  readonly problem: RefusalReason | undefined
  /** Reads bytes from `from` to `to`. @returns the index of the next byte to read */
  scan(bytes: Buffer, from: number, to: number): number
  /** What it means that the section reached its limit before this line ended. */
  tooLarge(): RefusalReason
  reset(): void
}

export type SectionResult<Section> = { readonly kind: 'incomplete' } | Found<Section> | Refused

/** Valid until the next `read`. */
interface Found<Section> {
  readonly kind: 'head'
  head: Section
  /** The index after the section in the chunk given last. */
  end: number
}

const INCOMPLETE = { kind: 'incomplete' } as const

/**
 * Reads a start line and a field section from chunks that may end anywhere.
 *
 * The result depends on the bytes alone, never on how they were split. Each byte is looked at once, and copied
 * (amortised) at most twice, so a head dripped byte by byte costs no more than linear time. Afterwards the reader
 * is ready for the next message on the connection.
 */
export abstract class SectionReader<Section> {
  readonly #side: Side
  readonly #bytesMax: number
  readonly #startLine: StartLine
  readonly #lines: FieldLines
  /** Begin of the message, when it did not come in one piece. */
  #kept: Buffer = NOTHING
  #keptLength = 0
  /** How much of `#kept` came in calls before the last one. */
  #pendingLength = 0
  /** The next byte to look at, counted from the first of the message. */
  #position = 0
  #finished = false
  /** The same object each time. */
  #found: Found<Section> | undefined

  constructor(side: Side, startLine: StartLine, limits: SectionLimits) {
    this.#side = side
    this.#startLine = startLine
    this.#bytesMax = limits.bytesMax
    this.#lines = new FieldLines(limits.fieldsMax)
  }

  /** Makes the value of a complete section; `bytes` begins with the message. */
  protected abstract build(bytes: Buffer, end: number, lines: FieldLines): Section

  /**
   * Reads on with `chunk` from index `start` to `end`. After a refusal the connection is to be given up.
   *
   * @param known a field section that the message is likely to have
   */
  read(chunk: Buffer, start: number, end = chunk.length, known?: KnownSection): SectionResult<Section> {
    if (this.#finished) this.reset()
    const keptBefore = this.#keptLength
    this.#pendingLength = keptBefore
    const bytes = this.#messageBytes(chunk, start, end)
    const to = Math.min(keptBefore === 0 ? end - start : this.#keptLength, this.#bytesMax)
    this.#scan(bytes, to, known)

    const problem = this.#startLine.problem ?? this.#lines.problem
    if (problem !== undefined) return this.#refuse(problem)
    if (this.#lines.complete) {
      this.#finished = true
      return this.#find(this.build(bytes, this.#position, this.#lines), this.#position - keptBefore + start)
    }
    // No byte beyond the limit could help: the section did not end within it.
    if (to === this.#bytesMax) return this.#refuse(this.#tooLarge())
    if (keptBefore === 0) this.#keep(chunk, start, end)
    this.#pendingLength = this.#keptLength
    return INCOMPLETE
  }

  /**
   * The bytes of the message that the reader holds: after `incomplete` all that were given, after `head` or
   * `refused` those given before the last chunk. So these and the last chunk's rest are the whole message, for
   * who wants to hand the connection to another parser. Valid until the next `read`.
   */
  pendingBytes(): Buffer {
    return this.#kept.subarray(0, this.#pendingLength)
  }

  /**
   * Forgets the message. `read` does so by itself when the next one begins; a connection that may stay idle for long after
   * a head should not hold its bytes meanwhile.
   */
  reset(): void {
    this.#startLine.reset()
    this.#lines.reset()
    this.#kept = NOTHING
    this.#keptLength = 0
    this.#pendingLength = 0
    this.#position = 0
    this.#finished = false
  }

  #scan(bytes: Buffer, to: number, known: KnownSection | undefined): void {
    if (!this.#startLine.complete) {
      const begin = this.#startLine.scan(bytes, this.#position, to)
      this.#position = begin
      if (!this.#startLine.complete) return
      if (known !== undefined && this.#lines.takeKnown(known, bytes, begin, to)) {
        this.#position = begin + known.length
        return
      }
    }
    this.#position = this.#lines.scan(bytes, this.#position, to)
  }

  /** What came of the message so far, its first byte at index 0. The usual case, all in one chunk, is not copied. */
  #messageBytes(chunk: Buffer, start: number, end: number): Buffer {
    if (this.#keptLength === 0) return start === 0 ? chunk : chunk.subarray(start)
    this.#keep(chunk, start, end)
    return this.#kept.subarray(0, this.#keptLength)
  }

  /** Copies what may still belong to the section; room doubles, so that small chunks cost no more than large ones. */
  #keep(chunk: Buffer, start: number, end: number): void {
    const length = Math.min(this.#keptLength + end - start, this.#bytesMax)
    if (length > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(length, this.#kept.length * 2, 1024), this.#bytesMax))
      this.#kept.copy(larger, 0, 0, this.#keptLength)
      this.#kept = larger
    }
    chunk.copy(this.#kept, this.#keptLength, start, start + length - this.#keptLength)
    this.#keptLength = length
  }

  #find(head: Section, end: number): Found<Section> {
    const found = this.#found
    if (found === undefined) {
      this.#found = { kind: 'head', head, end }
      return this.#found
    }
    found.head = head
    found.end = end
    return found
  }

  #tooLarge(): RefusalReason {
    return this.#startLine.complete ? 'head-too-large' : this.#startLine.tooLarge()
  }

  #refuse(problem: RefusalReason): Refused {
    this.#finished = true
    return refused(this.#side, problem)
  }
}

const NOTHING = Buffer.alloc(0)
