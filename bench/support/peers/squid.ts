import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot } from '../ram-folder.ts'
import type { Peer, PeerPlace } from './peer.ts'

/** As an accelerator in one process, storing in memory only. */
export const squid: Peer = {
  name: 'Squid',
  package: 'squid',
  command: 'squid',
  versionArgument: '-v',
  prepare(place) {
    const logFile = join(place.folder, 'access.log')
    const configuration = join(place.folder, 'squid.conf')
    writeFileSync(configuration, text(place, logFile))
    // Its shared memory is named after the service: not to meet that of a Squid in use.
    const service = `bench${place.port}`
    return {
      arguments: ['-N', '-n', service, '-f', configuration],
      user: 'proxy',
      sharedMemory: `${service}-`,
      logFile,
    }
  },
}

function text({ folder, port, originPort, memoryMiB, accessLog, filesMax }: PeerPlace, logFile: string): string {
  return `
http_port 127.0.0.1:${port} accel defaultsite=www.example.com no-vhost
cache_peer 127.0.0.1 parent ${originPort} 0 no-query no-digest originserver name=origin
never_direct allow all
http_access allow all
${isRoot ? 'cache_effective_user proxy' : ''}
visible_hostname localhost
pid_filename ${folder}/squid.pid
cache_log ${folder}/cache.log
coredump_dir ${folder}
access_log ${accessLog ? `stdio:${logFile} logformat=combined` : 'none'}
buffered_logs on
cache_store_log none
logfile_rotate 0
pinger_enable off
icp_port 0
max_filedescriptors ${filesMax}
cache_mem ${memoryMiB} MB
maximum_object_size_in_memory 8 MB
client_idle_pconn_timeout 75 seconds
server_idle_pconn_timeout 60 seconds
shutdown_lifetime 1 second
refresh_pattern . 0 0% 0
`
}
