import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../clock.ts'
import { type InheritedSockets, SOCKETS_VARIABLE } from './inherited-sockets.ts'

/** What a successor says to whom it follows, once it accepts connections. */
export const SERVING = 'serving'

/** In which a successor must serve: it reads its configuration and perhaps a snapshot. */
const SUCCESSOR_MS = 60_000
/** Of the first descriptor that is passed: behind standard input, output and error, and the channel. */
const FIRST_PASSED = 4

/** This program again, with the same arguments, on the same listening sockets. */
export function spawnSuccessor(sockets: InheritedSockets): ChildProcess {
  let next = FIRST_PASSED
  const passed: InheritedSockets = sockets.map((worker) => worker.map(() => next++))
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...sockets.flat()],
    env: { ...process.env, [SOCKETS_VARIABLE]: JSON.stringify(passed) },
  })
}

/**
 * Resolves when it accepts connections; whatever becomes of it then, it is not ended from here.
 *
 * @throws Error when it does not get so far; it is gone then
 */
export async function serves(child: ChildProcess, clock: Clock): Promise<void> {
  const served = Promise.withResolvers<void>()
  const fail = (why: string): void => served.reject(new Error(why))
  const cancel = clock.after(SUCCESSOR_MS, () => fail(`it did not serve within ${SUCCESSOR_MS} ms`))
  // Stays: an error that nobody listens for would end this process, which may still have requests under way.
  child.on('error', served.reject)
  child.on('exit', (code, signal) => fail(`it ended before it served: ${signal ?? `exit code ${code}`}`))
  child.on('message', (message) => {
    if (message === SERVING) served.resolve()
  })
  try {
    await served.promise
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    cancel()
  }
}
