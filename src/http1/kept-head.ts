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

/** A field section that was read, kept as its bytes to go on as it came, but for some of its lines; for all requests that have it. */
export class KeptSection {
  /** With the line end of the request line in front. */
  readonly #bytes: Buffer
  /** What goes on of it: the pieces between the lines that do not. */
  readonly #pieces: readonly Buffer[]
  #around: AroundLines | undefined
  #tail: Buffer = VERSION

  /**
   * @param request with at least one field line, and all of them canonical (`FieldLines.isCanonical`)
   * @param ending places of the lines that do not go on, in their order
   */
  constructor({ bytes, end, lines }: ScannedRequest, ending: readonly number[]) {
    const begin = lines.nameBegin(0) - LINE_END
    this.#bytes = Buffer.allocUnsafeSlow(end - begin)
    bytes.copy(this.#bytes, 0, begin, end)
    const pieces: Buffer[] = []
    let at = 0
    for (const place of ending) {
      pieces.push(this.#bytes.subarray(at, lines.nameBegin(place) - LINE_END - begin))
      at = lines.valueEnd(place) - begin
    }
    pieces.push(this.#bytes.subarray(at, lines.valueEnd(lines.count - 1) - begin))
    this.#pieces = pieces
  }

  /** As it was received, with the line end before it. */
  get received(): Buffer {
    return this.#bytes
  }

  /** All that stands behind the target in a head that goes on. Made once for those who say the same around it. */
  tail(around: AroundLines): Buffer {
    if (this.#around !== around) {
      this.#around = around
      this.#tail = Buffer.concat([VERSION, around.first, ...this.#pieces, around.last])
    }
    return this.#tail
  }
}

/** The head of a GET request that was read, without strings of its fields. */
export class KeptHead {
  readonly #section: KeptSection
  readonly #target: string
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

  /** The head as it goes on. */
  with(around: AroundLines): MessageBytes {
    return new HeadBytes(this.#target, this.#section.tail(around))
  }
}

class HeadBytes implements MessageBytes {
  readonly #target: string
  readonly #tail: Buffer

  constructor(target: string, tail: Buffer) {
    this.#target = target
    this.#tail = tail
  }

  get bytesMax(): number {
    return METHOD.length + this.#target.length + this.#tail.length
  }

  write(to: Buffer): number {
    to.set(METHOD)
    const at = METHOD.length + to.write(this.#target, METHOD.length, 'latin1')
    to.set(this.#tail, at)
    return at + this.#tail.length
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
