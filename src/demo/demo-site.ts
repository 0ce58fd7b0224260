import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Site } from './site.ts'

export interface DemoSiteOptions {
  /** A free one when not given. */
  readonly port?: number
  /** How long a page takes to make. */
  readonly serviceMs?: number
  /** The lifetime of every page that has one, instead of its own. */
  readonly pageFreshSeconds?: number
}

export interface DemoSite {
  readonly url: string
  /** How many requests have reached it. */
  requests(): number
  close(): Promise<void>
}

/**
 * Starts the built-in origin on 127.0.0.1: a small blog with a shop that is as slow as PHP on a small box, to see the
 * cache at work. `/__counts` tells what has reached it.
 */
export async function startDemoSite(options: DemoSiteOptions = {}): Promise<DemoSite> {
  const site = new Site(options.serviceMs ?? 300, options.pageFreshSeconds)
  const server = createServer((request, response) => {
    // The socket's errors are the client's departure; nothing is left to be done for it.
    response.on('error', () => {})
    site.answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`The demo site failed: ${String(error)}\n`)
    })
  })
  // A crowd connects in one moment; the default backlog would make half of it wait for a second try.
  server.listen(options.port ?? 0, '127.0.0.1', 4096)
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => site.requests,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
