import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { apache } from './apache.ts'
import { nginx } from './nginx.ts'
import type { Peer } from './peer.ts'
import { squid } from './squid.ts'
import { trafficserver } from './trafficserver.ts'
import { varnish } from './varnish.ts'

export const peers: readonly Peer[] = [nginx, varnish, squid, apache, trafficserver]

export interface InstalledPeer {
  readonly peer: Peer
  readonly version: string
}

/** Debian keeps servers where the path of an ordinary user does not lead. */
const path = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`

/** For programs that are started, and their companions. */
export const searchPath: Readonly<Record<string, string>> = { PATH: path }

/** undefined when it is not installed. */
export function installed(peer: Peer): InstalledPeer | undefined {
  const run = spawnSync(peer.command, [peer.versionArgument], {
    encoding: 'utf8',
    env: { ...process.env, ...searchPath },
    timeout: 10_000,
  })
  if (run.error !== undefined) return undefined
  return { peer, version: /\d+(?:\.\d+)+/.exec(run.stdout + run.stderr)?.[0] ?? 'unknown' }
}

export function hasCommand(command: string): boolean {
  return spawnSync(command, ['--version'], { timeout: 10_000, stdio: 'ignore' }).error === undefined
}

/** How many files a process started by this one may open. */
export function filesMax(): number {
  const [, hard] = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return Math.min(Number(hard ?? 1024), 65_536)
}
