/** What every cache is told about the demo site, as far as it has such a thing. */
export const siteRules = {
  /** How long past its freshness a page is served while a new one is fetched behind it. */
  refreshSeconds: 10,
  /** The same while the site is down. */
  graceSeconds: 21_600,
} as const

/** Never stored: each visitor's own. */
export const passedPaths = ['/cart', '/account', '/login', '/logout'] as const
