import { uriOfKey, urlOfUri } from '../policy/cache-key.ts'
import type { Decision } from '../request/proxy-response.ts'
import { Remembered } from '../tables/remembered.ts'
import { Page } from './pages.ts'

const remembered = { textsMax: 1_024, lengthMax: Number.POSITIVE_INFINITY }

/**
 * Reads keys as the pages that exchanges are counted under. What was forwarded and not stored is asked for again under the key of a
 * remembered plan, so its page is remembered, too; those of misses would be remembered in vain.
 */
export class PagesOfKeys {
  readonly #pages = new Remembered(pageOf, remembered)

  /** Undefined without a key. */
  of({ key, stored, forward }: Decision): Page | undefined {
    if (key === undefined) return undefined
    return forward === undefined || stored === true ? pageOf(key) : this.#pages.of(key)
  }
}

function pageOf(key: string): Page | undefined {
  const uri = uriOfKey(key)
  return uri && new Page(uri.authority, urlOfUri(key, uri))
}
