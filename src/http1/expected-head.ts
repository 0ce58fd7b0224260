import type { NameSet } from '../http/name-set.ts'
import { FIELD_VALUE, isAt, SP, skip, TAB } from './characters.ts'
import type { ResponseHead } from './head.ts'
import { headPieces } from './head-pieces.ts'
import { writeResponseHead } from './writer.ts'

/** Heads may grow up to this, so that one with a digit more is still expected: no limit of a head is below it. */
const BYTES_MIN = 1024

/**
 * A response head that was read before, to be known again by its bytes: the same but for the values of some fields, in the one form
 * in which heads are written here. What it knows again the strict reader would accept, too, and find the same in it; so
 * nothing has to be found out twice.
 */
export class ExpectedHead {
  readonly like: ResponseHead
  /** The fields whose values may be others, as they were. */
  readonly free: readonly (readonly [name: string, value: string])[]
  /** What stands before, between and behind these values. */
  readonly #pieces: readonly Buffer[]
  readonly #bytesMax: number
  readonly #begins: Int32Array
  readonly #ends: Int32Array
  #end = 0

  /**
   * @param like of HTTP/1.1
   * @param free names of fields whose values may be others
   * @throws ProxyError INTERNAL for a head that cannot be written
   */
  constructor(like: ResponseHead, free: NameSet) {
    const { fields } = like
    const whole = writeResponseHead(like)
    const found: [string, string][] = []
    for (let i = 0; i < fields.length; i += 2) if (free.has(fields[i]!)) found.push([fields[i]!, fields[i + 1]!])
    this.like = like
    this.free = found
    this.#pieces = headPieces(whole.slice(0, whole.indexOf('\r\n')), fields, (index) => free.has(fields[index]!))
    this.#bytesMax = Math.max(whole.length, BYTES_MIN)
    this.#begins = new Int32Array(found.length)
    this.#ends = new Int32Array(found.length)
  }

  /** Whether the first `length` of `bytes` begin with such a head. If so, the following hold until it is asked again. */
  isBeginOf(bytes: Buffer, length: number): boolean {
    const pieces = this.#pieces
    const last = pieces.length - 1
    let at = 0
    for (let i = 0; i < last; i++) {
      const piece = pieces[i]!
      if (!isAt(piece, bytes, at, length)) return false
      const begin = at + piece.length
      const end = skip(FIELD_VALUE, bytes, begin, length)
      // An empty value, or white space around it, is another way to write it.
      if (end === begin || end === length || isBlank(bytes[begin]!) || isBlank(bytes[end - 1]!)) return false
      this.#begins[i] = begin
      this.#ends[i] = end
      at = end
    }
    this.#end = at + pieces[last]!.length
    return this.#end <= this.#bytesMax && isAt(pieces[last]!, bytes, at, length)
  }

  /** Where the value of one of the `free` begins in the bytes. */
  valueBegin(index: number): number {
    return this.#begins[index]!
  }

  valueEnd(index: number): number {
    return this.#ends[index]!
  }

  /** The index of the first byte behind the head. */
  get end(): number {
    return this.#end
  }
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === TAB
}
