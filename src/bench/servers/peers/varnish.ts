import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { passedPaths, siteRules } from '../site-rules.ts'
import type { Peer } from './peer.ts'

/**
 * Grace of hours while the backend is sick and of seconds while it is well, the arrangement its manual gives. The probe asks for
 * what the site does not count.
 */
export const varnish: Peer = {
  id: 'varnish',
  name: 'Varnish',
  command: 'varnishd',
  versionArgument: '-V',
  prepare({ folder, port, sitePort, memoryMiB }) {
    const file = join(folder, 'bench.vcl')
    writeFileSync(
      file,
      `vcl 4.1;
import std;
probe alive { .url = "/__counts"; .interval = 1s; .timeout = 2s; .window = 3; .threshold = 2; .initial = 2; }
backend site { .host = "127.0.0.1"; .port = "${sitePort}"; .probe = alive; }
acl purgers { "127.0.0.1"; }
sub vcl_recv {
  if (req.method == "PURGE") {
    if (client.ip !~ purgers) { return (synth(405)); }
    return (purge);
  }
  if (std.healthy(req.backend_hint)) { set req.grace = ${siteRules.refreshSeconds}s; }
  if (req.url ~ "^(${passedPaths.join('|')})") { return (pass); }
  if (req.method == "GET" || req.method == "HEAD") { unset req.http.Cookie; }
}
sub vcl_backend_response { set beresp.grace = ${siteRules.graceSeconds}s; }
`,
    )
    const parameters = ['default_ttl=0', 'thread_pool_min=100', 'thread_pool_max=1000', 'listen_depth=4096']
    return ['-F', '-n', join(folder, 'state'), '-a', `127.0.0.1:${port}`, '-T', 'none', '-f', file].concat(
      ['-s', `malloc,${memoryMiB}M`],
      parameters.flatMap((parameter) => ['-p', parameter]),
    )
  },
}
