import { availableParallelism } from 'node:os'
import { type AdminListener, openAdmin } from '../admin/admin-listener.ts'
import type { AdminParts, MainLog, ReloadReport } from '../admin/admin-parts.ts'
import { withoutSecrets } from '../admin/without-secrets.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { Config, ListenAddress } from '../config/config.ts'
import { OneThread } from '../control/answer-call.ts'
import { summed } from '../control/site-counts.ts'
import type { Threads } from '../control/threads.ts'
import { assertFree } from '../listener/assert-free.ts'
import { type EventLog, eventLogStyle, openEventLog } from '../log/event-log.ts'
import { configForThreads } from '../site/config-for-threads.ts'
import { startSite } from '../site/start-site.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import { formatHostPort } from '../units.ts'
import { packageVersion } from '../version.ts'
import { Supervisor } from '../workers/supervisor.ts'
import { type FromPredecessor, HandingOver } from './hand-over.ts'
import type { InheritedSockets } from './inherited-sockets.ts'
import { type LoadConfig, Reloading } from './reloading.ts'
import { Warming } from './warming.ts'

export interface AppOptions {
  /** The configuration in the words of the file, to be shown. */
  readonly effective: unknown
  /** Reads it again, for a reload. */
  readonly load: LoadConfig
  /** Sockets that listen already. */
  readonly inherited: InheritedSockets
}

export interface RunningApp {
  /** Where it listens: `http://0.0.0.0:8080`. */
  readonly addresses: readonly string[]
  /** Where the admin listener is; undefined without one. */
  readonly admin: string | undefined
  /** Reads the configuration anew; nothing changes when it cannot be used. Never rejects; what comes of it is logged. */
  reload(): Promise<ReloadReport>
  /**
   * Starts this program again on the same sockets. Never rejects; what comes of it is logged.
   *
   * @returns whether the other one serves now, so that this one is to be stopped
   */
  handOver(): Promise<boolean>
  /** Finishes the exchanges under way, within the drain time, and closes everything. */
  stop(): Promise<void>
}

/** What serves, in one thread or several. */
export interface Serving {
  readonly addresses: readonly string[]
  readonly threads: Threads
  readonly log: EventLog
  /** The log of a main thread that serves nothing itself. */
  readonly mainLog: MainLog | undefined
  /** The threads have this configuration now; what is started again gets it, too. */
  adopt(config: Config, addresses: readonly ListenAddress[]): void
  stop(): Promise<void>
}

/** What it takes to start. */
interface Start {
  readonly config: Config
  readonly inherited: InheritedSockets
  readonly clock: Clock
  readonly onInvalidated: (invalidations: readonly Invalidation[]) => void
}

/**
 * Starts what the configuration asks for: everything in this thread, or worker threads under its supervision; and the admin
 * listener, which asks them.
 */
export async function startApp(given: Config, { effective, load, inherited }: AppOptions): Promise<RunningApp> {
  const count = given.workers === 'auto' ? availableParallelism() : given.workers
  const config = configForThreads(given, count)
  const clock = systemClock()
  const startedMs = clock.now()
  const handingOver = new HandingOver(clock)
  let warming: Warming | undefined
  const onInvalidated: Start['onInvalidated'] = (some) => {
    handingOver.invalidated(some)
    warming?.invalidated()
  }
  const start: Start = { config, inherited, clock, onInvalidated }
  const serving = await (count === 1 ? startAlone(start) : startWorkers(start, count))
  const { threads, log } = serving
  // It listens somewhere: `listen` is never empty.
  const following = new Warming({ threads, clock, log }, config.warm, serving.addresses[0] ?? '')
  warming = following
  const reloading = new Reloading({ config, effective, load, serving, warming: following })
  // All threads have what there was.
  await threads.ask('leaveSnapshot', 'remove')
  followPredecessor(threads)
  let isDraining = false
  const admin = await openAdminOf(config, serving, {
    clock,
    version: packageVersion(),
    startedMs,
    configuration: () => withoutSecrets(reloading.effective),
    reload: () => reloading.reload(),
    isDraining: () => isDraining,
  })
  const { address } = admin ?? {}
  following.started()
  return {
    addresses: serving.addresses,
    admin: address === undefined ? undefined : `http://${formatHostPort(address)}`,
    reload: () => reloading.reload(),
    async handOver() {
      const isServing = await handingOver.start(serving)
      if (isServing) await following.stop()
      return isServing
    },
    async stop() {
      isDraining = true
      await following.stop()
      await serving.stop()
      await admin?.close()
    },
  }
}

async function startAlone({ config, inherited, clock, onInvalidated }: Start): Promise<Serving> {
  const site = await startSite(config, { clock, inherited: inherited[0] ?? [], onInvalidated })
  const threads = new OneThread(() => site.handlers, clock)
  const { addresses, log } = site
  return { addresses, threads, log, mainLog: undefined, adopt: () => {}, stop: () => site.stop() }
}

async function startWorkers({ config, inherited, clock, onInvalidated }: Start, count: number): Promise<Serving> {
  const log = openEventLog({ level: config.log.level, style: eventLogStyle(process.env) })
  // Whether this is the source or what was built of it.
  const main = import.meta.url.endsWith('.ts') ? '../worker-main.ts' : '../worker-main.js'
  const entry = new URL(main, import.meta.url)
  const supervisor = new Supervisor({ config, count, clock, log, entry, inherited, onInvalidated })
  const adopt: Serving['adopt'] = (next, addresses) => supervisor.adopt(next, addresses)
  const stop = async (): Promise<void> => {
    const { answers } = await supervisor.ask('counts', undefined)
    log.info(summed(answers.map(({ answer }) => answer)), 'stopping all workers')
    await supervisor.stop()
    await log.close()
  }
  try {
    if (inherited.length === 0) await assertFree(config.listen)
    const addresses = await supervisor.start()
    log.info({ listen: addresses, workers: count }, 'started')
    return { addresses, threads: supervisor, log, mainLog: log, adopt, stop }
  } catch (error) {
    await supervisor.stop()
    await log.close()
    throw error
  }
}

function openAdminOf(
  { admin: { listen, token } }: Config,
  { threads, addresses, log, mainLog }: Serving,
  known: Omit<AdminParts, 'threads' | 'addresses' | 'mainLog'>,
): Promise<AdminListener> | undefined {
  if (listen === undefined) return undefined
  return openAdmin({ listen, token }, { ...known, threads, addresses, mainLog }, log)
}

/** Memory came from a process that goes on for a while: what that one invalidates is invalid here as well. */
function followPredecessor(threads: Threads): void {
  // Without a channel there are no messages.
  process.on('message', (message: Partial<FromPredecessor>) => {
    if (Array.isArray(message.invalidated)) void threads.ask('invalidate', message.invalidated)
  })
}
