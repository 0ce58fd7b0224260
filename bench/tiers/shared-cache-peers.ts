import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
  const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'cache', 'cache_socache', `socache_${provider}`]
  return `
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ServerName www.example.com
DefaultRuntimeDir "${folder}"
PidFile "${folder}/httpd.pid"
ErrorLog "${folder}/error.log"
LogLevel warn
${isRoot ? 'User www-data\nGroup www-data' : ''}
Listen 127.0.0.1:${port}
StartServers 1
ServerLimit 1
ThreadLimit 64
ThreadsPerChild 64
MaxRequestWorkers 64
KeepAlive On
KeepAliveTimeout 75
MaxKeepAliveRequests 0
CacheQuickHandler On
CacheEnable socache /
CacheSocache ${provider}:127.0.0.1:${serverPort}
CacheSocacheMaxSize 1000000
CacheSocacheMaxTime 3600
ProxyPass / http://127.0.0.1:${originPort}/ ttl=60 max=64
ProxyPreserveHost On
<Location />
  Require all granted
</Location>
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
