import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer, PeerPlace } from './peer.ts'

/** One event thread, its RAM cache in front of a store on the RAM disk. */
export const trafficserver: Peer = {
  name: 'Traffic Server',
  package: 'trafficserver',
  command: 'traffic_server',
  versionArgument: '-V',
  prepare(place) {
    const { folder, originPort, memoryMiB } = place
    for (const name of ['etc', 'data', 'var', 'run', 'log', 'hostdb', 'cache']) mkdirSync(join(folder, name))
    const configure = (name: string, text: string) => writeFileSync(join(folder, 'etc', name), text)
    configure('records.config', records(place))
    configure('remap.config', `map / http://127.0.0.1:${originPort}/\n`)
    configure('storage.config', `${folder}/cache ${memoryMiB}M\n`)
    configure('ip_allow.yaml', 'ip_allow: [{ apply: in, ip_addrs: 127.0.0.1, action: allow, methods: ALL }]\n')
    configure('logging.yaml', logging)
    writeFileSync(join(folder, 'runroot.yaml'), runroot(folder))
    return {
      arguments: [`--run-root=${folder}/runroot.yaml`],
      user: 'trafficserver',
      logFile: join(folder, 'log/access.log'),
    }
  },
}

function records({ port, memoryMiB, accessLog, filesMax }: PeerPlace): string {
  const settings: Readonly<Record<string, string | number>> = {
    'admin.user_id': 'trafficserver',
    'http.server_ports': `${port}:ip-in=127.0.0.1`,
    'http.wait_for_cache': 1,
    'exec_thread.autoconfig': 0,
    'exec_thread.limit': 1,
    'exec_thread.affinity': 0,
    accept_threads: 0,
    task_threads: 1,
    'net.listen_backlog': 4096,
    'net.connections_throttle': Math.floor(filesMax / 3),
    'http.keep_alive_no_activity_timeout_in': 120,
    'http.keep_alive_no_activity_timeout_out': 60,
    'http.insert_response_via_str': 0,
    'http.normalize_ae': 1,
    'http.cache.http': 1,
    // Store only what has a lifetime of its own.
    'http.cache.required_headers': 2,
    'cache.ram_cache.size': `${memoryMiB}M`,
    'cache.ram_cache_cutoff': 8_388_608,
    // What its directory is sized by: small enough for a hundred thousand pages.
    'cache.min_average_object_size': 2000,
    'log.logging_enabled': accessLog ? 3 : 0,
    'url_remap.pristine_host_hdr': 1,
    crash_log_helper: 'NULL',
  }
  const line = ([name, value]: [string, string | number]) =>
    `CONFIG proxy.config.${name} ${/^\d+M?$/.test(`${value}`) ? 'INT' : 'STRING'} ${value}\n`
  return Object.entries(settings).map(line).join('')
}

const logging = `
logging:
  formats:
    - name: combined
      format: '%<chi> - %<caun> [%<cqtn>] "%<cqhm> %<cquc> HTTP/%<cqhv>" %<pssc> %<pscl> "%<{Referer}cqh>" "%<{User-Agent}cqh>"'
  logs:
    - filename: access
      format: combined
      mode: ascii
`

function runroot(folder: string): string {
  return `
prefix: /usr
exec_prefix: /usr
bindir: /usr/bin
sbindir: /usr/bin
libdir: /usr/lib/trafficserver
libexecdir: /usr/lib/trafficserver/modules
sysconfdir: ${folder}/etc
datadir: ${folder}/data
localstatedir: ${folder}/var
runtimedir: ${folder}/run
logdir: ${folder}/log
cachedir: ${folder}/hostdb
`
}
