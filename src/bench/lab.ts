import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Endpoint, endpointOf } from './load/endpoint.ts'
import { LoadProcess } from './load/load-process.ts'
import type { RunningCache } from './servers/cache.ts'
import { freePort } from './servers/free-port.ts'
import type { Programs } from './servers/programs.ts'
import { type SiteOptions, SiteProcess } from './servers/site-process.ts'
import type { Target } from './servers/targets.ts'
import { type BenchSettings, memoryMiB } from './settings.ts'

/** A target with its site, just started (or, with a URL, as it was found). */
export interface Stage {
  readonly endpoint: Endpoint
  /** The demo site, when it is that. */
  readonly site: SiteProcess | undefined
  /** undefined for the site itself, and for what runs already. */
  readonly cache: RunningCache | undefined
  /** For the one load that is measured on it. */
  readonly load: LoadProcess
  close(): Promise<void>
}

/** Opens a stage for each run, so that none inherits the pages, queues or connections of another. */
export class Lab {
  readonly programs: Programs
  readonly #settings: BenchSettings

  constructor(programs: Programs, settings: BenchSettings) {
    this.programs = programs
    this.#settings = settings
  }

  async open(target: Target, options: SiteOptions = {}): Promise<Stage> {
    const load = new LoadProcess(this.programs)
    const { close, ...servers } = await this.#start(target, options)
    return {
      ...servers,
      load,
      close: async () => {
        await load.end()
        await close()
      },
    }
  }

  async #start(target: Target, options: SiteOptions): Promise<Omit<Stage, 'load'>> {
    const { url, through } = this.#settings
    if (url !== undefined) {
      const endpoint = endpointOf(url, target.kind === 'direct' ? url : through)
      return { endpoint, site: undefined, cache: undefined, close: async () => {} }
    }
    const sitePort = await freePort()
    const starting = SiteProcess.start(this.programs, sitePort, options)
    if (target.start === undefined) {
      const site = await starting
      return { endpoint: endpointOf(site.url), site, cache: undefined, close: () => site.die() }
    }
    const folder = mkdtempSync(join(tmpdir(), 'breakwater-bench-'))
    // A server that is started as root becomes another user, who has to get in.
    chmodSync(folder, 0o755)
    let cache: RunningCache | undefined
    const cleanUp = () => {
      cache?.cleanUp?.()
      rmSync(folder, { recursive: true, force: true })
    }
    process.once('exit', cleanUp)
    // Squid holds a site for dead that was not there when it started itself; so the site is, for every peer.
    if (target.kind === 'peer') await starting
    const [site, started] = await Promise.all([starting, target.start(this.programs, { folder, sitePort, memoryMiB })])
    cache = started
    return {
      endpoint: endpointOf(new URL(`http://127.0.0.1:${started.port}/`)),
      site,
      cache: started,
      close: async () => {
        // Everything of this stage, and nothing else runs.
        await this.programs.endRunning()
        process.off('exit', cleanUp)
        cleanUp()
      },
    }
  }
}
