/* An HTTP server that does nothing at all for so many milliseconds of every second: `node stalling-server.ts STALL_MS`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const stallMs = Number(process.argv[2])
const server = createServer((_request, response) => response.end('here\n'))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`)
})
if (stallMs > 0) setInterval(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs), 1000)
