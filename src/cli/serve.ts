import type { LoadConfig, LoadedConfig } from '../app/reloading.ts'
import type { RunningApp } from '../app/start-app.ts'
import { SERVING } from '../app/successor.ts'
import type { Config } from '../config/config.ts'
import { effectiveValues } from '../config/effective.ts'
import { formatProblem } from '../config/problems.ts'
import { type ReadConfig, readConfig } from '../config/read-config.ts'
import { exitCodes } from './exit-codes.ts'
import { overridesOf, overridesOfEnvironment, type ServeFlags } from './flags.ts'
import { loadConfig } from './load-config.ts'
import { writeProblems } from './problems.ts'
import type { Terminal } from './terminal.ts'
import { fileState, watchForChange } from './watch-file.ts'
import { welcome } from './welcome.ts'

/** What `serve` starts; `main.ts` gives the real ones. */
export interface Parts {
  /** @param effective the configuration in the words of the file, to be shown */
  startApp(config: Config, effective: unknown, load: LoadConfig): Promise<RunningApp>
  /** The site that is served when no origin is configured. */
  startDemo(): Promise<RunningDemo>
  /** Calls back for every such signal until what it returns is called. */
  onSignal(listener: (signal: Signal) => void): () => void
  /** Tells the process that started this one as its successor, if there is one. */
  announce(message: string): void
  /** Ends the process at once. */
  exit(code: number): void
}

export type Signal = StopSignal | 'SIGHUP' | 'SIGUSR2'
export type StopSignal = 'SIGTERM' | 'SIGINT'

export interface RunningDemo {
  readonly url: string
  close(): Promise<void>
}

/** Numbers of the signals, for the exit codes that shells give processes killed by them. */
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

/** `breakwater serve`: runs until a signal tells it to stop. @returns the exit code */
export async function serve(flags: ServeFlags, terminal: Terminal, parts: Parts): Promise<number> {
  const state = flags.config === undefined ? undefined : await fileState(flags.config)
  const overrides = [...overridesOf(flags), ...overridesOfEnvironment(terminal.env)]
  const read = await loadConfig(flags.config, overrides)
  if (read.kind === 'invalid') {
    writeProblems(read.problems, terminal)
    // A wrong flag is a wrong command line; the file may be wrong besides.
    const isUsage = read.problems.every(({ source, position }) => position === undefined && source.startsWith('--'))
    return isUsage ? exitCodes.usage : exitCodes.configuration
  }

  const { stderr } = terminal
  const stopping = Promise.withResolvers<void>()
  let app: RunningApp | undefined
  const release = onSignals(parts, {
    stop: () => stopping.resolve(),
    // Without a file there is nothing to read anew, and the signal means what it usually does: the terminal is gone.
    reload: flags.config === undefined ? undefined : () => void app?.reload(),
    handOver: () => void app?.handOver().then((isServing) => isServing && stopping.resolve()),
  })
  let demo: RunningDemo | undefined
  let unwatch = (): void => {}
  try {
    if (read.config.origins.length === 0) {
      demo = await parts.startDemo()
      stderr.write(`breakwater: no origin given, serving the demo site at ${demo.url}\n`)
    }
    const url = demo?.url
    const load = async (): Promise<LoadedConfig> => loaded(await loadConfig(flags.config, overrides), url)
    const first = inForce(read, url)
    const running = await parts.startApp(first.config, first.effective, load)
    app = running
    if (flags.watch === true && flags.config !== undefined) {
      unwatch = watchForChange(flags.config, state, () => void running.reload())
    }
    stderr.write(welcome(running.addresses[0] ?? '', { isDemo: demo !== undefined }))
    if (running.admin !== undefined) stderr.write(`breakwater: admin at ${running.admin}\n`)
    for (const address of running.addresses) stderr.write(`breakwater: listening on ${address}\n`)
    parts.announce(SERVING)
    await stopping.promise
    await running.stop()
    return exitCodes.stopped
  } catch (error) {
    if (!isListenError(error)) throw error
    stderr.write(`breakwater: ${error.message}\n`)
    return exitCodes.cannotListen
  } finally {
    unwatch()
    release()
    await demo?.close()
  }
}

interface SignalActions {
  readonly stop: () => void
  /** undefined: SIGHUP asks to stop. */
  readonly reload: (() => void) | undefined
  readonly handOver: () => void
}

/** The first signal asks to stop, and the second is not asked twice: it ends the process whatever is under way. */
function onSignals({ onSignal, exit }: Parts, { stop, reload, handOver }: SignalActions): () => void {
  let isStopping = false
  return onSignal((signal) => {
    if (signal === 'SIGUSR2') return handOver()
    if (signal === 'SIGHUP' && reload !== undefined) return reload()
    if (isStopping) return exit(128 + signalNumbers[signal])
    isStopping = true
    stop()
  })
}

function loaded(read: ReadConfig, demoUrl: string | undefined): LoadedConfig {
  if (read.kind === 'invalid') return { kind: 'invalid', problems: read.problems.map(formatProblem) }
  return { kind: 'config', ...inForce(read, demoUrl) }
}

/** What was read; where it names no origin, with the demo site for one. */
function inForce(
  read: Extract<ReadConfig, { kind: 'ok' }>,
  demoUrl: string | undefined,
): { readonly config: Config; readonly effective: unknown } {
  const effective = effectiveValues(read)
  if (demoUrl === undefined || read.config.origins.length > 0) return { config: read.config, effective }
  const origins = [{ url: demoUrl, name: 'demo' }]
  const demo = readConfig(undefined, [{ flag: 'demo site', path: ['origins'], value: origins }])
  if (demo.kind === 'invalid') throw new Error(`The demo site's URL "${demoUrl}" is not that of an origin`)
  return { config: { ...read.config, origins: demo.config.origins }, effective: { ...effective, origins } }
}

/** The system's own error, or one that was made of it. */
function isListenError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const syscall = 'syscall' in error ? error.syscall : undefined
  return syscall === 'listen' || syscall === 'bind' || isListenError(error.cause)
}
