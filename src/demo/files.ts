import { harbourDrawing, icon, productDrawing, seaPhotograph } from './images.ts'
import { products } from './posts.ts'
import { styleSheet } from './style.ts'

/** What a web server would send from disk, at no cost. */
export interface SiteFile {
  readonly type: string
  readonly bytes: string | Buffer
}

const svg = (bytes: string): SiteFile => ({ type: 'image/svg+xml', bytes })

/** The site's files by path. The photograph is computed once, at start. */
export function siteFiles(): ReadonlyMap<string, SiteFile> {
  const photograph = seaPhotograph()
  return new Map<string, SiteFile>([
    ['/style.css', { type: 'text/css; charset=utf-8', bytes: styleSheet }],
    ['/icon.svg', svg(icon)],
    ['/images/harbour.svg', svg(harbourDrawing)],
    ['/images/sea.png', { type: 'image/png', bytes: photograph }],
    // Nothing to be watched, only large.
    ['/films/tide.bin', { type: 'application/octet-stream', bytes: Buffer.alloc(3 * 1024 * 1024, photograph) }],
    [
      '/robots.txt',
      { type: 'text/plain; charset=utf-8', bytes: 'User-agent: *\nDisallow: /cart\nDisallow: /account\n' },
    ],
    ...products.map(({ id }): [string, SiteFile] => [`/images/${id}.svg`, svg(productDrawing(id) ?? '')]),
  ])
}
