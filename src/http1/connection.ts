import { combinedValue, type RawFields } from '../http/fields.ts'

const NO_OPTIONS: ReadonlySet<string> = new Set()

/** `keep-alive` and few others arrive with every message, so what they mean is remembered; long ones and floods are not. */
const remembered = new Map<string, ReadonlySet<string>>()
const REMEMBERED_MAX = 128
const REMEMBERED_LENGTH_MAX = 64

/**
 * The members of all `Connection` fields in lower case: options, and names of fields for this hop only (RFC 9110 §7.6.1).
 * The set may be shared.
 */
export function connectionOptions(fields: RawFields): ReadonlySet<string> {
  const value = combinedValue(fields, 'connection')
  if (value === undefined) return NO_OPTIONS
  const before = remembered.get(value)
  if (before !== undefined) return before
  const options = new Set(membersOf(value.toLowerCase()))
  if (value.length <= REMEMBERED_LENGTH_MAX) {
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    remembered.set(value, options)
  }
  return options
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

function membersOf(list: string): string[] {
  return list
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
}
