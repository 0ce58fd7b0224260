import { isDeepStrictEqual } from 'node:util'
import type { Config, ListenAddress } from '../config/config.ts'
import type { ReloadStep } from '../control/calls.ts'
import type { Change } from '../listener/listening-sockets.ts'
import type { Listeners } from '../listener/start-listeners.ts'
import type { AccessLog } from '../log/access-log.ts'
import type { SitePoolsSettings } from '../origin/site-pools.ts'
import { createGeneration, type Generation, type Lasting } from './generation.ts'
import { openAccess } from './open-access.ts'
import { sitePools } from './pools.ts'
import type { HtcpChange, SiteHtcp } from './site-htcp.ts'

interface Prepared {
  readonly generation: Generation
  readonly pools: SitePoolsSettings
  readonly addresses: Change
  readonly htcp: HtcpChange | undefined
}

interface Listening {
  readonly listeners: () => Listeners
  /** undefined: another thread has it. */
  readonly htcp: SiteHtcp | undefined
}

/** The configuration in force in one thread, and how the next takes its place: first all that can fail, then all at once. */
export class Generations {
  readonly #lasting: Lasting
  readonly #listening: Listening
  #current: Generation
  #prepared: Promise<Prepared> | undefined

  constructor(lasting: Lasting, first: Generation, listening: Listening) {
    this.#lasting = lasting
    this.#current = first
    this.#listening = listening
  }

  get current(): Generation {
    return this.#current
  }

  /**
   * Gets everything ready for a new configuration; nothing of it is in force yet.
   *
   * @returns where it would listen
   * @throws Error that says what cannot be done: an address to listen on, a file for the access log, another reload under way
   */
  async prepare(config: Config): Promise<readonly ListenAddress[]> {
    if (this.#prepared !== undefined) throw new Error('another reload is under way')
    const preparing = this.#prepare(config)
    this.#prepared = preparing
    try {
      return (await preparing).addresses.addresses
    } catch (error) {
      this.#prepared = undefined
      throw error
    }
  }

  /** Puts what was prepared in force, or gives it up; also when that is still being prepared. */
  async finish(step: ReloadStep): Promise<undefined> {
    const prepared = await this.#prepared?.catch(() => undefined)
    this.#prepared = undefined
    if (prepared === undefined) return
    if (step === 'commit') await this.#commit(prepared)
    else await this.#abandon(prepared)
  }

  async #prepare(config: Config): Promise<Prepared> {
    // Throws for what a pool cannot use, before anything is opened.
    const pools = sitePools(config)
    const addresses = await this.#listening.listeners().listen(config.listen)
    let htcp: HtcpChange | undefined
    try {
      htcp = await this.#listening.htcp?.prepare(config)
      const generation = createGeneration(config, this.#lasting, this.#accessLogFor(config))
      return { generation, pools, addresses, htcp }
    } catch (error) {
      htcp?.abort()
      await addresses.abort()
      throw error
    }
  }

  async #commit({ generation, pools, addresses, htcp }: Prepared): Promise<void> {
    const former = this.#current
    this.#lasting.pools.update(pools)
    this.#listening.listeners().update(generation.lanes)
    addresses.commit()
    htcp?.commit()
    this.#lasting.learner.update(generation.config.learn)
    this.#lasting.log.level = generation.config.log.level
    this.#current = generation
    // Whoever moved the file of the log away says so by a reload, too.
    if (former.accessLog === generation.accessLog) generation.accessLog?.reopen()
    else await former.accessLog?.close()
  }

  async #abandon({ generation, addresses, htcp }: Prepared): Promise<void> {
    htcp?.abort()
    await addresses.abort()
    if (generation.accessLog !== this.#current.accessLog) await generation.accessLog?.close()
  }

  /** The one that is open, unless it is to be another. */
  #accessLogFor(config: Config): AccessLog | undefined {
    const { access, accessFile } = this.#current.config.log
    if (isDeepStrictEqual([access, accessFile], [config.log.access, config.log.accessFile]))
      return this.#current.accessLog
    return openAccess(config, this.#lasting.log)
  }
}
