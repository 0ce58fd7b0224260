import type { TargetFacts } from '../results.ts'
import type { BenchSettings } from '../settings.ts'
import { startBreakwater, type Tier } from './breakwater.ts'
import type { CachePlace, RunningCache } from './cache.ts'
import { installedVersion } from './installed.ts'
import { peers, startPeer } from './peers/start-peer.ts'
import type { Programs } from './programs.ts'

/** What is measured side by side: the site itself, or a cache that can be started in front of it. */
export interface Target extends TargetFacts {
  start?(programs: Programs, place: CachePlace): Promise<RunningCache>
}

export interface Targets {
  readonly targets: readonly Target[]
  /** Why others are not among them. */
  readonly leftOut: readonly string[]
}

export function targetsFor(settings: BenchSettings, breakwaterVersion: string): Targets {
  if (settings.url !== undefined) return { targets: givenTargets(settings), leftOut: [] }
  const targets: Target[] = [{ id: 'direct', name: 'direct', version: undefined, kind: 'direct' }]
  const leftOut: string[] = []
  const breakwater = (tier: Tier, name: string): Target => ({
    id: tier === 'memory' ? 'breakwater' : `breakwater-${tier}`,
    name,
    version: breakwaterVersion,
    kind: 'breakwater',
    start: (programs, place) => startBreakwater(programs, place, tier),
  })
  targets.push(breakwater('memory', 'Breakwater'))
  for (const [tier, command] of [
    ['redis', 'redis-server'],
    ['memcached', 'memcached'],
  ] as const) {
    if (installedVersion(command, '--version') === undefined)
      leftOut.push(`${command} is not installed: no Breakwater with it.`)
    else targets.push(breakwater(tier, `Breakwater with ${tier === 'redis' ? 'Redis' : 'memcached'}`))
  }
  for (const peer of settings.peers ? peers : []) {
    const version = installedVersion(peer.command, peer.versionArgument)
    if (version === undefined) leftOut.push(`${peer.name} is not installed.`)
    else {
      const start = (programs: Programs, place: CachePlace) => startPeer(programs, place, peer)
      targets.push({ id: peer.id, name: peer.name, version, kind: 'peer', start })
    }
  }
  return { targets, leftOut }
}

function givenTargets({ through }: BenchSettings): Target[] {
  const direct: Target = { id: 'direct', name: 'direct', version: undefined, kind: 'direct' }
  if (through === undefined) return [direct]
  return [direct, { id: 'through', name: `through ${through.host}`, version: undefined, kind: 'breakwater' }]
}
