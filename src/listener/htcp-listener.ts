import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readHtcpClear } from '../invalidate/dialects/htcp.ts'
import { plainAddress } from '../request/trusted-peers.ts'

export interface HtcpOptions {
  readonly host: string
  readonly port: number
  /** Whether a datagram from there is obeyed. The sender of a datagram can be forged: listen where only senders can reach. */
  allows(address: string): boolean
  /** Purges a URI; nobody waits for it. */
  purge(uri: string): void
}

/** Listens for HTCP CLR by UDP. Nothing is answered: the senders want nothing. */
export class HtcpListener {
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** @throws Error with `syscall` when the address cannot be listened on */
  static async start({ host, port, allows, purge }: HtcpOptions): Promise<HtcpListener> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    socket.on('message', (packet, { address }) => {
      const uri = allows(plainAddress(address)) ? readHtcpClear(packet) : undefined
      if (uri !== undefined) purge(uri)
    })
    socket.bind(port, host)
    await once(socket, 'listening')
    return new HtcpListener(socket)
  }

  get port(): number {
    return this.#socket.address().port
  }

  close(): void {
    this.#socket.close()
  }
}
