import type { RawFields } from '../http/fields.ts'
import { COLON, CR, SP } from './characters.ts'
import type { FieldLines } from './field-lines.ts'

/** Fields of a head that was read, and the same as it was written: each line with the line end before it. */
export interface KeptLines {
  /** Whoever changes fields makes another array, which these lines then do not stand for. */
  readonly fields: RawFields
  readonly text: string
}

/** A head as it lies in its bytes, the first of them at index 0. */
export interface ReadLines {
  readonly bytes: Buffer
  readonly lines: FieldLines
}

/**
 * The lines of those fields that are left of what a reader has accepted, cut out of the text of the head: no byte of them has to be
 * judged once more, and lines that stand together are one piece.
 *
 * @param text of all of the head, one character a byte
 * @param received its fields, all of them
 * @param kept some of these, in their order
 * @returns undefined where a line is not written as it would be here
 */
export function keptLines(
  { bytes, lines }: ReadLines,
  text: string,
  received: RawFields,
  kept: RawFields,
): KeptLines | undefined {
  let pieces = ''
  let next = 0
  for (let i = 0; next < kept.length && i < lines.count; i++) {
    if (!isKept(received, i, kept, next)) continue
    const begin = lines.nameBegin(i) - LINE_END
    let end = 0
    do {
      if (!isCanonicalLine(bytes, lines, i)) return undefined
      end = lines.valueEnd(i)
      next += 2
      i++
    } while (next < kept.length && i < lines.count && isKept(received, i, kept, next))
    pieces += text.substring(begin, end)
  }
  return next === kept.length ? { fields: kept, text: pieces } : undefined
}

const LINE_END = 2

function isKept(received: RawFields, place: number, kept: RawFields, next: number): boolean {
  return received[place * 2] === kept[next] && received[place * 2 + 1] === kept[next + 1]
}

/** Whether a line that was read is written as it would be here: `Name: value`, with one space, and none behind. */
function isCanonicalLine(bytes: Buffer, lines: FieldLines, place: number): boolean {
  const nameEnd = lines.nameEnd(place)
  return (
    lines.valueBegin(place) === nameEnd + 2 &&
    bytes[nameEnd] === COLON &&
    bytes[nameEnd + 1] === SP &&
    bytes[lines.valueEnd(place)] === CR
  )
}
