import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { CachePlace, RunningCache } from '../cache.ts'
import { freePort } from '../free-port.ts'
import type { Programs } from '../programs.ts'
import { apache } from './apache.ts'
import { nginx } from './nginx.ts'
import type { Peer } from './peer.ts'
import { squid } from './squid.ts'
import { varnish } from './varnish.ts'

export const peers: readonly Peer[] = [nginx, varnish, squid, apache]

export async function startPeer(programs: Programs, place: CachePlace, peer: Peer): Promise<RunningCache> {
  const port = await freePort()
  const words = peer.prepare({ ...place, port })
  if (peer.user !== undefined && process.getuid?.() === 0) execFileSync('chown', ['-R', peer.user, place.folder])
  const program = await programs.start({
    command: peer.command,
    arguments: words,
    folder: place.folder,
    ready: { port },
  })
  const sharedMemory = peer.sharedMemoryName?.(port)
  if (sharedMemory === undefined) return { port, pids: [program.pid] }
  return { port, pids: [program.pid], cleanUp: () => removeSharedMemory(sharedMemory) }
}

const sharedMemoryFolder = '/dev/shm'

function removeSharedMemory(name: string): void {
  for (const file of readdirSync(sharedMemoryFolder)) {
    if (file.startsWith(`${name}-`)) rmSync(join(sharedMemoryFolder, file), { force: true })
  }
}
