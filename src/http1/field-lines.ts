import { COLON, CR, FIELD_VALUE, LF, SP, skip, spells, TAB, TOKEN } from './characters.ts'
import { KNOWN_NAMES } from './known-words.ts'
import type { RefusalReason } from './refused.ts'

/** Where in a field line the next byte stands. */
const LINE_START = 0
const NAME = 1
const BEFORE_VALUE = 2
const VALUE = 3
const LINE_FEED = 4
const LAST_LINE_FEED = 5

/** Numbers remembered for one field: begin and end of the name, begin and end of the value. */
const MARKS_PER_FIELD = 4

/** Room for this many fields to begin with: browsers send about fifteen. */
const FIELDS_EXPECTED = 32

/** Longer values are hardly said twice, and would be kept by every connection. */
const COMPARED_LENGTH_MAX = 128

/**
 * The lines of one field section with the empty line that ends it (RFC 9112 §5), read in as many steps as it arrives in.
 *
 * No byte is looked at more than twice: a step goes on at the byte where the last one stopped. Only positions are
 * remembered on the way, so that what is refused costs no strings. Positions count from the section's first byte, which the
 * caller keeps at the same index of the buffer it gives.
 */
export class FieldLines {
  readonly #fieldsMax: number
  #marks = new Int32Array(FIELDS_EXPECTED * MARKS_PER_FIELD)
  #marked = 0
  #state = LINE_START
  #begin = 0
  #complete = false
  #isCanonical = true
  #problem: RefusalReason | undefined
  /** Values of the sections before, each at its place. */
  readonly #before: string[] = []
  readonly #lengthsBefore = new Uint8Array(FIELDS_EXPECTED)

  constructor(fieldsMax: number) {
    this.#fieldsMax = fieldsMax
  }

  /** The empty line was read. */
  get complete(): boolean {
    return this.#complete
  }

  /**
   * Whether all lines read so far are written as they would be here: `Name: value`, with one space, and none behind. Of lines that did not come in
   * one piece it is not said.
   */
  get isCanonical(): boolean {
    return this.#isCanonical
  }

  /** Fields read so far. */
  get count(): number {
    return this.#marked >> 2
  }

  /** Where a field stands: begin and end of its name, begin and end of its value without white space around it. */
  nameBegin(index: number): number {
    return this.#marks[index << 2]!
  }

  nameEnd(index: number): number {
    return this.#marks[(index << 2) + 1]!
  }

  valueBegin(index: number): number {
    return this.#marks[(index << 2) + 2]!
  }

  valueEnd(index: number): number {
    return this.#marks[(index << 2) + 3]!
  }

  /** Why nothing more is read. */
  get problem(): RefusalReason | undefined {
    return this.#problem
  }

  reset(): void {
    this.#marked = 0
    this.#state = LINE_START
    this.#complete = false
    this.#isCanonical = true
    this.#problem = undefined
  }

  /** Reads bytes from `from` to `to`. @returns the index of the next byte to read */
  scan(bytes: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && !this.#complete && this.#problem === undefined) {
      switch (this.#state) {
        case LINE_START:
          at = this.#wholeLines(bytes, at, to)
          if (at < to) at = this.#lineStart(bytes, at)
          break
        case NAME:
          at = this.#name(bytes, at, to)
          break
        case BEFORE_VALUE:
          at = this.#beforeValue(bytes, at, to)
          break
        case VALUE:
          at = this.#value(bytes, at, to)
          break
        default:
          at = this.#lineFeed(bytes, at)
      }
    }
    return at
  }

  /**
   * The fields read so far, each value without white space around it.
   *
   * @param text the bytes as one latin1 string to take slices of: cheap, but each slice keeps all of the text alive.
   *   Without it every unknown name and every value is a string of its own, or that of a section before.
   */
  fields(bytes: Buffer, text?: string): string[] {
    const marks = this.#marks
    const fields: string[] = []
    for (let i = 0; i < this.#marked; i += MARKS_PER_FIELD) {
      const nameBegin = marks[i]!
      const nameEnd = marks[i + 1]!
      const valueBegin = marks[i + 2]!
      const valueEnd = marks[i + 3]!
      const name = KNOWN_NAMES.find(bytes, nameBegin, nameEnd)
      if (text === undefined) {
        const place = i / MARKS_PER_FIELD
        fields.push(
          name ?? bytes.toString('latin1', nameBegin, nameEnd),
          this.#ownValue(place, bytes, valueBegin, valueEnd),
        )
      } else {
        fields.push(name ?? text.substring(nameBegin, nameEnd), text.substring(valueBegin, valueEnd))
      }
    }
    return fields
  }

  /** An origin says much the same with every response: comparing costs less than another string, and less memory where they are kept. */
  #ownValue(place: number, bytes: Buffer, begin: number, end: number): string {
    const before = this.#before[place]
    const length = end - begin
    if (before !== undefined && this.#lengthsBefore[place] === length && spells(before, length, bytes, begin)) {
      return before
    }
    const value = bytes.toString('latin1', begin, end)
    if (place <= this.#before.length && place < FIELDS_EXPECTED && length <= COMPARED_LENGTH_MAX) {
      this.#before[place] = value
      this.#lengthsBefore[place] = length
    }
    return value
  }

  /**
   * Reads field lines that are there as a whole and right, without going from state to state: nearly all are. What is not
   * is left to the states, which know why; so a line cut by the end of a chunk is looked at once more, and only then.
   *
   * @returns the index of the first line that was not read
   */
  #wholeLines(bytes: Buffer, from: number, to: number): number {
    const marks = this.#marks
    const markedMax = Math.min(marks.length, this.#fieldsMax * MARKS_PER_FIELD)
    let marked = this.#marked
    let line = from
    let odd = 0
    while (marked < markedMax) {
      const nameEnd = skip(TOKEN, bytes, line, to)
      if (nameEnd === line || nameEnd === to || bytes[nameEnd] !== COLON) break
      let begin = nameEnd + 1
      while (begin < to && (bytes[begin] === SP || bytes[begin] === TAB)) begin++
      const end = skip(FIELD_VALUE, bytes, begin, to)
      if (end + 1 >= to || bytes[end] !== CR || bytes[end + 1] !== LF) break
      let trimmed = end
      while (trimmed > begin && (bytes[trimmed - 1] === SP || bytes[trimmed - 1] === TAB)) trimmed--
      // Nothing but two bytes, the colon and a space, between name and value, and nothing behind that.
      odd |= (begin - nameEnd - 2) | (bytes[nameEnd + 1]! ^ SP) | (end - trimmed)
      marks[marked] = line
      marks[marked + 1] = nameEnd
      marks[marked + 2] = begin
      marks[marked + 3] = trimmed
      marked += MARKS_PER_FIELD
      line = end + 2
    }
    this.#marked = marked
    if (odd !== 0) this.#isCanonical = false
    return line
  }

  #lineStart(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    if (byte === CR) {
      this.#state = LAST_LINE_FEED
      return at + 1
    }
    if (TOKEN[byte] !== 1) return this.#refuse(at, this.#badLineStart(byte))
    if (this.#marked === this.#fieldsMax * MARKS_PER_FIELD) return this.#refuse(at, 'too-many-fields')
    this.#begin = at
    this.#state = NAME
    return at + 1
  }

  #name(bytes: Buffer, at: number, to: number): number {
    const end = skip(TOKEN, bytes, at, to)
    if (end === to) return end
    if (bytes[end] !== COLON) return this.#refuse(end, badInName(bytes[end]!))
    this.#mark(this.#begin, end)
    this.#state = BEFORE_VALUE
    return end + 1
  }

  #beforeValue(bytes: Buffer, at: number, to: number): number {
    let begin = at
    while (begin < to && (bytes[begin] === SP || bytes[begin] === TAB)) begin++
    if (begin === to) return begin
    this.#begin = begin
    this.#state = VALUE
    return begin
  }

  #value(bytes: Buffer, at: number, to: number): number {
    const end = skip(FIELD_VALUE, bytes, at, to)
    if (end === to) return end
    if (bytes[end] !== CR) return this.#refuse(end, badInValue(bytes[end]!))
    let trimmed = end
    while (trimmed > this.#begin && (bytes[trimmed - 1] === SP || bytes[trimmed - 1] === TAB)) trimmed--
    this.#mark(this.#begin, trimmed)
    this.#state = LINE_FEED
    return end + 1
  }

  #lineFeed(bytes: Buffer, at: number): number {
    if (bytes[at] !== LF) return this.#refuse(at, 'bare-cr')
    this.#complete = this.#state === LAST_LINE_FEED
    this.#state = LINE_START
    return at + 1
  }

  #badLineStart(byte: number): RefusalReason {
    if (byte === COLON) return 'empty-name'
    if (byte === SP || byte === TAB) return this.#marked === 0 ? 'space-before-first-field' : 'folded-value'
    return badInName(byte)
  }

  #mark(begin: number, end: number): void {
    this.#isCanonical = false
    if (this.#marked === this.#marks.length) {
      const larger = new Int32Array(this.#marks.length * 2)
      larger.set(this.#marks)
      this.#marks = larger
    }
    this.#marks[this.#marked++] = begin
    this.#marks[this.#marked++] = end
  }

  #refuse(at: number, problem: RefusalReason): number {
    this.#problem = problem
    return at
  }
}

function badInName(byte: number): RefusalReason {
  if (byte === SP || byte === TAB) return 'space-before-colon'
  if (byte === CR) return 'no-colon'
  return byte === LF ? 'bare-lf' : 'bad-name'
}

function badInValue(byte: number): RefusalReason {
  if (byte === LF) return 'bare-lf'
  return byte === 0 ? 'nul-in-value' : 'control-in-value'
}
