import { combinedValue, type RawFields } from '../http/fields.ts'
import { Remembered } from '../tables/remembered.ts'

const NO_OPTIONS: ReadonlySet<string> = new Set()

/** `keep-alive` and few others arrive with every message. */
const remembered = new Remembered(optionsIn, { textsMax: 128, lengthMax: 64 })

/**
 * The members of all `Connection` fields in lower case: options, and names of fields for this hop only (RFC 9110 §7.6.1).
 * The set may be shared.
 */
export function connectionOptions(fields: RawFields): ReadonlySet<string> {
  const value = combinedValue(fields, 'connection')
  return value === undefined ? NO_OPTIONS : remembered.of(value)
}

/**
 * Whether the sender keeps the connection for another message (RFC 9112 §9.3), as far as its head says: a body that
 * ends with the connection, or one not read to its end, forbids it all the same.
 */
export function connectionPersists(head: { readonly minorVersion: 0 | 1; readonly fields: RawFields }): boolean {
  const options = connectionOptions(head.fields)
  if (options.has('close')) return false
  return head.minorVersion === 1 || options.has('keep-alive')
}

function optionsIn(list: string): ReadonlySet<string> {
  const members = list.toLowerCase().split(',')
  return new Set(members.map((member) => member.trim()).filter((member) => member !== ''))
}
