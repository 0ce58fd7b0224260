import type { ChildProcess } from 'node:child_process'
import { forkModule } from './fork-module.ts'

/**
 * A process that outlives a benchmark which is killed, for as long as it takes to end what that has started: servers of other makers notice
 * nothing when their parent goes.
 */
export class Watchdog {
  readonly #child = forkModule('./watchdog-main')

  constructor() {
    // It is no reason to stay, and nothing to be awaited.
    this.#child.unref()
    this.#child.channel?.unref()
  }

  /** @param child leads a process group of its own */
  started({ pid }: ChildProcess): void {
    this.#tell({ started: pid })
  }

  ended({ pid }: ChildProcess): void {
    this.#tell({ ended: pid })
  }

  /** Nothing is left to end. */
  close(): void {
    if (this.#child.connected) this.#child.disconnect()
  }

  #tell(message: { readonly started: number | undefined } | { readonly ended: number | undefined }): void {
    // Without it the benchmark is none the worse: it ends everything itself, unless it is killed.
    if (this.#child.connected) this.#child.send(message, () => {})
  }
}
