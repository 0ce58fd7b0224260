import { COLON, CR, FIELD_VALUE, LF, SP, skip, TAB, TOKEN } from './characters.ts'
import type { KnownSection } from './known-section.ts'
import { KNOWN_NAMES } from './known-words.ts'
import type { RefusalReason } from './refused.ts'
import { RepeatedValues } from './repeated-values.ts'

/** Where in a field line the next byte stands. */
const LINE_START = 0
const NAME = 1
const BEFORE_VALUE = 2
const VALUE = 3
const LINE_FEED = 4
const LAST_LINE_FEED = 5

/** Numbers remembered for one field: begin and end of the name, begin and end of the value. */
export const MARKS_PER_FIELD = 4

/** Room for this many fields to begin with: browsers send about fifteen. */
const FIELDS_EXPECTED = 32

/**
 * The lines of one field section with the empty line that ends it (RFC 9112 §5), read in as many steps as it arrives in.
 *
 * No byte is looked at more than twice: a step goes on at the byte where the last one stopped. Only positions are
 * remembered on the way, so that what is refused costs no strings. Positions count from the section's first byte, which the
 * caller keeps at the same index of the buffer it gives.
 */
export class FieldLines {
  readonly #fieldsMax: number
  #ownMarks = new Int32Array(FIELDS_EXPECTED * MARKS_PER_FIELD)
  /** Those of a known section count from `#base` on. */
  #marks = this.#ownMarks
  #base = 0
  #marked = 0
  #state = LINE_START
  #begin = 0
  #complete = false
  #isCanonical = true
  #problem: RefusalReason | undefined
  #known: KnownSection | undefined
  readonly #values = new RepeatedValues()

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
    return this.#base + this.#marks[index << 2]!
  }

  nameEnd(index: number): number {
    return this.#base + this.#marks[(index << 2) + 1]!
  }

  valueBegin(index: number): number {
    return this.#base + this.#marks[(index << 2) + 2]!
  }

  valueEnd(index: number): number {
    return this.#base + this.#marks[(index << 2) + 3]!
  }

  /** Why nothing more is read. */
  get problem(): RefusalReason | undefined {
    return this.#problem
  }

  /** The section that these lines are, byte for byte; undefined where they were read line by line. */
  get known(): KnownSection | undefined {
    return this.#known
  }

  reset(): void {
    this.#marked = 0
    this.#state = LINE_START
    this.#complete = false
    this.#isCanonical = true
    this.#problem = undefined
    this.#known = undefined
    this.#marks = this.#ownMarks
    this.#base = 0
  }

  /** Where all fields stand, four numbers for each as above, counted from the byte at `begin`. @param to with room for them */
  copyMarks(to: Int32Array, begin: number): void {
    const marks = this.#marks
    const shift = this.#base - begin
    for (let i = 0; i < this.#marked; i++) to[i] = marks[i]! + shift
  }

  /** Takes all lines from a section that is known, instead of reading them. @returns false when its bytes do not stand there */
  takeKnown(section: KnownSection, bytes: Buffer, from: number, to: number): boolean {
    if (section.count > this.#fieldsMax || !section.isAt(bytes, from, to)) return false
    this.#marks = section.marks
    this.#base = from
    this.#marked = section.count * MARKS_PER_FIELD
    this.#isCanonical = section.isCanonical
    this.#complete = true
    this.#known = section
    return true
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
    const base = this.#base
    const fields: string[] = []
    for (let i = 0; i < this.#marked; i += MARKS_PER_FIELD) {
      const nameBegin = base + marks[i]!
      const nameEnd = base + marks[i + 1]!
      const valueBegin = base + marks[i + 2]!
      const valueEnd = base + marks[i + 3]!
      const name = KNOWN_NAMES.find(bytes, nameBegin, nameEnd)
      if (text === undefined) {
        const value = this.#values.at(i / MARKS_PER_FIELD, bytes, valueBegin, valueEnd)
        fields.push(name ?? bytes.toString('latin1', nameBegin, nameEnd), value)
      } else {
        fields.push(name ?? text.substring(nameBegin, nameEnd), text.substring(valueBegin, valueEnd))
      }
    }
    return fields
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
      this.#ownMarks = larger
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
