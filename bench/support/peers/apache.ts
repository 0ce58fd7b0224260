import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot } from '../ram-folder.ts'
import type { Peer, PeerPlace } from './peer.ts'

/** Debian builds the one for access logs in. */
const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'cache', 'cache_disk']

/** The event MPM with one child, mod_cache with its files on the RAM disk, answering hits before any other module. */
export const apache: Peer = {
  name: 'Apache',
  package: 'apache2',
  command: 'apache2',
  versionArgument: '-v',
  prepare(place) {
    const logFile = join(place.folder, 'access.log')
    const configuration = join(place.folder, 'httpd.conf')
    mkdirSync(join(place.folder, 'cache'))
    writeFileSync(configuration, text(place, logFile))
    return { arguments: ['-d', place.folder, '-f', configuration, '-DFOREGROUND'], user: 'www-data', logFile }
  },
}

function text({ folder, port, originPort, accessLog }: PeerPlace, logFile: string): string {
  const format = String.raw`%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"`
  return `
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ServerName www.example.com
DefaultRuntimeDir "${folder}"
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
LogLevel warn
${isRoot ? 'User www-data\nGroup www-data' : ''}
Listen 127.0.0.1:${port}
ListenBacklog 4096
StartServers 1
ServerLimit 1
ThreadLimit 256
ThreadsPerChild 256
MaxRequestWorkers 256
MinSpareThreads 1
MaxSpareThreads 256
MaxConnectionsPerChild 0
KeepAlive On
KeepAliveTimeout 75
MaxKeepAliveRequests 0
EnableSendfile On
${accessLog ? `BufferedLogs On\nCustomLog "${logFile}" "${format}"` : ''}
CacheQuickHandler On
CacheRoot "${folder}/cache"
CacheEnable disk /
CacheDirLevels 2
CacheDirLength 1
CacheMaxFileSize 16777216
CacheDefaultExpire 0
ProxyPass / http://127.0.0.1:${originPort}/ ttl=60 max=256
ProxyPreserveHost On
<Location />
  Require all granted
</Location>
`
}
