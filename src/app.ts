import { availableParallelism } from 'node:os'
import { type AdminListener, openAdmin } from './admin/admin-listener.ts'
import type { AdminParts, MainLog } from './admin/admin-parts.ts'
import { withoutSecrets } from './admin/without-secrets.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { OneThread } from './control/answer-call.ts'
import { summed } from './control/site-counts.ts'
import type { Threads } from './control/threads.ts'
import { type EventLog, eventLogStyle, openEventLog } from './log/event-log.ts'
import { configForThreads } from './site/config-for-threads.ts'
import { startSite } from './site/start-site.ts'
import { formatHostPort } from './units.ts'
import { packageVersion } from './version.ts'
import { Supervisor } from './workers/supervisor.ts'

export interface RunningApp {
  /** Where it listens: `http://0.0.0.0:8080`. */
  readonly addresses: readonly string[]
  /** Where the admin listener is; undefined without one. */
  readonly admin: string | undefined
  /** Finishes the exchanges under way, within the drain time, and closes everything. */
  stop(): Promise<void>
}

/** What serves, in one thread or several. */
interface Serving {
  readonly addresses: readonly string[]
  readonly threads: Threads
  readonly log: EventLog
  /** The log of a main thread that serves nothing itself. */
  readonly mainLog: MainLog | undefined
  stop(): Promise<void>
}

/**
 * Starts what the configuration asks for: everything in this thread, or worker threads under its supervision; and the admin
 * listener, which asks them.
 *
 * @param effective the configuration in the words of the file, to be shown
 */
export async function startApp(given: Config, effective: unknown): Promise<RunningApp> {
  const count = given.workers === 'auto' ? availableParallelism() : given.workers
  const config = configForThreads(given, count)
  const clock = systemClock()
  const startedMs = clock.now()
  const serving = await (count === 1 ? startAlone(config, clock) : startWorkers(config, clock, count))
  let isDraining = false
  const admin = await openAdminOf(config, serving, {
    clock,
    version: packageVersion(),
    startedMs,
    configuration: withoutSecrets(effective),
    isDraining: () => isDraining,
  })
  const { address } = admin ?? {}
  return {
    addresses: serving.addresses,
    admin: address === undefined ? undefined : `http://${formatHostPort(address)}`,
    async stop() {
      isDraining = true
      await serving.stop()
      await admin?.close()
    },
  }
}

async function startAlone(config: Config, clock: Clock): Promise<Serving> {
  const site = await startSite(config, clock)
  const threads = new OneThread(() => site.handlers, clock)
  return { addresses: site.addresses, threads, log: site.log, mainLog: undefined, stop: () => site.stop() }
}

async function startWorkers(config: Config, clock: Clock, count: number): Promise<Serving> {
  const log = openEventLog({ level: config.log.level, style: eventLogStyle(process.env) })
  // Beside this file, whether that is the source or what was built of it.
  const entry = new URL(import.meta.url.endsWith('.ts') ? './worker-main.ts' : './worker-main.js', import.meta.url)
  const supervisor = new Supervisor({ config, count, clock, log, entry })
  const stop = async (): Promise<void> => {
    const { answers } = await supervisor.ask('counts', undefined)
    log.info(summed(answers.map(({ answer }) => answer)), 'stopping all workers')
    await supervisor.stop()
    await log.close()
  }
  try {
    const addresses = await supervisor.start()
    log.info({ listen: addresses, workers: count }, 'started')
    return { addresses, threads: supervisor, log, mainLog: log, stop }
  } catch (error) {
    await stop()
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
