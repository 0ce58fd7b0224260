/** What there is to ask for on the site that is measured. */
export interface SitePages {
  /** What everybody comes for. */
  readonly story: string
  /** The others, the most popular first. */
  readonly others: readonly string[]
  /** Pages that hardly anybody reads. */
  readonly rare: readonly string[]
  /** A large file, when one is known. */
  readonly large: string | undefined
}

const posts = [
  ...['three-hundred-milliseconds', 'the-crowd-at-one-door', 'yesterdays-bread', 'your-basket-is-yours'],
  ...['how-old-is-this-page', 'what-not-to-remember', 'one-small-box'],
]

/** The tides of every day of three years. */
function tides(): string[] {
  const firstDay = Date.UTC(2025, 0, 1)
  return Array.from({ length: 1095 }, (_, day) => {
    return `/tides/${new Date(firstDay + day * 86_400_000).toISOString().slice(0, 10)}`
  })
}

/** Those of the demo site. */
export const demoPages: SitePages = {
  story: '/posts/the-day-we-were-found',
  others: [
    '/',
    ...posts.map((slug) => `/posts/${slug}`),
    '/about',
    '/shop',
    '/style.css',
    '/images/harbour.svg',
    '/feed.xml',
  ],
  rare: tides(),
  large: '/films/tide.bin',
}

const linksMax = 100

/**
 * Those of a site of which only the address is known: the page there, and what it links to on the same host.
 *
 * @throws when it cannot be had
 */
export async function discoverPages(url: URL, through: URL | undefined): Promise<SitePages> {
  const page = through === undefined ? url : new URL(url.pathname + url.search, through)
  const response = await fetch(page, { signal: AbortSignal.timeout(30_000) }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new Error(`Cannot ask for ${page.href}: ${cause}`)
  })
  const text = await response.text()
  if (response.status >= 400) throw new Error(`${page.href} answers with status ${response.status}`)
  const story = url.pathname + url.search
  const links = [...text.matchAll(/(?:href|src)\s*=\s*["']([^"'#]+)/gi)].flatMap(([, link]) => {
    const target = URL.canParse(link!, url) ? new URL(link!, url) : undefined
    return target?.host === url.host && /^https?:$/.test(target.protocol) ? [target.pathname + target.search] : []
  })
  const others = [...new Set(links)].filter((path) => path !== story && isHarmless(path)).slice(0, linksMax)
  return { story, others, rare: others, large: undefined }
}

/** A link that does something when it is followed is not for a crowd. */
function isHarmless(path: string): boolean {
  return !/log-?out|sign-?out|delete|remove|add-to-cart|unsubscribe/i.test(path)
}
