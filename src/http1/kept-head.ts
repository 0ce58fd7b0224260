import type { RawFields } from '../http/fields.ts'
import { type KeptLines, keptLines } from './kept-lines.ts'
import type { MessageBytes } from './outbox.ts'
import { RequestHeadScanner, type ScannedRequest } from './request-scanner.ts'

/** What was accepted once is accepted again. */
const AGAIN = new RequestHeadScanner({ headBytesMax: 2 ** 30, fieldsMax: 2 ** 20, targetBytesMax: 2 ** 30 })

/** All fields of a head, and the lines of those of them that are left. */
export interface ReadHead {
  readonly fields: RawFields
  linesOf(kept: RawFields): KeptLines | undefined
}

const LINE_END = 2

/** A request head that was read, kept as its bytes to go on as it came, but for some of its lines. */
export class KeptHead {
  /** A copy of all of it, perhaps with empty lines in front. */
  readonly #bytes: Buffer
  readonly #begin: number
  readonly #linesBegin: number
  readonly #linesEnd: number
  /** Begin and end of the lines that do not go on, with the line end before each; none begins and ends at the end of the lines. */
  readonly #firstBegin: number
  readonly #firstEnd: number
  readonly #secondBegin: number
  readonly #secondEnd: number
  #read: ReadHead | undefined

  /**
   * @param request with at least one field line, and all of them canonical (`FieldLines.isCanonical`)
   * @param one place of a line that does not go on; -1 for none
   * @param other of another
   */
  constructor({ bytes, end, line, lines }: ScannedRequest, one: number, other: number) {
    const linesEnd = lines.valueEnd(lines.count - 1)
    const beginOf = (place: number): number => (place < 0 ? linesEnd : lines.nameBegin(place) - LINE_END)
    const endOf = (place: number): number => (place < 0 ? linesEnd : lines.valueEnd(place))
    const isInOrder = beginOf(one) <= beginOf(other)
    const [first, second] = isInOrder ? [one, other] : [other, one]
    this.#bytes = Buffer.allocUnsafe(end)
    bytes.copy(this.#bytes, 0, 0, end)
    this.#begin = line.methodBegin
    this.#linesBegin = lines.nameBegin(0) - LINE_END
    this.#linesEnd = linesEnd
    this.#firstBegin = beginOf(first)
    this.#firstEnd = endOf(first)
    this.#secondBegin = beginOf(second)
    this.#secondEnd = endOf(second)
  }

  /** As it was received; the same object each time. */
  read(): ReadHead {
    this.#read ??= readAgain(this.#bytes)
    return this.#read
  }

  /**
   * The head as it goes on.
   *
   * @param first lines in front of its own, each with the line end before it
   * @param last lines behind them, and the end of the head
   */
  with(first: Buffer, last: Buffer): MessageBytes {
    const bytesMax = this.#bytes.length + first.length + last.length
    return { bytesMax, write: (to) => this.#write(to, first, last) }
  }

  #write(to: Buffer, first: Buffer, last: Buffer): number {
    const bytes = this.#bytes
    let at = bytes.copy(to, 0, this.#begin, this.#linesBegin)
    to.set(first, at)
    at += first.length
    at += copied(bytes, this.#linesBegin, this.#firstBegin, to, at)
    at += copied(bytes, this.#firstEnd, this.#secondBegin, to, at)
    at += copied(bytes, this.#secondEnd, this.#linesEnd, to, at)
    to.set(last, at)
    return at + last.length
  }
}

function copied(bytes: Buffer, begin: number, end: number, to: Buffer, at: number): number {
  return begin === end ? 0 : bytes.copy(to, at, begin, end)
}

function readAgain(bytes: Buffer): ReadHead {
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
