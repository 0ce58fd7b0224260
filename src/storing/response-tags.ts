import type { RawFields } from '../http/fields.ts'
import { fieldTags, TAGS_MAX } from '../http/tag-fields.ts'
import { cacheGroups, groupTag } from '../rfc9111/cache-groups.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'

interface Site {
  readonly scheme: string
  readonly authority: string
}

/** What a response can be purged by beside its URI; `too-many` when it names more than are kept. */
export function responseTags(site: Site, fields: RawFields): readonly string[] | 'too-many' {
  const tags = fieldTags(fields)
  const groups = cacheGroups(fields)
  if (tags === 'too-many' || groups.length === 0) return tags
  return [...tags, ...groups.map((group) => groupTag(site, group))]
}

/** A freshened response has the tags that its 304 names beside its own, which a 304 need not repeat. */
export function retagged(stored: StoredResponse, site: Site, fields: RawFields): StoredResponse {
  const named = responseTags(site, fields)
  if (named.length === 0 || named === 'too-many') return stored
  const tags = new Set([...stored.tags, ...named])
  // A stream of ever new tags must not pile up.
  return { ...stored, tags: tags.size <= TAGS_MAX ? [...tags] : named }
}
