import { freePort } from '../../src/bench/servers/free-port.ts'
import { startProgram } from './processes.ts'
import type { Server } from './redis.ts'

/** A real memcached; `port` starts it again where one was killed. */
export async function startMemcached(options: { port?: number; arguments?: readonly string[] } = {}): Promise<Server> {
  const port = options.port ?? (await freePort())
  const program = await startProgram({
    command: 'memcached',
    // It refuses to run as root without being told whom to become; for anybody else `-u` means nothing.
    arguments: ['-l', '127.0.0.1', '-p', String(port), '-U', '0', '-u', 'nobody', ...(options.arguments ?? [])],
    ready: { port },
  })
  return { ...program, port }
}
