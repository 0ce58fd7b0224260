import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import type { Field } from './request-head.ts'

export interface Answer {
  readonly status: number
  readonly fields: IncomingHttpHeaders
  readonly body: Buffer
}

/** A server with a million responses may be asked to collect all its garbage before it answers. */
const patienceMs = 60_000

/** One GET on a connection of its own. */
export async function ask(port: number, path: string, fields: readonly Field[] = []): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port, path, agent: false, timeout: patienceMs })
  for (const [name, value] of fields) if (name !== 'Connection') outgoing.setHeader(name, value)
  outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${path} in ${patienceMs} ms`)))
  outgoing.end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(piece as Buffer)
  return { status: incoming.statusCode ?? 0, fields: incoming.headers, body: Buffer.concat(pieces) }
}

/** The bytes of a response as they are on the wire, when its body is known to be this long. */
export async function rawAnswer(port: number, head: string, bodyBytes: number): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(patienceMs, () => socket.destroy(new Error(`no whole response in ${patienceMs} ms`)))
  socket.write(head)
  let bytes = Buffer.alloc(0)
  for await (const piece of socket) {
    bytes = Buffer.concat([bytes, piece as Buffer])
    const headEnd = bytes.indexOf('\r\n\r\n')
    // Leaving the loop closes the connection.
    if (headEnd >= 0 && bytes.length >= headEnd + 4 + bodyBytes) break
  }
  return bytes
}
