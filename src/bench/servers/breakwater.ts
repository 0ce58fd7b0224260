import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CachePlace, RunningCache } from './cache.ts'
import { freePort } from './free-port.ts'
import type { Programs } from './programs.ts'
import { passedPaths, siteRules } from './site-rules.ts'

export type Tier = 'memory' | 'redis' | 'memcached'

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const mainFile = fileURLToPath(new URL(`../../main${extension}`, import.meta.url))

/** Starts Breakwater as a user does: `serve` with a configuration file, and in it what the shipped one recommends. */
export async function startBreakwater(programs: Programs, place: CachePlace, tier: Tier): Promise<RunningCache> {
  const store = tier === 'memory' ? undefined : await startTier(programs, place, tier)
  const file = join(place.folder, 'breakwater.yaml')
  writeFileSync(file, configuration(place, tier, store?.port))
  const program = await programs.start({
    command: process.execPath,
    arguments: [mainFile, 'serve', '--config', file],
    ready: /breakwater: listening on https?:\/\/\S+:(\d+)/,
  })
  return { port: Number(program.readyLine?.[1]), pids: [program.pid], ...(store && { tier: store }) }
}

function configuration({ sitePort, memoryMiB }: CachePlace, tier: Tier, tierPort: number | undefined): string {
  return `listen: 127.0.0.1:0
origins: [{ url: "http://127.0.0.1:${sitePort}" }]
memory: ${memoryMiB}MiB
refresh: ${siteRules.refreshSeconds}s
grace: ${siteRules.graceSeconds}s
negative: 10s
key: { query: { ignore: [utm_*, fbclid] } }
# Soft purges would show the old page once more, to one visitor.
purge: { mode: hard }
rules:
  - match: { path: [${passedPaths.map((path) => `${path}*`).join(', ')}] }
    cache: pass
log: { level: error }
${tier === 'redis' ? `redis: redis://127.0.0.1:${tierPort}\n` : ''}${tier === 'memcached' ? `memcached: ["127.0.0.1:${tierPort}"]\n` : ''}`
}

async function startTier(programs: Programs, { folder }: CachePlace, tier: 'redis' | 'memcached') {
  const port = await freePort()
  const start = () =>
    programs.start(
      tier === 'redis'
        ? {
            command: 'redis-server',
            arguments: [
              '--port',
              `${port}`,
              '--bind',
              '127.0.0.1',
              '--dir',
              folder,
              '--save',
              '',
              '--appendonly',
              'no',
            ],
            ready: /Ready to accept connections/,
          }
        : {
            command: 'memcached',
            // It refuses to run as root without being told whom to become; for anybody else `-u` means nothing.
            arguments: ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-u', 'nobody'],
            ready: { port },
          },
    )
  let program = await start()
  return {
    port,
    die: () => program.kill(),
    async comeBack() {
      program = await start()
    },
  }
}
