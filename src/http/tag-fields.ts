import { lowerName, type RawFields } from './fields.ts'

/**
 * Fields in which origins name what a response depends on, to purge it by: Fastly and Souin, Cloudflare and Pantheon, Drupal, Varnish
 * xkey and Shopware, FOSHttpCache, Magento, Lagoon, LiteSpeed. Some separate by spaces, some by commas; no tag of theirs has either.
 */
const TAG_FIELDS: ReadonlySet<string> = new Set([
  ...['surrogate-key', 'cache-tag', 'cache-tags', 'xkey', 'x-cache-tags'],
  ...['x-magento-tags', 'purge-cache-tags', 'x-litespeed-tag'],
])

/** TYPO3's context of a page: it is purged by site, by page, or by the page of a site. */
const TYPO3_PAGE = 'typo3-pid'
const TYPO3_SITE = 'typo3-sitename'

/** Fields about purging that are for a cache alone: removed from what a client gets. */
export const consumedPurgeFields: ReadonlySet<string> = new Set([
  ...TAG_FIELDS,
  ...[TYPO3_PAGE, TYPO3_SITE, 'x-litespeed-purge', 'x-litespeed-purge2'],
])

/** Enough for the largest product list; each costs as much memory as a small field. */
export const TAGS_MAX = 4_096
const TAG_LENGTH_MAX = 512

/** The tags of a response, each once; `too-many` when there are more, or longer ones, than are kept. */
export function fieldTags(fields: RawFields): readonly string[] | 'too-many' {
  let tags: Set<string> | undefined
  for (let i = 0; i < fields.length; i += 2) {
    if (!TAG_FIELDS.has(lowerName(fields[i]!))) continue
    tags ??= new Set()
    for (const tag of splitTags(fields[i + 1]!)) {
      if (tag.length > TAG_LENGTH_MAX || tags.size >= TAGS_MAX) return 'too-many'
      tags.add(tag)
    }
  }
  const context = typo3Tags(fields)
  if (tags === undefined) return context
  return [...tags, ...context]
}

/** The tags in one value: separated by commas or white space; `public:` of LiteSpeed says for whom it is stored. */
export function splitTags(value: string): string[] {
  return value
    .split(/[\s,]+/)
    .map((tag) => (tag.startsWith('public:') ? tag.slice('public:'.length) : tag))
    .filter((tag) => tag !== '')
}

/** The tag of a TYPO3 page, of a site, or of the page of a site; undefined for neither. */
export function typo3Tag(site: string | undefined, page: string | undefined): string | undefined {
  if (site === undefined || site === '') return page === undefined || page === '' ? undefined : `typo3-pid:${page}`
  return page === undefined || page === '' ? `typo3-site:${site}` : `typo3-site:${site}:pid:${page}`
}

const NONE: readonly string[] = []

function typo3Tags(fields: RawFields): readonly string[] {
  let site: string | undefined
  let page: string | undefined
  for (let i = 0; i < fields.length; i += 2) {
    const name = lowerName(fields[i]!)
    if (name === TYPO3_SITE) site = fields[i + 1]!.slice(0, TAG_LENGTH_MAX)
    else if (name === TYPO3_PAGE) page = fields[i + 1]!.slice(0, TAG_LENGTH_MAX)
  }
  if (site === undefined && page === undefined) return NONE
  const tags = [typo3Tag(site, page), typo3Tag(site, undefined), typo3Tag(undefined, page)]
  return [...new Set(tags.filter((tag) => tag !== undefined))]
}
