import { gunzipSync } from 'node:zlib'
import sax from 'sax'

export interface Sitemap {
  /** Other sitemaps that this one names (it is an index, then). */
  readonly sitemaps: readonly string[]
  readonly pages: readonly string[]
}

export class SitemapError extends Error {}

/** What sitemaps.org allows for one file. */
export const SITEMAP_BYTES_MAX = 50 * 1024 * 1024
export const SITEMAP_URLS_MAX = 50_000
const DEPTH_MAX = 64
const PIECE_BYTES = 64 * 1024

/**
 * Reads a sitemap, plain or gzip. No entities but XML's own five are known, and nothing is loaded from anywhere; what other
 * vocabularies put into it (images, news) is passed over.
 *
 * @throws SitemapError for what is no sitemap, or is too large
 */
export function readSitemap(received: Buffer): Sitemap {
  const bytes = isGzip(received) ? unpacked(received) : received
  if (bytes.length > SITEMAP_BYTES_MAX) throw new SitemapError(`larger than ${SITEMAP_BYTES_MAX} bytes`)
  const sitemaps: string[] = []
  const pages: string[] = []
  const open: string[] = []
  let text = ''
  const parser = sax.parser(true, { trim: false })
  parser.onerror = (error) => {
    throw new SitemapError(`not well-formed: ${error.message.split('\n', 1)[0]}`)
  }
  parser.onopentag = ({ name }) => {
    if (open.push(name) > DEPTH_MAX) throw new SitemapError(`elements within ${DEPTH_MAX} others`)
    if (open.length === 1 && name !== 'urlset' && name !== 'sitemapindex') {
      throw new SitemapError(`<${name.slice(0, 40)}> where <urlset> or <sitemapindex> is expected`)
    }
    text = ''
  }
  const take = (more: string): void => {
    if (open.at(-1) === 'loc') text += more
  }
  parser.ontext = take
  parser.oncdata = take
  parser.onclosetag = () => {
    const path = open.join(' ')
    open.pop()
    if (path === 'urlset url loc') pages.push(text.trim())
    else if (path === 'sitemapindex sitemap loc') sitemaps.push(text.trim())
    if (pages.length + sitemaps.length > SITEMAP_URLS_MAX) throw new SitemapError(`more than ${SITEMAP_URLS_MAX} URLs`)
  }
  // In pieces, because the parser counts its buffers between two of them.
  const decoder = new TextDecoder()
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true }))
  }
  parser.close()
  return { sitemaps, pages }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

function unpacked(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: SITEMAP_BYTES_MAX })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SitemapError(`cannot be unpacked within ${SITEMAP_BYTES_MAX} bytes: ${why}`)
  }
}
