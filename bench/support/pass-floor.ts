/*
 * What no proxy in Node can be cheaper than: it moves bytes between each client and a connection to the origin that stays open
 * as long as the client's, and looks at none of them: `node pass-floor.ts ORIGIN_PORT`. Both sides read into one buffer, as the
 * plain lane does.
 */
import { type AddressInfo, connect, createServer } from 'node:net'
import { Inbox } from '../../src/http1/inbox.ts'

const originPort = Number(process.argv[2])
const inbox = new Inbox()
const fromOrigin = Buffer.allocUnsafeSlow(64 * 1024)

const server = createServer({ noDelay: true }, (client) => {
  const onread = {
    buffer: fromOrigin,
    callback: (length: number) => {
      // A copy: what the system does not take at once is written after the buffer has been used again.
      client.write(Buffer.from(fromOrigin.subarray(0, length)))
      return true
    },
  }
  const origin = connect({ port: originPort, host: '127.0.0.1', noDelay: true, onread })
  const pass = (length: number): void => void origin.write(Buffer.from(inbox.bytes.subarray(0, length)))
  if (inbox.attach(client, pass)) client.resume()
  else client.on('data', (bytes) => origin.write(bytes))
  client.on('close', () => origin.destroy())
  origin.on('close', () => client.destroy())
  // Whoever leaves is not this program's concern.
  client.on('error', () => {})
  origin.on('error', () => {})
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`pass floor: listening on ${(server.address() as AddressInfo).port}`)
})
