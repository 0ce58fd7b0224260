import { AskFailed, type SiteClient } from './site-client.ts'
import { readSitemap, SITEMAP_BYTES_MAX, SitemapError } from './sitemap.ts'

export interface WalkedSitemaps {
  readonly pages: readonly string[]
  /** Sitemaps that could not be used, and why. */
  readonly problems: readonly string[]
  /** Pages and sitemaps of other hosts than the sitemap's own: they are left out. */
  readonly elsewhere: number
}

export interface WalkOptions {
  /** Most pages that are taken. */
  readonly pagesMax: number
  readonly signal: AbortSignal
}

/** An index names sitemaps, hardly ever another index. */
const DEPTH_MAX = 3
const FILES_MAX = 1_000

/** Reads sitemaps, and those that they name, one after the other through Breakwater. */
export async function walkSitemaps(
  client: SiteClient,
  starts: readonly string[],
  { pagesMax, signal }: WalkOptions,
): Promise<WalkedSitemaps> {
  const pages = new Set<string>()
  const problems: string[] = []
  let elsewhere = 0
  let waiting = starts.map((url) => ({ url, depth: 1 }))
  const seen = new Set(starts)
  for (let files = 0; waiting.length > 0 && pages.size < pagesMax && !signal.aborted; files++) {
    const [{ url, depth }, ...others] = waiting as [{ url: string; depth: number }, ...typeof waiting]
    waiting = others
    if (files === FILES_MAX) {
      problems.push(`more than ${FILES_MAX} sitemaps: the rest is left out`)
      break
    }
    try {
      const sitemap = readSitemap(await fetched(client, url, signal))
      const { here, away } = ofHost(sitemap.pages, new URL(url).host)
      for (const page of here) if (pages.size < pagesMax) pages.add(page)
      const named = ofHost(sitemap.sitemaps, new URL(url).host)
      elsewhere += away + named.away
      if (named.here.length > 0 && depth === DEPTH_MAX) problems.push(`${url}: an index within ${DEPTH_MAX} others`)
      else
        for (const next of named.here)
          if (!seen.has(next) && seen.add(next)) waiting.push({ url: next, depth: depth + 1 })
    } catch (error) {
      if (!(error instanceof SitemapError) && !(error instanceof AskFailed)) throw error
      problems.push(`${url}: ${error.message}`)
    }
  }
  return { pages: [...pages], problems, elsewhere }
}

async function fetched(client: SiteClient, url: string, signal: AbortSignal): Promise<Buffer> {
  const { status, body } = await client.ask({ url, fields: [] }, { bytesMax: SITEMAP_BYTES_MAX, signal })
  if (status !== 200) throw new SitemapError(`status ${status}`)
  return body
}

/** What stands in a sitemap is for the host that it came from (sitemaps.org), and no other is asked for. */
function ofHost(urls: readonly string[], host: string): { readonly here: readonly string[]; readonly away: number } {
  const here = urls.filter((url) => isPage(url) && new URL(url).host === host)
  return { here, away: urls.length - here.length }
}

/** Whether a page can be asked for by this URL. */
export function isPage(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url)
}
