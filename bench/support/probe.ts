import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Program } from '../../test/support/processes.ts'
import { ask } from './http-get.ts'

/** In the measured process: answers on a port of its own what `report` says, without keeping the process alive. */
export function startProbe(report: () => Promise<unknown>): void {
  const server = createServer((_request, response) => {
    void report().then((figures) => response.end(JSON.stringify(figures)))
  })
  server.listen(0, '127.0.0.1', () => {
    process.stderr.write(`probe: listening on ${(server.address() as AddressInfo).port}\n`)
  })
  server.unref()
}

/** @returns what asks the probe of a program, each time anew */
export async function probeOf<T>(program: Program): Promise<() => Promise<T>> {
  const [, port] = await program.output(/probe: listening on (\d+)/)
  return async () => JSON.parse((await ask(Number(port), '/')).body.toString()) as T
}
