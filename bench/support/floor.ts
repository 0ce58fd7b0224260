/*
 * What a server in Node costs that does nothing: it reads, does not look at what it read, and writes one prepared buffer.
 * `node floor.ts READING FILE`, FILE holding the bytes of a whole response. READING is `stream`, as every program on `net` gets
 * its bytes, or `inbox`, all connections into one buffer, as the plain lane reads: that is the lowest floor there is. One read is taken for
 * one request, which holds for a client that waits for its answers and whose heads fit in a segment.
 */
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { Inbox } from '../../src/http1/inbox.ts'

const [reading, file] = process.argv.slice(2)
const wire = readFileSync(file!)
const inbox = reading === 'inbox' ? new Inbox() : undefined
const server = createServer({ noDelay: true }, (socket) => {
  const answer = (): void => void socket.write(wire)
  if (inbox?.attach(socket, answer) === true) socket.resume()
  else socket.on('data', answer)
  // A client that leaves is not this program's concern.
  socket.on('error', () => {})
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`floor: listening on ${(server.address() as AddressInfo).port}`)
})
