import { FieldLines } from './field-lines.ts'
import { type HeadLimits, type RequestHead, requestHead } from './head.ts'
import { KNOWN_METHODS } from './known-words.ts'
import { RequestLine } from './request-line.ts'
import { SectionReader } from './section-reader.ts'

/**
 * A request head as it lies in its bytes: read and accepted like every other, but without a string made of it. Valid
 * until its scanner reads on.
 */
export class ScannedRequest {
  readonly line: RequestLine
  /** Begins with the message. */
  bytes: Buffer = NOTHING
  /** The index after the head in `bytes`. */
  end = 0
  // Values instead of getters: they are read several times for each request.
  lines = NO_LINES
  method = ''

  constructor(line: RequestLine) {
    this.line = line
  }

  /** For the scanner. */
  set(bytes: Buffer, end: number, lines: FieldLines): void {
    this.bytes = bytes
    this.end = end
    this.lines = lines
    const { methodBegin, methodEnd } = this.line
    this.method = KNOWN_METHODS.find(bytes, methodBegin, methodEnd) ?? this.#text(methodBegin, methodEnd)
  }

  get target(): string {
    return this.#text(this.line.targetBegin, this.line.targetEnd)
  }

  /** The value of one field, as a string of its own. */
  value(index: number): string {
    const lines = this.lines
    return this.#text(lines.valueBegin(index), lines.valueEnd(index))
  }

  /** Whether the value of a field is this text, in any case. `text`: lower case, of letters, digits and hyphens, as bytes. */
  valueIs(index: number, text: Uint8Array): boolean {
    const begin = this.lines.valueBegin(index)
    return this.lines.valueEnd(index) - begin === text.length && this.#spells(begin, text)
  }

  /** The first field from index `from` on with this name (as `text` of `valueIs`), or -1. */
  indexOf(name: Uint8Array, from = 0): number {
    const { lines } = this
    for (let i = from; i < lines.count; i++) {
      const begin = lines.nameBegin(i)
      if (lines.nameEnd(i) - begin === name.length && this.#spells(begin, name)) return i
    }
    return -1
  }

  /** All of it, one character a byte. */
  text(): string {
    return this.#text(0, this.end)
  }

  /** Strings of all of it, cut out of its `text`. */
  head(text: string): RequestHead {
    return requestHead(this, text)
  }

  #spells(begin: number, text: Uint8Array): boolean {
    // In tokens and values only an upper-case letter becomes a letter by this bit, and nothing else a digit or hyphen.
    for (let i = 0; i < text.length; i++) if ((this.bytes[begin + i]! | 0x20) !== text[i]) return false
    return true
  }

  #text(begin: number, end: number): string {
    return this.bytes.toString('latin1', begin, end)
  }
}

const NOTHING = Buffer.alloc(0)
const NO_LINES = new FieldLines(0)

/** Reads request heads as `RequestHeadReader` does, and leaves it to the caller which strings are made. */
export class RequestHeadScanner extends SectionReader<ScannedRequest> {
  readonly #request: ScannedRequest

  constructor(limits: HeadLimits) {
    const line = new RequestLine(limits.targetBytesMax)
    super('request', line, { bytesMax: limits.headBytesMax, fieldsMax: limits.fieldsMax })
    this.#request = new ScannedRequest(line)
  }

  protected override build(bytes: Buffer, end: number, lines: FieldLines): ScannedRequest {
    this.#request.set(bytes, end, lines)
    return this.#request
  }
}
