import { availableParallelism } from 'node:os'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { OneThread } from './control/answer-call.ts'
import { summed } from './control/site-counts.ts'
import type { Threads } from './control/threads.ts'
import { eventLogStyle, openEventLog } from './log/event-log.ts'
import { startSite } from './site/start-site.ts'
import { Supervisor } from './workers/supervisor.ts'

export interface RunningApp {
  /** Where it listens: `http://0.0.0.0:8080`. */
  readonly addresses: readonly string[]
  /** Finishes the exchanges under way, within the drain time, and closes everything. */
  stop(): Promise<void>
}

/** What serves, in one thread or several. */
interface Serving extends RunningApp {
  readonly threads: Threads
}

/** Starts what the configuration asks for: everything in this thread, or worker threads under its supervision. */
export async function startApp(config: Config): Promise<RunningApp> {
  const count = config.workers === 'auto' ? availableParallelism() : config.workers
  return count === 1 ? startAlone(config) : startWorkers(config, count)
}

async function startAlone(config: Config): Promise<Serving> {
  const clock = systemClock()
  const site = await startSite(config, clock)
  return { addresses: site.addresses, threads: new OneThread(() => site.handlers, clock), stop: () => site.stop() }
}

async function startWorkers(config: Config, count: number): Promise<Serving> {
  const log = openEventLog({ level: config.log.level, style: eventLogStyle(process.env) })
  // Beside this file, whether that is the source or what was built of it.
  const entry = new URL(import.meta.url.endsWith('.ts') ? './worker-main.ts' : './worker-main.js', import.meta.url)
  const supervisor = new Supervisor({ config, count, clock: systemClock(), log, entry })
  const stop = async (): Promise<void> => {
    const { answers } = await supervisor.ask('counts', undefined)
    log.info(summed(answers.map(({ answer }) => answer)), 'stopping all workers')
    await supervisor.stop()
    await log.close()
  }
  try {
    const addresses = await supervisor.start()
    log.info({ listen: addresses, workers: count }, 'started')
    return { addresses, threads: supervisor, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
