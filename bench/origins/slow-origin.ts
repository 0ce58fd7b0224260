/*
 * An origin that does so many requests at a time, each for so long, and lets the others wait: `node slow-origin.ts AT_A_TIME MS`.
 * Like a server with a fixed number of processes it does not notice that a client has left, and works for it all the same.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const [atATime, ms] = process.argv.slice(2).map(Number) as [number, number]
const body = Buffer.alloc(1024, 'x')
const waiting: ServerResponse[] = []
let busy = 0

function begin(response: ServerResponse): void {
  busy++
  setTimeout(() => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length })
    response.end(body)
    busy--
    const next = waiting.shift()
    if (next !== undefined) begin(next)
  }, ms)
}

const server = createServer((_request, response) => {
  if (busy < atATime) begin(response)
  else waiting.push(response)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`origin: listening on ${(server.address() as AddressInfo).port}\n`)
})
