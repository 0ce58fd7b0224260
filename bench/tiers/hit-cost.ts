import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { startMemcached } from '../../test/support/memcached.ts'
import { startRedis } from '../../test/support/redis.ts'
import { CORES } from '../support/bench-program.ts'
import { cpuMicros } from '../support/cpu-time.ts'
import { type Answer, ask } from '../support/http-get.ts'
import type { Load } from '../support/load.ts'
import { startOrigin } from '../support/origin-process.ts'
import { originPage } from '../support/origin-site.ts'
import { installed } from '../support/peers/installed.ts'
import type { Peer } from '../support/peers/peer.ts'
import type { Progress } from '../support/progress.ts'
import { type Place, type Server, startBreakwater, startPeer } from '../support/server.ts'
import { type LoadSettings, runLoad } from '../support/wrk.ts'
import { apacheWith, nginxMemcached } from './shared-cache-peers.ts'

export interface HitFigures {
  readonly what: string
  readonly bytes: number
  /** One request at a time. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the proxy, with 32 at a time. */
  readonly cpuMicrosPerRequest: number
  readonly perSecond: number
  /** Requests of these that were answered from where it says; the others by the memory of Breakwater, or not at all from a cache. */
  readonly share: number
}

/** More pages than a memory of 1 MiB holds; `memory` asks for one. */
const sizes = [
  { bytes: 1_024, pages: 4_000 },
  { bytes: 65_536, pages: 150 },
  { bytes: 921_600, pages: 20 },
]
const ORIGIN_MS = 50
/** What an answer costs is asked here, not what becomes of one that is late. */
const patience = ['tiers: { deadline: 2s }']

interface Setup {
  readonly place: Place
  readonly seconds: number
}

/** What a request costs by where its answer comes from. */
export async function measureHits({ place, seconds }: Setup, shown: Progress): Promise<HitFigures[]> {
  const redis = await startRedis()
  const memcached = await startMemcached({ arguments: ['-m', '256'] })
  const slow = await startOrigin(CORES.load, ORIGIN_MS)
  for (const { pid } of [redis, memcached])
    execFileSync('taskset', ['-acp', `${CORES.load}`, `${pid}`], { stdio: 'ignore' })
  const found: HitFigures[] = []
  const breakwater = (name: string, more: readonly string[], where = place) =>
    startBreakwater({ name, memory: '1MiB', configuration: ['objectMax: 1MiB', ...patience, ...more] }, where)
  const peer = (one: Peer) => async () => {
    const there = installed(one)
    return there === undefined ? undefined : startPeer(there, { accessLog: false }, place)
  }
  const contenders: readonly Contender[] = [
    { what: 'memory', start: () => breakwater('memory', []), isOne: true, isFrom: isHit },
    { what: 'Redis', start: () => breakwater('redis', [`redis: ${redis.url}`]), isFrom: says(/detail=redis/) },
    {
      what: 'memcached',
      start: () => breakwater('memcached', [`memcached: "127.0.0.1:${memcached.port}"`]),
      isFrom: says(/detail=memcached/),
    },
    {
      what: `origin of ${ORIGIN_MS} ms`,
      start: () => breakwater('origin', [], { ...place, originPort: slow.port }),
      isFrom: says(/fwd=uri-miss/),
      isLive: true,
    },
    { what: 'Apache, mod_socache_memcache', start: peer(apacheWith('memcache', memcached.port)), isFrom: isHit },
    { what: 'Apache, mod_socache_redis', start: peer(apacheWith('redis', redis.port)), isFrom: isHit },
    {
      what: 'nginx, memcached_pass',
      start: peer(nginxMemcached(memcached.port)),
      // It has nothing else.
      isFrom: () => true,
      fill: (paths) => fillMemcached(memcached.port, paths),
    },
  ]
  try {
    for (const contender of contenders) {
      const server = await contender.start()
      if (server === undefined) {
        shown.note(`${contender.what} is not installed and left out`)
        continue
      }
      try {
        for (const size of sizes) {
          shown.step(`hit: ${contender.what}, ${size.bytes} bytes`)
          found.push(await measure(contender, server, size, { place, seconds }))
        }
      } finally {
        await server.stop()
      }
    }
  } finally {
    await Promise.all([redis.kill(), memcached.kill(), slow.stop()])
  }
  return found
}

interface Contender {
  readonly what: string
  readonly start: () => Promise<Server | undefined>
  /** Whether an answer comes from there. */
  readonly isFrom: (answer: Answer) => boolean
  readonly isOne?: boolean
  /** Not stored: each request is a fetch. */
  readonly isLive?: boolean
  readonly fill?: (paths: readonly string[]) => Promise<void>
}

async function measure(
  { what, isFrom, isOne, isLive, fill }: Contender,
  server: Server,
  { bytes, pages }: (typeof sizes)[number],
  { place, seconds }: Setup,
): Promise<HitFigures> {
  const count = isOne === true ? 1 : pages
  const prefix = `/${isLive === true ? 'live' : 'page'}/${bytes}/`
  const paths = Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)
  await fill?.(paths)
  if (fill === undefined && isLive !== true) await storeAll(what, server.port, paths)
  const share = await sampled(server.port, paths, isFrom)
  if (share < 0.8) throw new Error(`${what}, ${bytes} bytes: only ${share * 100} % come from there`)

  const load: Load = { head: 'browser', targets: { kind: 'uniform', prefix, first: 1, count } }
  const common = { port: server.port, core: CORES.load, folder: place.folder }
  const settings = (connections: number): LoadSettings => ({ ...common, connections, seconds })
  await runLoad(load, { ...settings(32), seconds: 1 })
  const { p50Ms, p99Ms } = await runLoad(load, settings(1))
  const before = cpuMicros(server.pids)
  const { requests, perSecond } = await runLoad(load, settings(32))
  const cpuMicrosPerRequest = (cpuMicros(server.pids) - before) / requests
  return { what, bytes, p50Ms, p99Ms, cpuMicrosPerRequest, perSecond, share }
}

/** What is stored behind the responses may be dropped: pages are asked for until none of them comes from the origin. */
async function storeAll(what: string, port: number, paths: readonly string[]): Promise<void> {
  for (let round = 0; round < 10; round++) {
    let fetched = 0
    for (let i = 0; i < paths.length; i += 16) {
      const answers = await Promise.all(paths.slice(i, i + 16).map((path) => ask(port, path)))
      fetched += answers.filter((answer) => !isHit(answer)).length
    }
    if (fetched === 0) return
  }
  throw new Error(`${what} does not keep ${paths.length} pages such as ${paths[0]}`)
}

function isHit({ fields }: Answer): boolean {
  return fields['cache-status'] === undefined ? fields.age !== undefined : / hit/.test(String(fields['cache-status']))
}

/** How many of some requests are answered from there; checks that all bodies are right. */
async function sampled(port: number, paths: readonly string[], isFrom: Contender['isFrom']): Promise<number> {
  const some = Array.from({ length: 20 }, (_, i) => paths[Math.floor((i * paths.length) / 20)]!)
  let fromThere = 0
  for (const path of some) {
    const answer = await ask(port, path)
    if (answer.status !== 200 || !answer.body.equals(originPage(path, false)!.body)) {
      throw new Error(`${path}: ${answer.status}, or a wrong body`)
    }
    if (isFrom(answer)) fromThere++
  }
  return fromThere / some.length
}

function says(expected: RegExp): Contender['isFrom'] {
  return ({ fields }) => expected.test(String(fields['cache-status']))
}

/** As an application would put its pages there: each with one write, which waits for no acknowledgement of an earlier part. */
async function fillMemcached(port: number, paths: readonly string[]): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  for (const path of paths) {
    const { body } = originPage(path, false)!
    socket.write(Buffer.concat([Buffer.from(`set ${path} 0 3600 ${body.length}\r\n`), body, Buffer.from('\r\n')]))
    const [reply] = (await once(socket, 'data')) as [Buffer]
    if (!reply.toString().startsWith('STORED')) throw new Error(`memcached did not store ${path}: ${reply}`)
  }
  socket.destroy()
}
