import type { RawFields } from '../http/fields.ts'
import { bytesOfTheirOwn } from './outbox.ts'
import { fieldLines } from './writer.ts'

/**
 * A head in wire form with gaps in the place of some values: what stands before the first gap, between two, and behind the last.
 *
 * @param startLine without its line end
 * @param isGap of the field that begins at this index of `fields`
 * @throws ProxyError INTERNAL for fields that cannot be written
 */
export function headPieces(startLine: string, fields: RawFields, isGap: (index: number) => boolean): Buffer[] {
  const pieces = [startLine]
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i]!, fields[i + 1]!]
    const line = fieldLines([name, value])
    const before = pieces.pop() ?? ''
    if (isGap(i)) pieces.push(before + line.slice(0, line.length - value.length), '')
    else pieces.push(before + line)
  }
  const last = pieces.pop() ?? ''
  return [...pieces, `${last}\r\n\r\n`].map(bytesOfTheirOwn)
}
