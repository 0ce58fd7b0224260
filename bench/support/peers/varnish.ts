import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from './peer.ts'

/** Its built-in rules; nothing is fresh unless the origin says so. The log is written by varnishncsa, as its manual says. */
export const varnish: Peer = {
  name: 'Varnish',
  package: 'varnish',
  command: 'varnishd',
  versionArgument: '-V',
  prepare({ folder, port, originPort, memoryMiB, accessLog }) {
    const logFile = join(folder, 'access.log')
    const rules = join(folder, 'bench.vcl')
    const state = join(folder, 'state')
    writeFileSync(rules, `vcl 4.1;\nbackend origin { .host = "127.0.0.1"; .port = "${originPort}"; }\n`)
    const parameters = ['default_ttl=0', 'default_grace=0', 'thread_pool_min=100', 'thread_pool_max=1000']
      .concat('timeout_idle=75', 'listen_depth=4096', 'backend_idle_timeout=60')
      .flatMap((parameter) => ['-p', parameter])
    return {
      arguments: ['-F', '-n', state, '-a', `127.0.0.1:${port}`, '-T', 'none', '-f', rules].concat(
        ['-s', `malloc,${memoryMiB}M`],
        parameters,
      ),
      ...(accessLog && { companion: { command: 'varnishncsa', arguments: ['-n', state, '-w', logFile] } }),
      logFile,
    }
  },
}
