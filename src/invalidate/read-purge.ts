import type { Dialect, PurgeRequest, Reading } from './dialects/dialect.ts'
import { cloudflare, fastly, isPathOf, nginxHelper, nginxHelperAll, type PathDialect } from './dialects/paths.ts'
import { byFieldOfTags, byMethodOfTags, magento, typo3 } from './dialects/tags.ts'
import { banByConditions, banUrl, clearCache, purgeUrl, refresh, souin } from './dialects/urls.ts'

/** Methods that only purges have. They are answered here, and never forwarded. */
export const PURGE_METHODS: ReadonlySet<string> = new Set([
  ...['PURGE', 'BAN', 'URIBAN', 'PURGEKEYS', 'PURGETAGS', 'REFRESH'],
])

/** The more a request says, the earlier its dialect is asked: a URL is all that is left of one that says nothing. */
const DIALECTS: readonly Named[] = [
  ['refresh', refresh],
  ['tags by method', byMethodOfTags],
  ['typo3', typo3],
  ['magento', magento],
  ['clear-cache', clearCache],
  ['ban by conditions', banByConditions],
  ['tags by field', byFieldOfTags],
  ['souin', souin],
  ['url', purgeUrl],
  ['ban', banUrl],
]

const BY_PATH: Readonly<Record<PathDialect, readonly Dialect[]>> = {
  'nginx-helper': [nginxHelper, nginxHelperAll],
  cloudflare: [cloudflare],
  fastly: [fastly],
}

type Named = readonly [name: string, dialect: Dialect]

/** Whether a request is a purge, by its method or by a path that was given to a dialect. */
export function isPurge(request: Pick<PurgeRequest, 'method' | 'target'>, paths: ReadonlySet<PathDialect>): boolean {
  return PURGE_METHODS.has(request.method) || (paths.size > 0 && isPathOf(request, paths))
}

/** What a purge asks for, and in which dialect. */
export function readPurge(
  request: PurgeRequest,
  paths: ReadonlySet<PathDialect>,
): { readonly dialect: string; readonly reading: Reading } {
  const byPath = [...paths].flatMap((path) => BY_PATH[path].map((dialect): Named => [path, dialect]))
  for (const [name, dialect] of [...byPath, ...DIALECTS]) {
    const reading = dialect(request)
    if (reading !== undefined) return { dialect: name, reading }
  }
  return { dialect: 'none', reading: { kind: 'malformed', why: 'this is not a purge that is known here' } }
}
