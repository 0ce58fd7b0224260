import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

const given = new Set<number>()

/**
 * A TCP port on 127.0.0.1 that nobody listens on: for a server about to start, or for an origin that refuses.
 * Prefer port 0 where the server tells its port: between this answer and its use somebody else may take the port.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    if (given.has(port)) continue
    given.add(port)
    return port
  }
}
