import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot } from '../ram-folder.ts'
import type { Peer, PeerPlace } from './peer.ts'

/** One worker; its cache files stay open, so that a hit is two reads of memory and one write. */
export const nginx: Peer = {
  name: 'nginx',
  package: 'nginx',
  command: 'nginx',
  versionArgument: '-v',
  prepare(place) {
    const logFile = join(place.folder, 'access.log')
    const configuration = join(place.folder, 'nginx.conf')
    mkdirSync(join(place.folder, 'cache'))
    writeFileSync(configuration, text(place, logFile))
    return {
      arguments: ['-p', place.folder, '-e', join(place.folder, 'error.log'), '-c', configuration],
      user: 'www-data',
      logFile,
    }
  },
}

function text({ folder, port, originPort, memoryMiB, accessLog, filesMax }: PeerPlace, logFile: string): string {
  // A client, its origin connection and an open cache file need one each.
  const share = Math.floor(filesMax / 3)
  return `
daemon off;
${isRoot ? 'user www-data;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events {
  worker_connections ${share};
  multi_accept on;
}
http {
  access_log ${accessLog ? `${logFile} combined buffer=64k flush=1s` : 'off'};
  default_type text/html;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  open_file_cache max=${share} inactive=10m;
  open_file_cache_valid 10m;
  open_file_cache_min_uses 1;
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=bench:128m max_size=${memoryMiB}m inactive=2h use_temp_path=off;
  proxy_temp_path ${folder}/proxy-temp;
  client_body_temp_path ${folder}/body-temp;
  fastcgi_temp_path ${folder}/fastcgi-temp;
  uwsgi_temp_path ${folder}/uwsgi-temp;
  scgi_temp_path ${folder}/scgi-temp;
  upstream origin {
    server 127.0.0.1:${originPort};
    keepalive 128;
    keepalive_requests 1000000000;
    keepalive_timeout 60s;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_cache bench;
      proxy_cache_revalidate on;
    }
  }
}
`
}
