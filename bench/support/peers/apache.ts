import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apacheServer } from '../../../src/bench/servers/peers/apache-server.ts'
import type { Peer, PeerPlace } from './peer.ts'

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
  return `${apacheServer({ modules: ['cache_disk'], folder, port, threads: 256 })}
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
`
}
