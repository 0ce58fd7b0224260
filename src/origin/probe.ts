import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import { Connection, type ConnectionOwner, type ConnectionSettings } from './connection.ts'
import { probeTimedOut } from './failures.ts'
import type { OriginRequest, OriginResponse } from './origin-client.ts'
import { ProbeWindow, type ProbeWindowSettings } from './probe-window.ts'
import type { WireExchange } from './wire-exchange.ts'
import type { WireFailure, WireHandler } from './wire-handler.ts'

export interface ProbeSettings extends ProbeWindowSettings {
  readonly method: string
  readonly path: string
  /** Sent as Host; the authority of the member's url when absent. */
  readonly host: string | undefined
  /** Statuses that are good. */
  readonly statuses: readonly { readonly first: number; readonly last: number }[]
  /** Has to be in the first 64 KiB of the body; undefined: the body is not looked at. */
  readonly body: string | undefined
  readonly intervalMs: number
  /** For all of one probe. */
  readonly timeoutMs: number
}

export interface ProbeParts {
  readonly clock: Clock
  readonly random: () => number
  readonly connection: ConnectionSettings
  readonly authority: string
  /** The probes' verdict has changed. @param reason what the last probe found */
  onVerdict(isWell: boolean, reason: string): void
}

/** How far an interval is from what was set, so that probes of many members and boxes do not fall into step. */
const JITTER = 0.1
const BODY_BYTES_MAX = 64 * 1024

/** Asks one member at intervals, each time on a connection of its own: also whether it still takes connections. */
export class Probe {
  readonly #settings: ProbeSettings
  readonly #parts: ProbeParts
  readonly #window: ProbeWindow
  #cancelTimer: (() => void) | undefined
  #run: ProbeRun | undefined
  #stopped = false

  constructor(settings: ProbeSettings, parts: ProbeParts) {
    this.#settings = settings
    this.#parts = parts
    this.#window = new ProbeWindow(settings)
    // Two hundred members are not asked in one moment; nobody waits long for a first word either.
    this.#in(parts.random() * Math.min(1_000, settings.intervalMs))
  }

  get isWell(): boolean {
    return this.#window.isWell
  }

  get good(): number {
    return this.#window.good
  }

  stop(): void {
    this.#stopped = true
    this.#cancelTimer?.()
    this.#run?.cancel()
  }

  #in(delayMs: number): void {
    this.#cancelTimer = this.#parts.clock.after(delayMs, () => this.#ask())
  }

  #ask(): void {
    const { intervalMs } = this.#settings
    this.#in(intervalMs * (1 - JITTER + 2 * JITTER * this.#parts.random()))
    // One that is slower than the interval counts when it is over, not twice.
    this.#run ??= new ProbeRun(this.#settings, this.#parts, (finding) => this.#onFound(finding))
  }

  #onFound({ good, reason }: Finding): void {
    this.#run = undefined
    if (this.#stopped) return
    const wasWell = this.isWell
    this.#window.record(good)
    if (wasWell !== this.isWell) this.#parts.onVerdict(this.isWell, reason)
  }
}

interface Finding {
  readonly good: boolean
  readonly reason: string
}

/** One probe. */
class ProbeRun implements ConnectionOwner, WireHandler {
  readonly #settings: ProbeSettings
  readonly #parts: ProbeParts
  readonly #cancelTimer: () => void
  readonly #connection: Connection
  #report: ((finding: Finding) => void) | undefined
  #wire: WireExchange | undefined
  #body = ''

  constructor(settings: ProbeSettings, parts: ProbeParts, report: (finding: Finding) => void) {
    this.#settings = settings
    this.#parts = parts
    this.#report = report
    this.#cancelTimer = parts.clock.after(settings.timeoutMs, () => {
      this.#settle(false, probeTimedOut(parts.connection.origin, settings.timeoutMs).message)
    })
    this.#connection = new Connection(parts.connection, this)
  }

  cancel(): void {
    this.#settle(false, 'stopped')
  }

  onConnected(connection: Connection): void {
    this.#wire = connection.carry(this.#request(), this)
    this.#wire.start()
  }

  onIdle(connection: Connection): void {
    connection.close()
  }

  onClosed(_connection: Connection, error: ProxyError | undefined): void {
    if (error !== undefined) this.#settle(false, error.message)
  }

  onInterim(): void {}

  onResponse({ status, body }: OriginResponse): void {
    const { statuses, body: expected } = this.#settings
    if (!statuses.some(({ first, last }) => status >= first && status <= last)) {
      this.#settle(false, `its probe was answered ${status}`)
      return
    }
    if (expected === undefined) {
      this.#settle(true, `its probe was answered ${status}`)
      return
    }
    const decide = (): void => {
      const found = this.#body.includes(Buffer.from(expected).toString('latin1'))
      this.#settle(found, `its probe was answered ${status} ${found ? 'with' : 'without'} the expected body`)
    }
    if (body === undefined) return decide()
    body.start({
      write: (chunk) => {
        this.#body += chunk.toString('latin1')
        if (this.#body.length >= BODY_BYTES_MAX) decide()
        return true
      },
      end: decide,
      fail: (error) => this.#settle(false, error.message),
    })
  }

  onFailure({ error }: WireFailure): void {
    this.#settle(false, error.message)
  }

  onEnded(): void {}

  #request(): OriginRequest {
    const { method, path, host = this.#parts.authority } = this.#settings
    const fields = ['Host', host, 'User-Agent', 'Breakwater-Probe', 'Connection', 'close']
    return { method, target: path, fields, body: undefined, expectsContinue: false }
  }

  #settle(good: boolean, reason: string): void {
    const report = this.#report
    if (report === undefined) return
    this.#report = undefined
    this.#cancelTimer()
    this.#wire?.abandon(probeTimedOut(this.#parts.connection.origin, this.#settings.timeoutMs))
    this.#connection.close()
    report({ good, reason })
  }
}
