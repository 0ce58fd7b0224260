import type { Clock } from '../clock.ts'
import type { LogLevel } from '../config/config.ts'
import type { Threads } from '../control/threads.ts'
import type { Problem } from '../log/recent-problems.ts'

/** What the routes have to do with. */
export interface AdminParts {
  readonly threads: Threads
  readonly clock: Clock
  readonly version: string
  /** Where traffic is served: `http://0.0.0.0:8080`. */
  readonly addresses: readonly string[]
  /** Milliseconds since the epoch. */
  readonly startedMs: number
  /** The configuration in force in the words of the file, without secrets. */
  readonly configuration: () => unknown
  /** Reads the configuration anew. */
  readonly reload: () => Promise<ReloadReport>
  /** The program was told to stop. */
  readonly isDraining: () => boolean
  /** The log of the main thread where that serves nothing; undefined where the one thread's is all. */
  readonly mainLog: MainLog | undefined
}

/** What came of reading the configuration anew. */
export type ReloadReport =
  /** In force, but for these options: they need a restart. */
  | { readonly kind: 'reloaded'; readonly needRestart: readonly string[] }
  /** Nothing has changed. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }

export interface MainLog {
  level: string
  problems(): readonly Problem[]
}

export type { LogLevel }
