import { availableParallelism } from 'node:os'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { eventLogStyle, openEventLog } from './log/event-log.ts'
import { type RunningSite, startSite } from './site/start-site.ts'
import type { SiteCounts } from './workers/site-counts.ts'
import { Supervisor } from './workers/supervisor.ts'

/** Starts what the configuration asks for: everything in this thread, or worker threads under its supervision. */
export async function startApp(config: Config): Promise<RunningSite> {
  const count = config.workers === 'auto' ? availableParallelism() : config.workers
  return count === 1 ? startSite(config, systemClock()) : startWorkers(config, count)
}

async function startWorkers(config: Config, count: number): Promise<RunningSite> {
  const log = openEventLog({ level: config.log.level, style: eventLogStyle(process.env) })
  // Beside this file, whether that is the source or what was built of it.
  const entry = new URL(import.meta.url.endsWith('.ts') ? './worker-main.ts' : './worker-main.js', import.meta.url)
  const supervisor = new Supervisor({ config, count, clock: systemClock(), log, entry })
  const counts = (): Promise<SiteCounts> => supervisor.counts()
  const stop = async (): Promise<void> => {
    log.info(await counts(), 'stopping all workers')
    await supervisor.stop()
    await log.close()
  }
  try {
    const addresses = await supervisor.start()
    log.info({ listen: addresses, workers: count }, 'started')
    return { addresses, counts, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
