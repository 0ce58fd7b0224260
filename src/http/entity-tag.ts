/** Entity tags (RFC 9110 §8.8.3) and the lists of them in `If-None-Match` (§13.1.2). */
export interface EntityTag {
  readonly weak: boolean
  /** The characters between the quotes; of a malformed tag without quotes, all of it. */
  readonly opaque: string
}

/**
 * Reads one entity tag. Tags without quotes, which some origins send and their clients repeat, are taken as they are:
 * refusing them would turn every validation into a full response and protects nobody.
 *
 * @returns undefined for an empty or unreadable one
 */
export function parseEntityTag(text: string): EntityTag | undefined {
  const weak = text.startsWith('W/')
  const tag = weak ? text.slice(2) : text
  if (tag.length >= 2 && tag.startsWith('"') && tag.indexOf('"', 1) === tag.length - 1) {
    return { weak, opaque: tag.slice(1, -1) }
  }
  return /^[!#-+\--~\x80-\xff]+$/.test(text) ? { weak: false, opaque: text } : undefined
}

/** Strong comparison (RFC 9110 §8.8.3.2): equal and neither weak. */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque
}

/** Weak comparison (RFC 9110 §8.8.3.2): equal, weak or not. */
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque
}

/**
 * Reads the value of `If-None-Match` or `If-Match`; commas inside a tag's quotes are part of the tag.
 *
 * @returns `'*'`, or the tags; what cannot be read as one is left out, so that it matches nothing
 */
export function parseEntityTagList(text: string): '*' | readonly EntityTag[] {
  if (text.trim() === '*') return '*'
  const tags: EntityTag[] = []
  let start = 0
  let inQuotes = false
  for (let at = 0; at <= text.length; at++) {
    // There are no escapes in an entity tag: a backslash is a character like others.
    if (text[at] === '"') inQuotes = !inQuotes
    if (at < text.length && (text[at] !== ',' || inQuotes)) continue
    const tag = parseEntityTag(text.slice(start, at).trim())
    if (tag !== undefined) tags.push(tag)
    start = at + 1
  }
  return tags
}
