import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../clock.ts'
import type { Threads } from '../control/threads.ts'
import { type InheritedSockets, SOCKETS_VARIABLE } from './inherited-sockets.ts'
import type { Serving } from './start-app.ts'

/** What a successor says to whom it follows, once it accepts connections. */
export const SERVING = 'serving'

/** In which a successor must serve: it reads its configuration and perhaps a snapshot. */
const SUCCESSOR_MS = 60_000
/** Of the first descriptor that is passed: behind standard input, output and error, and the channel. */
const FIRST_PASSED = 4

/** Gives the sockets of all threads to another process. */
export class HandingOver {
  readonly #serving: Serving
  readonly #clock: Clock
  #running: Promise<boolean> | undefined

  constructor(serving: Serving, clock: Clock) {
    this.#serving = serving
    this.#clock = clock
  }

  /** Never rejects; what comes of it is logged. @returns whether another process serves now */
  start(): Promise<boolean> {
    this.#running ??= this.#handOver().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #handOver(): Promise<boolean> {
    const { threads, log } = this.#serving
    try {
      const pid = await startSuccessor(await socketsOf(threads), this.#clock)
      log.info({ successor: pid }, 'another process serves now')
      return true
    } catch (error) {
      log.error({ error }, 'the successor does not serve; going on without one')
      return false
    }
  }
}

async function socketsOf(threads: Threads): Promise<InheritedSockets> {
  const { answers, failed } = await threads.ask('descriptors', undefined)
  if (failed[0] !== undefined) throw new Error(`worker ${failed[0].thread} has no sockets to give: ${failed[0].why}`)
  const sockets = answers.map(({ answer }) => answer)
  if (sockets.some((some) => some.length === 0)) throw new Error('this system has no sockets that can be handed over')
  return sockets
}

/**
 * Starts this program again, with the same arguments, on the same listening sockets (docs/decisions/restart.md).
 *
 * @returns when the other one accepts connections; its process id
 * @throws Error when it does not get so far; it is gone then
 */
async function startSuccessor(sockets: InheritedSockets, clock: Clock): Promise<number | undefined> {
  let next = FIRST_PASSED
  const passed: InheritedSockets = sockets.map((worker) => worker.map(() => next++))
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...sockets.flat()],
    env: { ...process.env, [SOCKETS_VARIABLE]: JSON.stringify(passed) },
  })
  await serving(child, clock)
  child.disconnect()
  child.unref()
  return child.pid
}

function serving(child: ChildProcess, clock: Clock): Promise<void> {
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
