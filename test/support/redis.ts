import { freePort } from '../../src/bench/servers/free-port.ts'
import { type Program, startProgram } from './processes.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface Server extends Program {
  readonly port: number
}

/** A real redis-server that keeps nothing on disk; `port` starts it again where one was killed. */
export async function startRedis(
  options: { port?: number; arguments?: readonly string[] } = {},
): Promise<Server & { readonly url: string }> {
  const port = options.port ?? (await freePort())
  const folder = temporaryFolder()
  const program = await startProgram({
    command: 'redis-server',
    arguments: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path],
      ...['--save', '', '--appendonly', 'no', ...(options.arguments ?? [])],
    ],
    ready: /Ready to accept connections/,
  })
  void program.exited.then(() => folder.remove())
  return { ...program, port, url: `redis://127.0.0.1:${port}` }
}
