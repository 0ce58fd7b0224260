import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { portOpen } from './port-open.ts'
import { signalGroup } from './signal-group.ts'
import { Watchdog } from './watchdog.ts'

export interface ProgramStart {
  readonly command: string
  readonly arguments: readonly string[]
  readonly folder?: string
  /** What shows that it is ready: a line of its output, or that it accepts connections on a port. */
  readonly ready: RegExp | { readonly port: number }
}

export interface RunningProgram {
  readonly pid: number
  /** What matched `ready`, when that was a pattern. */
  readonly readyLine: RegExpExecArray | undefined
  /** At once, as a crash. */
  kill(): Promise<void>
}

const readyPatienceMs = 60_000
const stopPatienceMs = 3_000
const keptOutput = 4_000

/**
 * Everything that a run has started. Each leads a process group of its own, so that Ctrl-C in a terminal reaches the benchmark
 * alone, and ending one ends what it has started itself.
 */
export class Programs {
  readonly #running = new Set<ChildProcess>()
  #watchdog: Watchdog | undefined
  readonly #killAll = () => {
    for (const child of this.#running) signalGroup(child, 'SIGKILL')
  }

  constructor() {
    // Whatever happens to the benchmark, nothing that it started stays.
    process.on('exit', this.#killAll)
  }

  /** @throws when it is not ready in time, with the end of what it wrote */
  async start(options: ProgramStart): Promise<RunningProgram> {
    const child = this.adopt(
      spawn(options.command, [...options.arguments], {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        env: { ...process.env, PATH: searchPath },
        ...(options.folder !== undefined && { cwd: options.folder }),
      }),
    )
    try {
      const readyLine = await ready(child, options)
      return { pid: child.pid ?? -1, readyLine, kill: () => this.end(child) }
    } catch (error) {
      await this.end(child)
      throw error
    }
  }

  /** Takes over a process that leads its own group. */
  adopt(child: ChildProcess): ChildProcess {
    this.#watchdog ??= new Watchdog()
    this.#watchdog.started(child)
    this.#running.add(child)
    child.once('exit', () => {
      this.#running.delete(child)
      this.#watchdog?.ended(child)
    })
    return child
  }

  /** @param how `SIGTERM` lets it clean up behind itself first */
  async end(child: ChildProcess, how: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (!this.#running.has(child)) return
    const exited = once(child, 'exit')
    signalGroup(child, how)
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), stopPatienceMs)
    await exited
    clearTimeout(timer)
  }

  /** Ends what runs; more can be started. */
  async endRunning(): Promise<void> {
    await Promise.all([...this.#running].map((child) => this.end(child)))
  }

  async close(): Promise<void> {
    await this.endRunning()
    process.off('exit', this.#killAll)
    this.#watchdog?.close()
  }
}

/** Debian keeps servers where the path of an ordinary user does not lead. */
export const searchPath = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`

async function ready(child: ChildProcess, { ready: how, command }: ProgramStart): Promise<RegExpExecArray | undefined> {
  const found = Promise.withResolvers<RegExpExecArray | undefined>()
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-keptOutput)
      const match = how instanceof RegExp ? how.exec(output) : null
      if (match !== null) found.resolve(match)
    })
  }
  const fail = (what: string) => found.reject(new Error(`${command} ${what}\n${output}`.trimEnd()))
  child.once('error', (error) => fail(`cannot be started: ${error.message}`))
  child.once('exit', (code, signal) => fail(`ended before it was ready (${signal ?? code})`))
  const patience = new AbortController()
  const timer = setTimeout(() => {
    patience.abort()
    fail(`is not ready after ${readyPatienceMs / 1000} s`)
  }, readyPatienceMs)
  if (!(how instanceof RegExp)) void portOpen(how.port, patience.signal).then(() => found.resolve(undefined))
  try {
    return await found.promise
  } finally {
    clearTimeout(timer)
    patience.abort()
  }
}
