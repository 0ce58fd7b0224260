import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../clock.ts'
import type { Threads } from '../control/threads.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import type { InheritedSockets } from './inherited-sockets.ts'
import type { Serving } from './start-app.ts'
import { serves, spawnSuccessor } from './successor.ts'

/** What a successor hears from whom it follows: all that was invalidated since memory was written down. */
export interface FromPredecessor {
  readonly invalidated: readonly Invalidation[]
}

/** In which all threads must have written memory down. */
const SNAPSHOT_MS = 60_000
/** Gives sockets and memory to another process of this program (docs/decisions/restart.md). */
export class HandingOver {
  readonly #clock: Clock
  #running: Promise<boolean> | undefined
  #successor: ChildProcess | undefined
  /** Since memory was written down, and not told the successor yet; undefined while there is no hand-over. */
  #invalidated: Invalidation[] | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Something was invalidated here: a successor has it from before. */
  invalidated(invalidations: readonly Invalidation[]): void {
    this.#invalidated?.push(...invalidations)
    this.#tell()
  }

  /** Never rejects; what comes of it is logged. @returns whether another process serves now */
  start(serving: Serving): Promise<boolean> {
    this.#running ??= this.#handOver(serving).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #handOver({ threads, log }: Serving): Promise<boolean> {
    this.#invalidated = []
    try {
      const sockets = await socketsOf(threads)
      await threads.ask('leaveSnapshot', 'write', { withinMs: SNAPSHOT_MS })
      this.#successor = spawnSuccessor(sockets)
      this.#tell()
      await serves(this.#successor, this.#clock)
      log.info({ successor: this.#successor.pid }, 'another process serves now')
      return true
    } catch (error) {
      this.#successor = undefined
      this.#invalidated = undefined
      await threads.ask('leaveSnapshot', 'remove')
      log.error({ error }, 'the successor does not serve; going on without one')
      return false
    }
  }

  /** At once, and until this process ends: what is under way here may still change something. */
  #tell(): void {
    if (this.#successor === undefined || this.#invalidated === undefined || this.#invalidated.length === 0) return
    const message: FromPredecessor = { invalidated: this.#invalidated }
    this.#invalidated = []
    // One that is gone needs no telling.
    this.#successor.send(message, () => {})
  }
}

async function socketsOf(threads: Threads): Promise<InheritedSockets> {
  const { answers, failed } = await threads.ask('descriptors', undefined)
  if (failed[0] !== undefined) throw new Error(`worker ${failed[0].thread} has no sockets to give: ${failed[0].why}`)
  const sockets = answers.map(({ answer }) => answer)
  if (sockets.some((some) => some.length === 0)) throw new Error('this system has no sockets that can be handed over')
  return sockets
}
