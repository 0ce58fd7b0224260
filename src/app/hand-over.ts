import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../clock.ts'
import type { Threads } from '../control/threads.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import { type InheritedSockets, SOCKETS_VARIABLE } from './inherited-sockets.ts'
import type { Serving } from './start-app.ts'

/** What a successor says to whom it follows, once it accepts connections. */
export const SERVING = 'serving'

/** What it hears from there: all that was invalidated since memory was written down. */
export interface FromPredecessor {
  readonly invalidated: readonly Invalidation[]
}

/** In which a successor must serve: it reads its configuration and perhaps a snapshot. */
const SUCCESSOR_MS = 60_000
/** In which all threads must have written memory down. */
const SNAPSHOT_MS = 60_000
/** Of the first descriptor that is passed: behind standard input, output and error, and the channel. */
const FIRST_PASSED = 4

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

/** This program again, with the same arguments, on the same listening sockets. */
function spawnSuccessor(sockets: InheritedSockets): ChildProcess {
  let next = FIRST_PASSED
  const passed: InheritedSockets = sockets.map((worker) => worker.map(() => next++))
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...sockets.flat()],
    env: { ...process.env, [SOCKETS_VARIABLE]: JSON.stringify(passed) },
  })
}

/**
 * @returns when it accepts connections
 * @throws Error when it does not get so far; it is gone then
 */
function serves(child: ChildProcess, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      cancel()
      child.kill('SIGKILL')
      reject(error)
    }
    const cancel = clock.after(SUCCESSOR_MS, () => fail(new Error(`it did not serve within ${SUCCESSOR_MS} ms`)))
    child.once('error', fail)
    child.once('exit', (code, signal) => fail(new Error(`it ended before it served: ${signal ?? `exit code ${code}`}`)))
    child.on('message', (message) => {
      if (message !== SERVING) return
      cancel()
      child.removeAllListeners('exit')
      resolve()
    })
  })
}
