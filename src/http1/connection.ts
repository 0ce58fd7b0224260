import { listMembers, type RawFields } from '../http/fields.ts'

/** The members of all `Connection` fields in lower case: options, and names of fields for this hop only (RFC 9110 §7.6.1). */
export function connectionOptions(fields: RawFields): string[] {
  return listMembers(fields, 'connection').map((option) => option.toLowerCase())
}

/**
 * Whether the sender keeps the connection for another message (RFC 9112 §9.3), as far as its head says: a body that
 * ends with the connection, or one not read to its end, forbids it all the same.
 */
export function connectionPersists(head: { readonly minorVersion: 0 | 1; readonly fields: RawFields }): boolean {
  const options = connectionOptions(head.fields)
  if (options.includes('close')) return false
  return head.minorVersion === 1 || options.includes('keep-alive')
}
