import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { passedPaths } from '../site-rules.ts'
import type { Peer } from './peer.ts'

const serviceName = (port: number): string => `bench${port}`

/** One process, memory only, with collapsed forwarding, which is off by default. It has no refresh behind a stale page. */
export const squid: Peer = {
  id: 'squid',
  name: 'Squid',
  command: 'squid',
  versionArgument: '-v',
  user: 'proxy',
  // Named after the service: not to meet that of a Squid in use.
  sharedMemoryName: serviceName,
  prepare({ folder, port, sitePort, memoryMiB }) {
    const file = join(folder, 'squid.conf')
    writeFileSync(
      file,
      `http_port 127.0.0.1:${port} accel defaultsite=127.0.0.1 vhost
cache_peer 127.0.0.1 parent ${sitePort} 0 no-query no-digest originserver name=site
never_direct allow all
acl personal urlpath_regex ^(${passedPaths.join('|')})
cache deny personal
acl purge method PURGE
http_access allow purge localhost
http_access deny purge
http_access allow all
collapsed_forwarding on
${process.getuid?.() === 0 ? 'cache_effective_user proxy' : ''}
visible_hostname localhost
pid_filename ${folder}/squid.pid
cache_log ${folder}/cache.log
coredump_dir ${folder}
access_log none
cache_store_log none
logfile_rotate 0
pinger_enable off
icp_port 0
max_filedescriptors 16384
cache_mem ${memoryMiB} MB
maximum_object_size_in_memory 8 MB
shutdown_lifetime 1 second
refresh_pattern . 0 0% 0
`,
    )
    return ['-N', '-n', serviceName(port), '-f', file]
  },
}
