import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apacheServer } from '../../src/bench/servers/peers/apache-server.ts'
import type { Peer, PeerPlace } from '../support/peers/peer.ts'
import { isRoot } from '../support/ram-folder.ts'

/** Apache's mod_cache with what it stores in memcached or Redis. */
export function apacheWith(provider: 'memcache' | 'redis', serverPort: number): Peer {
  return {
    name: `Apache, mod_socache_${provider}`,
    package: 'apache2',
    command: 'apache2',
    versionArgument: '-v',
    prepare(place) {
      const configuration = join(place.folder, 'httpd.conf')
      writeFileSync(configuration, apacheText(place, provider, serverPort))
      return {
        arguments: ['-d', place.folder, '-f', configuration, '-DFOREGROUND'],
        user: 'www-data',
        logFile: join(place.folder, 'access.log'),
      }
    },
  }
}

function apacheText(
  { folder, port, originPort }: PeerPlace,
  provider: 'memcache' | 'redis',
  serverPort: number,
): string {
  const modules = ['cache_socache', `socache_${provider}`]
  return `${apacheServer({ modules, folder, port, threads: 64 })}
CacheQuickHandler On
CacheEnable socache /
CacheSocache ${provider}:127.0.0.1:${serverPort}
CacheSocacheMaxSize 1000000
CacheSocacheMaxTime 3600
ProxyPass / http://127.0.0.1:${originPort}/ ttl=60 max=64
`
}

/** nginx that answers with what somebody else has put into memcached under the path: it stores nothing by itself. */
export function nginxMemcached(serverPort: number): Peer {
  return {
    name: 'nginx, memcached_pass',
    package: 'nginx',
    command: 'nginx',
    versionArgument: '-v',
    prepare({ folder, port }) {
      const configuration = join(folder, 'nginx.conf')
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      for (const name of temporary) mkdirSync(join(folder, name))
      writeFileSync(
        configuration,
        `
daemon off;
${isRoot ? 'user www-data;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 512; }
http {
  access_log off;
  default_type text/html;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  memcached_buffer_size 64k;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  upstream memcached { server 127.0.0.1:${serverPort}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    location / { set $memcached_key $uri; memcached_pass memcached; }
  }
}
`,
      )
      return {
        arguments: ['-p', folder, '-e', join(folder, 'error.log'), '-c', configuration],
        user: 'www-data',
        logFile: join(folder, 'access.log'),
      }
    },
  }
}
