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
  /** Of each question; undefined: as many as it deserves (`repeatsOf`). */
  readonly rounds: number | undefined
  /** How long one server is loaded in one round. */
  readonly seconds: number
  /** How long each server is loaded before; longer where requests reach the origin. */
  readonly warmUpSeconds: { readonly fromMemory: number; readonly fromOrigin: number }
  readonly connections: number
}
