import type { Config } from '../config/config.ts'
import { effectiveValues } from '../config/effective.ts'
import { readConfig } from '../config/read-config.ts'
import { exitCodes } from './exit-codes.ts'
import { overridesOf, overridesOfEnvironment, type ServeFlags } from './flags.ts'
import { loadConfig } from './load-config.ts'
import { writeProblems } from './problems.ts'
import type { Terminal } from './terminal.ts'
import { welcome } from './welcome.ts'

/** What `serve` starts; `main.ts` gives the real ones. */
export interface Parts {
  /** @param effective the configuration in the words of the file, to be shown */
  startApp(config: Config, effective: unknown): Promise<RunningApp>
  /** The site that is served when no origin is configured. */
  startDemo(): Promise<RunningDemo>
  /** Calls back for SIGTERM and SIGINT until what it returns is called. */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}

export type StopSignal = 'SIGTERM' | 'SIGINT'

export interface RunningApp {
  /** Where it listens: `http://0.0.0.0:8080`. */
  readonly addresses: readonly string[]
  /** Where the admin listener is; undefined without one. */
  readonly admin: string | undefined
  stop(): Promise<void>
}

export interface RunningDemo {
  readonly url: string
  close(): Promise<void>
}

/** Numbers of the signals, for the exit codes that shells give processes killed by them. */
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const

/** `breakwater serve`: runs until a signal tells it to stop. @returns the exit code */
export async function serve(flags: ServeFlags, terminal: Terminal, parts: Parts): Promise<number> {
  const read = await loadConfig(flags.config, [...overridesOf(flags), ...overridesOfEnvironment(terminal.env)])
  if (read.kind === 'invalid') {
    writeProblems(read.problems, terminal)
    // A wrong flag is a wrong command line; the file may be wrong besides.
    const isUsage = read.problems.every(({ source, position }) => position === undefined && source.startsWith('--'))
    return isUsage ? exitCodes.usage : exitCodes.configuration
  }

  const stopped = stopOnSignal(parts)
  const { stderr } = terminal
  let demo: RunningDemo | undefined
  try {
    if (read.config.origins.length === 0) {
      demo = await parts.startDemo()
      stderr.write(`breakwater: no origin given, serving the demo site at ${demo.url}\n`)
    }
    const app = await parts.startApp(
      demo === undefined ? read.config : withOrigin(read.config, demo.url),
      effectiveValues(read),
    )
    stderr.write(welcome(app.addresses[0] ?? '', { isDemo: demo !== undefined }))
    if (app.admin !== undefined) stderr.write(`breakwater: admin at ${app.admin}\n`)
    for (const address of app.addresses) stderr.write(`breakwater: listening on ${address}\n`)
    await stopped.signal
    await app.stop()
    return exitCodes.stopped
  } catch (error) {
    if (!isListenError(error)) throw error
    stderr.write(`breakwater: ${error.message}\n`)
    return exitCodes.cannotListen
  } finally {
    stopped.release()
    await demo?.close()
  }
}

/** The first signal asks to stop, and the second is not asked twice: it ends the process whatever is under way. */
function stopOnSignal({ onSignal, exit }: Parts): { readonly signal: Promise<StopSignal>; release(): void } {
  const first = Promise.withResolvers<StopSignal>()
  let isStopping = false
  const release = onSignal((signal) => {
    if (isStopping) return exit(128 + signalNumbers[signal])
    isStopping = true
    first.resolve(signal)
  })
  return { signal: first.promise, release }
}

function withOrigin(config: Config, url: string): Config {
  const read = readConfig(undefined, [{ flag: 'demo site', path: ['origins'], value: [{ url, name: 'demo' }] }])
  if (read.kind === 'invalid') throw new Error(`The demo site's URL "${url}" is not that of an origin`)
  return { ...config, origins: read.config.origins }
}

/** The system's own error, or one that was made of it. */
function isListenError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const syscall = 'syscall' in error ? error.syscall : undefined
  return syscall === 'listen' || syscall === 'bind' || isListenError(error.cause)
}
