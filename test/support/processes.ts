import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { portOpen } from '../../src/bench/servers/port-open.ts'
import { signalGroup } from '../../src/bench/servers/signal-group.ts'

export interface ProgramOptions {
  readonly command: string
  readonly arguments: readonly string[]
  readonly folder?: string
  readonly environment?: Readonly<Record<string, string>>
  /** What shows that it is ready: a line of its output, or that it accepts connections on a port. */
  readonly ready: RegExp | { readonly port: number }
  readonly patienceMs?: number
}

export interface ProgramExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program started for a test, with everything it started itself. */
export interface Program {
  readonly pid: number
  /** What matched `ready`; undefined when that was a port. */
  readonly readyLine: RegExpExecArray | undefined
  readonly exited: Promise<ProgramExit>
  stdout(): string
  stderr(): string
  /** Waits until what it wrote matches. */
  output(pattern: RegExp): Promise<RegExpExecArray>
  /** To the program alone, as a supervisor would. */
  signal(signal: NodeJS.Signals): void
  /** Asks it to end and waits; when it takes half a minute it is killed. */
  stop(): Promise<ProgramExit>
  /** Ends it and its children at once, as a crash would. */
  kill(): Promise<ProgramExit>
  /** Holds it and its children still: it accepts connections and answers nothing. */
  pause(): void
  resume(): void
}

/** Generous: on a busy machine an idle process may wait for seconds until it has a turn. */
const readyPatienceMs = 60_000
const stopPatienceMs = 30_000
const running = new Set<ChildProcess>()
// A failed test never reaches its clean-up; nothing started may outlive it.
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL')
})

/**
 * Starts a program and waits until it is ready.
 *
 * @throws when it exits before that or is not ready in time, with what it wrote
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const program = launch(options)
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), options.patienceMs ?? readyPatienceMs)
  const ready =
    options.ready instanceof RegExp ? program.output(options.ready) : portOpen(options.ready.port, patience.signal)
  try {
    const readyLine = await Promise.race([ready, failure(program, options.command, patience.signal)])
    return { ...program, readyLine: readyLine ?? undefined }
  } catch (error) {
    await program.kill()
    throw error
  } finally {
    clearTimeout(timer)
    // Ends the waiting that lost the race.
    patience.abort()
  }
}

function launch(options: ProgramOptions): Omit<Program, 'readyLine'> {
  const child = spawn(options.command, [...options.arguments], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: its children can be signalled with it.
    detached: true,
    ...(options.folder !== undefined && { cwd: options.folder }),
    env: { ...process.env, ...options.environment },
  })
  running.add(child)
  const exited = new Promise<ProgramExit>((resolve) => {
    const leave = (exit: ProgramExit) => {
      running.delete(child)
      resolve(exit)
    }
    child.on('error', () => leave({ code: 127, signal: null }))
    child.on('close', (code, signal) => leave({ code, signal }))
  })
  const output = collectOutput(child)
  const end = async (how: () => void): Promise<ProgramExit> => {
    if (running.has(child)) how()
    return exited
  }
  return {
    pid: child.pid ?? -1,
    exited,
    ...output,
    signal: (signal) => child.kill(signal),
    kill: () => end(() => signalGroup(child, 'SIGKILL')),
    stop: () =>
      end(() => {
        child.kill('SIGTERM')
        const giveUp = setTimeout(() => signalGroup(child, 'SIGKILL'), stopPatienceMs)
        void exited.then(() => clearTimeout(giveUp))
      }),
    pause: () => {
      signalGroup(child, 'SIGSTOP')
      // A thread on another processor may still answer something after the signal was sent.
      while (!isStopped(child.pid)) {}
    },
    resume: () => signalGroup(child, 'SIGCONT'),
  }
}

/** Whether each thread of it stands still, or it is gone. */
function isStopped(pid: number | undefined): boolean {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    return tasks.every((task) => /\) [TXZ] /.test(readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1')))
  } catch {
    return true
  }
}

function collectOutput(child: ChildProcess): Pick<Program, 'stdout' | 'stderr' | 'output'> {
  const written = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
      for (const check of waiting) check()
    })
  }
  return {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    output: (pattern) =>
      new Promise((resolve) => {
        const check = () => {
          const found = pattern.exec(written.stdout) ?? pattern.exec(written.stderr)
          if (found === null) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
      }),
  }
}

async function failure(program: Omit<Program, 'readyLine'>, command: string, patience: AbortSignal): Promise<never> {
  const late = new Promise<string>((resolve) => {
    patience.addEventListener('abort', () => resolve('is not ready in time'), { once: true })
  })
  const gone = program.exited.then(({ code, signal }) => `exited early (${signal ?? code})`)
  const what = await Promise.race([late, gone])
  throw new Error(`${command} ${what}\n${program.stdout()}${program.stderr()}`)
}
