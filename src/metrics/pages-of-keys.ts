import { uriOfKey, urlOfUri } from '../policy/cache-key.ts'
import type { Decision } from '../request/proxy-response.ts'
import { TextTable } from '../tables/text-table.ts'

/** What an exchange is counted under. */
export interface PageOfKey {
  readonly authority: string
  readonly url: string
}

const REMEMBERED_MAX = 1_024

/**
 * Reads keys as pages. What was forwarded and not stored is asked for again under the key of a remembered plan, so its page is
 * remembered, too; those of misses would be remembered in vain.
 */
export class PagesOfKeys {
  readonly #remembered = new TextTable<PageOfKey>()

  /** Undefined without a key. */
  of({ key, stored, forward }: Decision): PageOfKey | undefined {
    if (key === undefined) return undefined
    if (forward === undefined || stored === true) return pageOf(key)
    const before = this.#remembered.get(key)
    if (before !== undefined) return before
    const page = pageOf(key)
    if (page === undefined) return undefined
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear()
    this.#remembered.set(key, page)
    return page
  }
}

function pageOf(key: string): PageOfKey | undefined {
  const uri = uriOfKey(key)
  return uri && { authority: uri.authority, url: urlOfUri(key, uri) }
}
