import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { passedPaths } from '../site-rules.ts'
import type { Peer } from './peer.ts'

/** Grace as `use_stale`, refresh as `background_update`, coalescing as `cache_lock`, whose waiters look every 500 ms. */
export const nginx: Peer = {
  id: 'nginx',
  name: 'nginx',
  command: 'nginx',
  versionArgument: '-v',
  user: 'www-data',
  prepare({ folder, port, sitePort, memoryMiB }) {
    const file = join(folder, 'nginx.conf')
    const temporary = ['proxy', 'client_body', 'fastcgi', 'uwsgi', 'scgi']
    writeFileSync(
      file,
      `daemon off;
${process.getuid?.() === 0 ? 'user www-data;' : ''}
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 9000; }
http {
  access_log off;
  keepalive_requests 1000000000;
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=bench:64m max_size=${memoryMiB}m inactive=6h use_temp_path=off;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  upstream site { server 127.0.0.1:${sitePort} max_fails=0; keepalive 128; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    location / {
      proxy_pass http://site;
      proxy_cache bench;
      proxy_cache_key $scheme$host$request_uri;
      proxy_cache_revalidate on;
      proxy_cache_lock on;
      proxy_cache_background_update on;
      proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;
    }
    location ~ ^(${passedPaths.join('|')}) { proxy_pass http://site; }
  }
}
`,
    )
    return ['-p', folder, '-e', join(folder, 'error.log'), '-c', file]
  },
}
