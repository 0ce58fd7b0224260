import type { ChildProcess } from 'node:child_process'
import { forkModule } from '../servers/fork-module.ts'
import type { Programs } from '../servers/programs.ts'
import type { FromLoad, LoadPlan, LoadProgress, LoadResult } from './load-plan.ts'

export interface LoadListeners {
  /** @param atMs milliseconds since the epoch */
  begun?(atMs: number): void
  progress?(progress: LoadProgress): void
}

/** A process that carries out one load: started beside the servers, so that it is ready when they are. */
export class LoadProcess {
  readonly #programs: Programs
  readonly #child: ChildProcess
  readonly #done = Promise.withResolvers<LoadResult>()
  readonly #ready = Promise.withResolvers<void>()
  #listeners: LoadListeners = {}

  constructor(programs: Programs) {
    this.#programs = programs
    this.#child = programs.adopt(forkModule('../load/load-main'))
    this.#child.on('message', (message: FromLoad) => this.#take(message))
    this.#child.on('exit', (code, signal) => this.#fail(`The load process ended early (${signal ?? code})`))
    // Whoever runs a load awaits both; without one nobody needs to know.
    for (const { promise } of [this.#done, this.#ready]) promise.catch(() => {})
  }

  /** Once. @throws when the process fails */
  async run(plan: LoadPlan, listeners: LoadListeners = {}): Promise<LoadResult> {
    this.#listeners = listeners
    try {
      await this.#ready.promise
      this.#child.send(plan)
      return await this.#done.promise
    } finally {
      await this.end()
    }
  }

  end(): Promise<void> {
    return this.#programs.end(this.#child)
  }

  #take(message: FromLoad): void {
    switch (message.type) {
      case 'ready':
        return this.#ready.resolve()
      case 'begun':
        return this.#listeners.begun?.(message.atMs)
      case 'progress':
        return this.#listeners.progress?.(message.progress)
      case 'result':
        return this.#done.resolve(message.result)
      case 'failed':
        return this.#fail(`The load process failed: ${message.message}`)
    }
  }

  #fail(why: string): void {
    this.#ready.reject(new Error(why))
    this.#done.reject(new Error(why))
  }
}
