import type { StoredView } from '../proxy/explain.ts'

/** Pages to be looked for in memory; what is given must all be true. */
export interface StoredSearch {
  /** What their URL begins with. */
  readonly prefix: string | undefined
  readonly tag: string | undefined
  /** Only those behind this URL: the last one of the page of results before. */
  readonly after: string | undefined
  readonly limit: number
}

/** One key in memory, plain data. */
export interface StoredPage {
  readonly url: string
  readonly variants: number
  /** All that it takes in memory. */
  readonly bytes: number
  /** The variant that was stored last. */
  readonly newest: StoredView
}

export interface StoredPages {
  /** In the order of their URLs. */
  readonly pages: readonly StoredPage[]
  /** All that were found, before `after` and `limit`. */
  readonly matched: number
}

export interface StoredQuestion {
  readonly key: string
}

/** One stored response, without its body. */
export interface StoredVariant extends StoredView {
  readonly bodyBytes: number
  readonly selecting: readonly { readonly name: string; readonly value: string | null }[]
  readonly tags: readonly string[]
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  /** Milliseconds since the epoch. */
  readonly storedMs: number
}

/** Search results of several threads as one page: a URL that several have is there once, with the bytes of all. */
export function mergedStored(results: readonly StoredPages[], limit: number): StoredPage[] {
  const merged = new Map<string, StoredPage>()
  for (const page of results.flatMap(({ pages }) => pages)) {
    const known = merged.get(page.url)
    if (known === undefined) merged.set(page.url, page)
    else {
      const newest = known.newest.ageSeconds <= page.newest.ageSeconds ? known.newest : page.newest
      merged.set(page.url, {
        ...known,
        variants: Math.max(known.variants, page.variants),
        bytes: known.bytes + page.bytes,
        newest,
      })
    }
  }
  return [...merged.values()].sort((one, other) => (one.url < other.url ? -1 : 1)).slice(0, limit)
}
