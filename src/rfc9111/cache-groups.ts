import { parseList } from 'structured-headers'
import { combinedValue, type RawFields } from '../http/fields.ts'
import { isSafeMethod } from './invalidation.ts'

/** Enough by RFC 9875 §2.1 and §5, few enough that one response cannot fill an index. */
const groupsMax = 64
const groupLengthMax = 128

/** The groups of a stored response (RFC 9875 §2): opaque strings, valid on its own origin only. */
export function cacheGroups(responseFields: RawFields): readonly string[] {
  return groupsIn(responseFields, 'cache-groups')
}

/**
 * The groups that a response invalidates (RFC 9875 §3): those of the request's origin; a response to a safe method MUST NOT.
 */
export function invalidatedGroups(method: string, responseFields: RawFields): readonly string[] {
  return isSafeMethod(method) ? [] : groupsIn(responseFields, 'cache-group-invalidation')
}

/** A group as a tag. It is another one on every origin; the spaces keep it apart from the tags of other fields, which have none. */
export function groupTag(site: { readonly scheme: string; readonly authority: string }, group: string): string {
  return `group ${site.scheme}://${site.authority} ${group}`
}

/** A List of Strings; anything else in it, or no List at all, counts as not there (RFC 9651 §4.2). */
function groupsIn(fields: RawFields, name: string): readonly string[] {
  const value = combinedValue(fields, name)
  if (value === undefined) return []
  try {
    const groups = new Set<string>()
    for (const [item] of parseList(value)) {
      if (typeof item !== 'string' || item.length > groupLengthMax) continue
      if (groups.size < groupsMax) groups.add(item)
    }
    return [...groups]
  } catch {
    // A List that cannot be parsed is ignored as a whole.
    return []
  }
}
