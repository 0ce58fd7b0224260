import type { ReloadReport } from '../admin/admin-parts.ts'
import type { Config } from '../config/config.ts'
import { optionsThatNeedRestart } from '../config/needs-restart.ts'
import { reloadThreads } from '../control/reload-threads.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { configForThreads } from '../site/config-for-threads.ts'
import { formatHostPort } from '../units.ts'
import type { Serving } from './start-app.ts'
import type { Warming } from './warming.ts'

/** Reads the configuration as at the start: the same file, the same flags over it. */
export type LoadConfig = () => Promise<LoadedConfig>

export type LoadedConfig =
  | {
      readonly kind: 'config'
      readonly config: Config
      /** In the words of the file, to be shown. */
      readonly effective: unknown
    }
  /** All that is wrong, each with its place. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }

export interface ReloadingParts {
  /** The one in force. */
  readonly config: Config
  readonly effective: unknown
  readonly load: LoadConfig
  readonly serving: Serving
  readonly warming: Pick<Warming, 'adopt'>
}

/** Reloads, one after the other. */
export class Reloading {
  readonly #parts: ReloadingParts
  #effective: unknown
  readonly #reloads = new OneAtATime(() => this.#reload())

  constructor(parts: ReloadingParts) {
    this.#parts = parts
    this.#effective = parts.effective
  }

  /** The configuration in force, in the words of the file. */
  get effective(): unknown {
    return this.#effective
  }

  /** Never rejects; what comes of it is logged. */
  reload(): Promise<ReloadReport> {
    return this.#reloads.run()
  }

  async #reload(): Promise<ReloadReport> {
    const { log } = this.#parts.serving
    try {
      const report = await this.#apply()
      if (report.kind === 'refused') log.error({ problems: report.problems }, 'the configuration stays as it was')
      else if (report.needRestart.length === 0) log.info('the configuration was read anew')
      else
        log.warn({ needRestart: report.needRestart }, 'the configuration was read anew, but for what needs a restart')
      return report
    } catch (error) {
      log.error({ error }, 'a reload failed')
      return { kind: 'refused', problems: [error instanceof Error ? error.message : String(error)] }
    }
  }

  async #apply(): Promise<ReloadReport> {
    const { load, serving, warming } = this.#parts
    const loaded = await load()
    if (loaded.kind === 'invalid') return { kind: 'refused', problems: loaded.problems }
    const config = configForThreads(loaded.config, serving.threads.count)
    const reloaded = await reloadThreads(serving.threads, config)
    if (reloaded.kind === 'refused') return { kind: 'refused', problems: reloaded.reasons }
    const needRestart = optionsThatNeedRestart(this.#parts.config, loaded.config)
    serving.adopt(config, reloaded.addresses)
    serving.log.level = loaded.config.log.level
    this.#effective = loaded.effective
    const [first] = reloaded.addresses
    if (first !== undefined) warming.adopt(config.warm, `http://${formatHostPort(first)}`)
    return { kind: 'reloaded', needRestart }
  }
}
