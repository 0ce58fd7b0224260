/*
 * What no server in Node can be cheaper than: it reads, does not look at what it read, and writes one prepared buffer.
 * `node floor.ts FILE`, FILE holding the bytes of a whole response. One read is taken for one request, which holds for a
 * client that waits for its answers and whose heads fit in a segment.
 */
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'

const wire = readFileSync(process.argv[2]!)
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(wire))
  // A client that leaves is not this program's concern.
  socket.on('error', () => {})
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`floor: listening on ${(server.address() as AddressInfo).port}`)
})
