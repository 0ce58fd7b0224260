import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { passedPaths } from '../site-rules.ts'
import type { Peer } from './peer.ts'

const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'cache', 'cache_disk']

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
      `${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ServerName localhost
DefaultRuntimeDir "${folder}"
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
Listen 127.0.0.1:${port}
ListenBacklog 4096
StartServers 1
ServerLimit 1
ThreadLimit 512
ThreadsPerChild 512
MaxRequestWorkers 512
MinSpareThreads 1
MaxSpareThreads 512
KeepAlive On
KeepAliveTimeout 75
MaxKeepAliveRequests 0
CacheQuickHandler On
CacheRoot "${folder}/cache"
CacheEnable disk /
${passedPaths.map((path) => `CacheDisable ${path}`).join('\n')}
CacheLock on
CacheLockPath "${folder}/lock"
CacheStaleOnError on
CacheDefaultExpire 0
ProxyPass / http://127.0.0.1:${sitePort}/ ttl=60 max=512 retry=1
ProxyPreserveHost On
<Location />
  Require all granted
</Location>
`,
    )
    return ['-d', folder, '-f', file, '-DFOREGROUND']
  },
}
