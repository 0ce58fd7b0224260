import { KNOWN_FIELD_NAMES } from '../../http1/known-words.ts'
import { NameIndex } from '../../http1/name-index.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import { goesOnFromAnybody } from '../../request/received-fields.ts'
import { FIELD, type RequestFields } from './request-fields.ts'

/** What browsers send, of what goes on: nothing has to be found out about these. */
const GOES_ON = new NameIndex(KNOWN_FIELD_NAMES.filter(goesOnFromAnybody))

/**
 * Whether all lines of a request go on as they came, and would be written here in the same way, but for `Host` and a `Connection` that
 * says `keep-alive` and nothing else.
 */
export function goesOnAsItCame(request: ScannedRequest, fields: RequestFields): boolean {
  const { bytes, lines } = request
  if (!lines.isCanonical) return false
  const ending = endingPlaces(fields)
  for (let i = 0; i < lines.count; i++) {
    if (ending.includes(i) || GOES_ON.find(bytes, lines.nameBegin(i), lines.nameEnd(i)) >= 0) continue
    const name = bytes.toString('latin1', lines.nameBegin(i), lines.nameEnd(i))
    if (!goesOnFromAnybody(name.toLowerCase())) return false
  }
  return true
}

/** Where the lines stand that end here: `Host` and `Connection`, as far as they are there. */
export function endingPlaces(fields: RequestFields): readonly number[] {
  const host = fields.place(FIELD.host)
  if (!fields.has(FIELD.connection)) return [host]
  const connection = fields.place(FIELD.connection)
  return host < connection ? [host, connection] : [connection, host]
}
