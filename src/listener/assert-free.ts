import { createServer } from 'node:net'
import { ListenError } from './listen-error.ts'
import type { ListenAddress } from './listener-settings.ts'

/**
 * Makes sure that nobody else listens there. Threads share their ports (`reusePort`), and so could another program of the same user:
 * the system would spread connections over both without a word.
 *
 * @throws ListenError for the first address that is taken
 */
export async function assertFree(addresses: readonly ListenAddress[]): Promise<void> {
  for (const address of addresses) if (address.port !== 0) await tryAlone(address)
}

function tryAlone(address: ListenAddress): Promise<void> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new ListenError(address, error)))
    server.listen({ ...address, exclusive: true }, () => server.close(() => resolve()))
  })
}
