import type { Clock } from '../clock.ts'
import { Breaker, type BreakerSettings } from './breaker.ts'
import { inTime, late } from './in-time.ts'
import type { RemoteStore, StoreError } from './remote-store.ts'
import type { ServerState, StateChange, TierState } from './tier.ts'

/** After a server refused to write, for how long it is not asked to. */
const REFUSED_PAUSE_MS = 1_000

export interface ServerHealthParts {
  readonly tier: string
  readonly clock: Clock
  readonly store: RemoteStore
  readonly breaker: BreakerSettings
  /** Of a trial that may have to connect first, and of one that need not. */
  readonly trialDeadlineMs: number
  readonly deadlineMs: number
  readonly onState: (change: StateChange) => void
}

interface Server {
  readonly breaker: Breaker
  /** undefined: it is not read-only as far as we know */
  writesAgainAtMs: number | undefined
}

/** Which servers of a tier can be read and written, and one call of `onState` for each change. */
export class ServerHealth {
  readonly #parts: ServerHealthParts
  readonly #servers = new Map<string, Server>()
  #changes = 0
  #closed = false
  /** Resolves when every server has answered or failed once. */
  readonly ready: Promise<void>

  constructor(parts: ServerHealthParts) {
    this.#parts = parts
    this.ready = this.#followAll()
  }

  get changes(): number {
    return this.#changes
  }

  get state(): TierState {
    const servers = this.#parts.store.servers()
    const known = servers.flatMap((name) => this.#servers.get(name) ?? [])
    const up = known.filter(({ breaker }) => breaker.isUp)
    if (up.length === 0) return known.some(({ breaker }) => breaker.isKnown) ? 'down' : 'connecting'
    if (up.length < servers.length) return 'partly'
    return up.some(({ writesAgainAtMs }) => writesAgainAtMs !== undefined) ? 'read-only' : 'up'
  }

  servers(): readonly ServerState[] {
    return this.#parts.store.servers().map((server) => ({ server, state: this.#stateOf(this.#servers.get(server)) }))
  }

  #stateOf(known: Server | undefined): ServerState['state'] {
    if (known?.breaker.isKnown !== true) return 'connecting'
    if (!known.breaker.isUp) return 'down'
    return known.writesAgainAtMs === undefined ? 'up' : 'read-only'
  }

  readonly isUp = (server: string): boolean => {
    const known = this.#servers.get(server)
    // One that has joined a cluster: not asked before it has shown that it answers.
    if (known === undefined) void this.#follow(server)
    return known?.breaker.isUp ?? false
  }

  isWritable(server: string): boolean {
    const againAtMs = this.#servers.get(server)?.writesAgainAtMs
    return this.isUp(server) && (againAtMs === undefined || this.#parts.clock.now() >= againAtMs)
  }

  succeeded(server: string): void {
    this.#servers.get(server)?.breaker.succeeded()
  }

  wrote(server: string): void {
    const known = this.#servers.get(server)
    if (known?.writesAgainAtMs === undefined) return
    known.writesAgainAtMs = undefined
    this.#tell(server, 'up')
  }

  missed(server: string, deadlineMs: number): void {
    this.#servers.get(server)?.breaker.missed(`no answer in ${deadlineMs} ms`)
  }

  failed(server: string, error: StoreError): void {
    const known = this.#servers.get(server)
    if (known === undefined) return
    if (error.trouble === 'down') known.breaker.failed(error.message)
    if (error.trouble === 'refused') {
      const isNews = known.writesAgainAtMs === undefined
      known.writesAgainAtMs = this.#parts.clock.now() + REFUSED_PAUSE_MS
      if (isNews) this.#tell(server, 'read-only', error.message)
    }
  }

  close(): void {
    this.#closed = true
    for (const { breaker } of this.#servers.values()) breaker.close()
  }

  async #followAll(): Promise<void> {
    // A cluster names its nodes when one of those we were told of has been reached.
    for (;;) {
      const news = this.#parts.store.servers().filter((server) => !this.#servers.has(server))
      if (news.length === 0 || this.#closed) return
      await Promise.all(news.map((server) => this.#follow(server)))
    }
  }

  async #follow(server: string): Promise<void> {
    if (this.#closed) return
    const breaker: Breaker = new Breaker({
      clock: this.#parts.clock,
      settings: this.#parts.breaker,
      trial: () => this.#trial(server, breaker),
      onChange: (isUp, why) => {
        const known = this.#servers.get(server)
        if (known !== undefined) known.writesAgainAtMs = undefined
        this.#tell(server, isUp ? 'up' : 'down', why)
      },
    })
    this.#servers.set(server, { breaker, writesAgainAtMs: undefined })
    await breaker.start()
  }

  async #trial(server: string, breaker: Breaker): Promise<void> {
    const { store, deadlineMs, trialDeadlineMs } = this.#parts
    if (breaker.isKnown && !store.servers().includes(server)) {
      // It has left the cluster. Should it come back, it is followed anew.
      breaker.close()
      this.#servers.delete(server)
    }
    await this.#within(trialDeadlineMs, store.trial(server))
    // That one may have had to connect. What is in time now will be for those who wait.
    await this.#within(deadlineMs, store.trial(server))
  }

  async #within(deadlineMs: number, trial: Promise<void>): Promise<void> {
    const outcome = await inTime(this.#parts.clock, deadlineMs, trial)
    if (outcome === late) throw new Error(`no answer in ${deadlineMs} ms`)
  }

  #tell(server: string, state: StateChange['state'], why?: string): void {
    this.#changes++
    this.#parts.onState({ tier: this.#parts.tier, server, state, why })
  }
}
