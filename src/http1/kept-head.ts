import type { RawFields } from '../http/fields.ts'
import { type KeptLines, keptLines } from './kept-lines.ts'
import { bytesOfTheirOwn, type MessageBytes } from './outbox.ts'
import { RequestHeadScanner, type ScannedRequest } from './request-scanner.ts'

/** What was accepted once is accepted again. */
const AGAIN = new RequestHeadScanner({ headBytesMax: 2 ** 30, fieldsMax: 2 ** 20, targetBytesMax: 2 ** 30 })

/** All fields of a head, and the lines of those of them that are left. */
export interface ReadHead {
  readonly fields: RawFields
  linesOf(kept: RawFields): KeptLines | undefined
}

/** What is written around the lines of a section that goes on. */
export interface AroundLines {
  /** Lines in front of its own, each with the line end before it. */
  readonly first: Buffer
  /** Lines behind them, and the end of the head. */
  readonly last: Buffer
}

const METHOD = Buffer.from('GET ')
const VERSION = Buffer.from(' HTTP/1.1')
const LINE_END = 2
const NOTHING = Buffer.alloc(0)
const NOTHING_AROUND: AroundLines = { first: NOTHING, last: NOTHING }

/** A field section that was read, kept as its bytes to go on as it came, but for some of its lines. */
export class KeptSection {
  /** With the line end of the request line in front. */
  readonly #bytes: Buffer
  /** Begin and end of each piece that goes on. */
  readonly #pieces: readonly number[]
  readonly #isForMany: boolean
  #around: AroundLines | undefined
  #tail = NOTHING

  /**
   * @param request with at least one field line, and all of them canonical (`FieldLines.isCanonical`)
   * @param ending places of the lines that do not go on, in their order
   * @param isForMany it is kept for all requests that have it, not for one
   */
  constructor({ bytes, end, lines }: ScannedRequest, ending: readonly number[], isForMany: boolean) {
    const begin = lines.nameBegin(0) - LINE_END
    const pieces = [0]
    for (const place of ending) pieces.push(lines.nameBegin(place) - LINE_END - begin, lines.valueEnd(place) - begin)
    pieces.push(lines.valueEnd(lines.count - 1) - begin)
    this.#bytes = isForMany ? Buffer.allocUnsafeSlow(end - begin) : Buffer.allocUnsafe(end - begin)
    this.#pieces = pieces
    this.#isForMany = isForMany
    bytes.copy(this.#bytes, 0, begin, end)
  }

  /** As it was received, with the line end before it. */
  get received(): Buffer {
    return this.#bytes
  }

  bytesMax({ first, last }: AroundLines): number {
    return VERSION.length + first.length + this.#bytes.length + last.length
  }

  /** Writes all that stands behind the target in a head that goes on. @returns the index behind it */
  write(to: Buffer, at: number, around: AroundLines): number {
    if (!this.#isForMany) return this.#writePieces(to, at, around)
    if (this.#around !== around) this.#join(around)
    to.set(this.#tail, at)
    return at + this.#tail.length
  }

  /** Once for those who say the same around it. */
  #join(around: AroundLines): void {
    const tail = Buffer.allocUnsafeSlow(this.bytesMax(around))
    this.#tail = tail.subarray(0, this.#writePieces(tail, 0, around))
    this.#around = around
  }

  #writePieces(to: Buffer, begin: number, { first, last }: AroundLines): number {
    const pieces = this.#pieces
    to.set(VERSION, begin)
    let at = begin + VERSION.length
    to.set(first, at)
    at += first.length
    for (let i = 0; i < pieces.length; i += 2) {
      if (pieces[i]! < pieces[i + 1]!) at += this.#bytes.copy(to, at, pieces[i]!, pieces[i + 1]!)
    }
    to.set(last, at)
    return at + last.length
  }
}

/** The head of a GET request that was read, without strings of its fields; and as it goes on, once it is said with what. */
export class KeptHead implements MessageBytes {
  readonly #section: KeptSection
  readonly #target: string
  #around = NOTHING_AROUND
  #read: ReadHead | undefined

  constructor(section: KeptSection, target: string) {
    this.#section = section
    this.#target = target
  }

  /** As it was received; the same object each time. */
  read(): ReadHead {
    this.#read ??= readAgain(bytesOfTheirOwn(`GET ${this.#target} HTTP/1.1`), this.#section.received)
    return this.#read
  }

  /** It goes on with these. */
  with(around: AroundLines): MessageBytes {
    this.#around = around
    return this
  }

  get bytesMax(): number {
    return METHOD.length + this.#target.length + this.#section.bytesMax(this.#around)
  }

  write(to: Buffer): number {
    to.set(METHOD)
    const at = METHOD.length + to.write(this.#target, METHOD.length, 'latin1')
    return this.#section.write(to, at, this.#around)
  }
}

function readAgain(line: Buffer, section: Buffer): ReadHead {
  const bytes = Buffer.concat([line, section])
  const result = AGAIN.read(bytes, 0)
  if (result.kind !== 'head') throw new Error('Cannot read a request head again that was accepted before')
  const { head: request } = result
  const text = request.text()
  const { fields } = request.head(text)
  return { fields, linesOf: (kept) => linesIn(bytes, text, fields, kept) }
}

/** Its places are those of the head read last, which may be another by now. */
function linesIn(bytes: Buffer, text: string, fields: RawFields, kept: RawFields): KeptLines | undefined {
  const result = AGAIN.read(bytes, 0)
  return result.kind === 'head' ? keptLines(result.head, text, fields, kept) : undefined
}
