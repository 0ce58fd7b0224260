import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Program, type ProgramExit, startProgram } from './processes.ts'
import { temporaryFolder } from './temporary-folder.ts'

const mainFile = join(import.meta.dirname, '../../src/main.ts')

export interface BreakwaterOptions {
  /** Text of a configuration file, given with `--config`. */
  readonly config?: string
  readonly environment?: Readonly<Record<string, string>>
}

export interface RunningBreakwater extends Program {
  readonly port: number
  readonly url: string
  /** The exit code, once it has exited. */
  readonly exitCode: Promise<number | null>
}

/**
 * Starts the program as a user would, `serve` with these arguments, and waits until it says where it listens.
 * Unless asked for otherwise it listens on a free port of 127.0.0.1.
 *
 * @throws when it exits instead, with what it wrote
 */
export async function startBreakwater(
  serveArguments: readonly string[] = [],
  options: BreakwaterOptions = {},
): Promise<RunningBreakwater> {
  const folder = temporaryFolder()
  const program = await startProgram({
    command: process.execPath,
    arguments: [mainFile, 'serve', ...serveArguments, ...defaults(serveArguments, options, folder.path)],
    folder: folder.path,
    ready: /breakwater: listening on (https?:\/\/\S+:(\d+))/,
    ...(options.environment && { environment: options.environment }),
  }).catch((error: unknown) => {
    folder.remove()
    throw error
  })
  void program.exited.then(() => folder.remove())
  const [, url, port] = program.readyLine!
  return { ...program, url: url!, port: Number(port), exitCode: program.exited.then(({ code }) => code) }
}

/** Runs any of the program's commands until it exits. */
export async function runBreakwater(
  programArguments: readonly string[],
  options: { readonly folder?: string } = {},
): Promise<ProgramExit & { readonly stdout: string; readonly stderr: string }> {
  // Whatever it writes, it was started; the exit is what is awaited.
  const program = await startProgram({
    command: process.execPath,
    arguments: [mainFile, ...programArguments],
    ready: /^/,
    ...options,
  })
  const exit = await program.exited
  return { ...exit, stdout: program.stdout(), stderr: program.stderr() }
}

function defaults(given: readonly string[], { config }: BreakwaterOptions, folder: string): string[] {
  const extra: string[] = []
  // Who brings a file of their own says there where to listen.
  if (given.includes('--config')) return []
  const sets = (name: string) => given.includes(`--${name}`) || new RegExp(`^${name}:`, 'm').test(config ?? '')
  if (!sets('admin')) extra.push('--admin', 'off')
  if (!sets('listen')) extra.push('--listen', '127.0.0.1:0')
  if (config !== undefined) {
    const file = join(folder, 'breakwater.yaml')
    writeFileSync(file, config)
    extra.push('--config', file)
  }
  return extra
}
