import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { BlockList, isIP } from 'node:net'
import { readHtcpClear } from '../invalidate/dialects/htcp.ts'
import { plainAddress } from '../request/trusted-peers.ts'

export interface HtcpOptions {
  /** An address of this machine, or a multicast group, which is joined. */
  readonly host: string
  readonly port: number
  /** Address of the interface on which a group is joined; undefined: the system chooses. */
  readonly groupInterface: string | undefined
  /** Whether a datagram from there is obeyed. The sender of a datagram can be forged: listen where only senders can reach. */
  allows(address: string): boolean
  /** Purges a URI; nobody waits for it. */
  purge(uri: string, address: string): void
}

/** Listens for HTCP CLR by UDP. Nothing is answered: the senders want nothing. */
export class HtcpListener {
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** @throws Error with `syscall` when the address cannot be listened on, or the group not be joined */
  static async start({ host, port, groupInterface, allows, purge }: HtcpOptions): Promise<HtcpListener> {
    // Shared: a successor listens before its predecessor ends, and a multicast group has several listeners on one machine.
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reuseAddr: true })
    socket.on('message', (packet, { address }) => {
      const from = plainAddress(address)
      const uri = allows(from) ? readHtcpClear(packet) : undefined
      if (uri !== undefined) purge(uri, from)
    })
    try {
      socket.bind(port, host)
      await once(socket, 'listening')
      if (isGroup(host)) socket.addMembership(host, groupInterface)
    } catch (error) {
      socket.close()
      throw error
    }
    return new HtcpListener(socket)
  }

  get port(): number {
    return this.#socket.address().port
  }

  close(): void {
    this.#socket.close()
  }
}

const GROUPS = new BlockList()
GROUPS.addSubnet('224.0.0.0', 4, 'ipv4')
GROUPS.addSubnet('ff00::', 8, 'ipv6')

function isGroup(host: string): boolean {
  const family = isIP(host)
  return family !== 0 && GROUPS.check(host, family === 6 ? 'ipv6' : 'ipv4')
}
