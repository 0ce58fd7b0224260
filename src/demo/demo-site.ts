import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Site } from './site.ts'

export interface DemoSiteOptions {
  /** A free one when not given. */
  readonly port?: number
  /** How long a page takes to make. */
  readonly serviceMs?: number
}

export interface DemoSite {
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts the built-in origin on 127.0.0.1: a small blog with a shop that is as slow as PHP on a small box, to see the
 * cache at work. `/__counts` tells what has reached it.
 */
export async function startDemoSite(options: DemoSiteOptions = {}): Promise<DemoSite> {
  const site = new Site(options.serviceMs ?? 300)
  const server = createServer((request, response) => {
    // The socket's errors are the client's departure; nothing is left to be done for it.
    response.on('error', () => {})
    site.answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`The demo site failed: ${String(error)}\n`)
    })
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
