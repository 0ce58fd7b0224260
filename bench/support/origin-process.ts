import { join } from 'node:path'
import { startProgram } from '../../test/support/processes.ts'
import { ask } from './http-get.ts'
import { countsPath } from './origin-site.ts'

export interface Origin {
  readonly port: number
  /** Requests for its pages so far. */
  requests(): Promise<number>
  stop(): Promise<void>
}

/** @param core the one of the load: what the origin costs is not the proxy's */
export async function startOrigin(core: number, delayMs = 0): Promise<Origin> {
  const program = await startProgram({
    command: 'taskset',
    arguments: ['-c', `${core}`, process.execPath, join(import.meta.dirname, 'origin.ts'), `${delayMs}`],
    ready: /origin: listening on (\d+)/,
  })
  const port = Number(program.readyLine![1])
  return {
    port,
    requests: async () => Number((await ask(port, countsPath)).body),
    async stop() {
      await program.stop()
    },
  }
}
