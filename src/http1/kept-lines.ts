import type { RawFields } from '../http/fields.ts'
import { COLON, CR, SP } from './characters.ts'
import type { FieldLines } from './field-lines.ts'

/** Fields of a head that was read, and the same as it was written: each line with the line end before it. */
export interface KeptLines {
  /** Whoever changes fields makes another array, which these lines then do not stand for. */
  readonly fields: RawFields
  readonly text: string
}

/**
 * The lines of those fields that are left of what a reader has accepted, cut out of the text of the head: no byte of them has to be
 * judged once more, and lines that stand together are one piece.
 *
 * @param text of the whole head, one character a byte
 * @param received its fields, all of them
 * @param kept some of these, in their order
 * @returns undefined where a line is not written as it would be here
 */
export function keptLines(
  text: string,
  lines: FieldLines,
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
      if (!isPlain(text, lines, i)) return undefined
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

/** `Name: value`, with one space, and none behind. */
function isPlain(text: string, lines: FieldLines, place: number): boolean {
  const nameEnd = lines.nameEnd(place)
  const valueEnd = lines.valueEnd(place)
  return (
    lines.valueBegin(place) === nameEnd + 2 &&
    text.charCodeAt(nameEnd) === COLON &&
    text.charCodeAt(nameEnd + 1) === SP &&
    text.charCodeAt(valueEnd) === CR
  )
}
