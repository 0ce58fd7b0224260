import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** What to do about one command: bytes to answer with, or something done to the connection. */
export type Answer = string | Buffer | ((connection: Socket) => void)

/** Says what a server answers: `words` are those of a Redis command, or of the line of a memcached one. */
export type Script = (words: readonly string[]) => Answer

/** A server that answers as a script says: what real ones do only on a bad day. */
export class ScriptedStore {
  script: Script
  readonly #server: Server
  readonly #connections = new Set<Socket>()
  readonly port: number

  private constructor(server: Server, script: Script) {
    this.#server = server
    this.script = script
    this.port = (server.address() as AddressInfo).port
  }

  static async start(protocol: 'redis' | 'memcached', script: Script): Promise<ScriptedStore> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const store = new ScriptedStore(server, script)
    const take = protocol === 'redis' ? takeRedisCommand : takeMemcachedCommand
    server.on('connection', (connection) => store.#serve(connection, take))
    return store
  }

  async stop(): Promise<void> {
    this.#server.close()
    for (const connection of this.#connections) connection.destroy()
    await once(this.#server, 'close')
  }

  #serve(connection: Socket, take: (text: string) => Command | undefined): void {
    this.#connections.add(connection)
    connection.on('close', () => this.#connections.delete(connection))
    connection.on('error', () => {})
    let received = ''
    connection.on('data', (chunk) => {
      received += chunk.toString('latin1')
      for (let command = take(received); command !== undefined; command = take(received)) {
        received = received.slice(command.length)
        const answer = this.script(command.words)
        if (typeof answer === 'function') answer(connection)
        else connection.write(answer)
      }
    })
  }
}

interface Command {
  readonly words: readonly string[]
  /** Of its bytes. */
  readonly length: number
}

/** An array of bulk strings, as clients send. */
function takeRedisCommand(text: string): Command | undefined {
  const head = /^\*(\d+)\r\n/.exec(text)
  if (head === null) return undefined
  const words: string[] = []
  let at = head[0].length
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20))
    if (size === null) return undefined
    const start = at + size[0].length
    at = start + Number(size[1]) + 2
    if (text.length < at) return undefined
    words.push(text.slice(start, at - 2))
  }
  return { words, length: at }
}

/** A line, and behind `ms` its value. */
function takeMemcachedCommand(text: string): Command | undefined {
  const end = text.indexOf('\r\n')
  if (end === -1) return undefined
  const words = text.slice(0, end).split(' ')
  const length = end + 2 + (words[0] === 'ms' ? Number(words[2]) + 2 : 0)
  return text.length < length ? undefined : { words, length }
}

/** A Redis that has nothing and takes everything. */
export const emptyRedis: Script = ([name = '', ...rest]) => {
  switch (name.toLowerCase()) {
    case 'mget':
      return `*${rest.length}\r\n${'$-1\r\n'.repeat(rest.length)}`
    case 'exists':
    case 'expire':
    case 'unlink':
      return ':0\r\n'
    default:
      return '+OK\r\n'
  }
}

/** A memcached that has nothing and takes everything. */
export const emptyMemcached: Script = (words) => {
  const opaque = words.at(-1)
  return words[0] === 'mg' ? `EN ${opaque}\r\n` : `HD ${opaque}\r\n`
}
