import type { Origin } from '../support/origin-process.ts'
import type { InstalledPeer } from '../support/peers/installed.ts'
import type { Progress } from '../support/progress.ts'
import type { Place } from '../support/server.ts'

/** What every question is measured with. */
export interface Bench {
  readonly settings: BenchSettings
  readonly peers: readonly InstalledPeer[]
  readonly origin: Origin
  /** Servers on the first core. */
  readonly place: Place
  readonly progress: Progress
}

export interface BenchSettings {
  readonly isQuick: boolean
  readonly rounds: number
  /**
   * How often the servers are started anew for them. Which code V8 puts in line differs from one process to the next, and the longer the way of
   * a request is, the more it costs or spares.
   */
  readonly starts: { readonly fromMemory: number; readonly fromOrigin: number }
  /** How long one server is loaded in one round. */
  readonly seconds: number
  /** How long each server is loaded before; longer where requests reach the origin. */
  readonly warmUpSeconds: { readonly fromMemory: number; readonly fromOrigin: number }
  readonly connections: number
}
