import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { passedPaths } from '../site-rules.ts'
import { apacheServer } from './apache-server.ts'
import type { Peer } from './peer.ts'

/** mod_cache in its quick handler, with the lock that keeps a crowd off a stale page, and stale pages on errors. */
export const apache: Peer = {
  id: 'apache',
  name: 'Apache mod_cache',
  command: 'apache2',
  versionArgument: '-v',
  user: 'www-data',
  prepare({ folder, port, sitePort }) {
    const file = join(folder, 'httpd.conf')
    mkdirSync(join(folder, 'cache'))
    writeFileSync(
      file,
      `${apacheServer({ modules: ['cache_disk'], folder, port, threads: 512 })}
CacheQuickHandler On
CacheRoot "${folder}/cache"
CacheEnable disk /
${passedPaths.map((path) => `CacheDisable ${path}`).join('\n')}
CacheLock on
CacheLockPath "${folder}/lock"
CacheStaleOnError on
CacheDefaultExpire 0
ProxyPass / http://127.0.0.1:${sitePort}/ ttl=60 max=512 retry=1
`,
    )
    return ['-d', folder, '-f', file, '-DFOREGROUND']
  },
}
