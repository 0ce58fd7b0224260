/*
 * What no server in Node can be cheaper than: it reads, all connections into one buffer as the plain lane does, does not look
 * at what it read, and writes one prepared buffer.
 * `node floor.ts FILE`, FILE holding the bytes of a whole response. One read is taken for one request, which holds for a
 * client that waits for its answers and whose heads fit in a segment.
 */
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { Inbox } from '../../src/http1/inbox.ts'

const wire = readFileSync(process.argv[2]!)
const inbox = new Inbox()
const server = createServer({ noDelay: true }, (socket) => {
  const answer = (): void => void socket.write(wire)
  if (inbox.attach(socket, answer)) socket.resume()
  else socket.on('data', answer)
  // A client that leaves is not this program's concern.
  socket.on('error', () => {})
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`floor: listening on ${(server.address() as AddressInfo).port}`)
})
