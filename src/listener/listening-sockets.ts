import { type AddressInfo, isIPv4, type Server } from 'node:net'
import { ListenError } from './listen-error.ts'
import type { ListenAddress } from './listener-settings.ts'

/** Connections that wait to be accepted; the system may allow fewer. */
const BACKLOG = 4096

export interface ListeningOptions {
  readonly reusePort: boolean
  /** One that is not listening yet. */
  readonly newServer: () => Server
}

/** Addresses opened, and not served by others in place of the former ones until somebody says so. */
export interface Change {
  /** With the ports that the system chose. */
  readonly addresses: readonly ListenAddress[]
  /** From now on these are the addresses; those that are not among them accept no more. */
  commit(): void
  /** Everything is as it was. */
  abort(): Promise<void>
}

interface Listening {
  /** As the configuration has it: its port may be 0. */
  readonly asked: ListenAddress
  readonly server: Server
}

/** The listening sockets of one thread. */
export class ListeningSockets {
  readonly #options: ListeningOptions
  #listening: readonly Listening[] = []

  constructor(options: ListeningOptions) {
    this.#options = options
  }

  /** Where it listens, with the ports that the system chose. */
  get addresses(): readonly ListenAddress[] {
    return this.#listening.map(({ server }) => addressOf(server))
  }

  /**
   * Descriptors of the sockets, in the order of the addresses, for a process that is to listen on them as well. They are open as
   * long as the sockets are. Empty where the system has no such thing.
   */
  get descriptors(): readonly number[] {
    const found = this.#listening.map(({ server }) => descriptorOf(server))
    return found.includes(undefined) ? [] : found.filter((one) => one !== undefined)
  }

  /**
   * Opens what is not open yet, all or nothing; what stays is not touched.
   *
   * @param inherited descriptors of sockets that already listen on the first of these addresses
   * @throws ListenError for the first address that could not be opened
   */
  async open(addresses: readonly ListenAddress[], inherited: readonly number[] = []): Promise<Change> {
    const kept = addresses.map((address) => this.#listening.find((one) => isSame(one, address)))
    const opened = kept.map((one, i) => one ?? { asked: addresses[i]!, server: this.#options.newServer() })
    const opening = opened.map((one, i) => (kept[i] === undefined ? this.#listen(one, inherited[i]) : undefined))
    const failed = (await Promise.allSettled(opening)).find((result) => result.status === 'rejected')
    const abort = async (): Promise<void> => {
      await Promise.all(opened.filter((_, i) => kept[i] === undefined).map(({ server }) => close(server)))
    }
    if (failed !== undefined) {
      await abort()
      throw failed.reason
    }
    const commit = (): void => {
      for (const one of this.#listening) if (!opened.includes(one)) void close(one.server)
      this.#listening = opened
    }
    return { addresses: opened.map(({ server }) => addressOf(server)), commit, abort }
  }

  async close(): Promise<void> {
    await Promise.all(this.#listening.map(({ server }) => close(server)))
  }

  #listen({ server, asked }: Listening, descriptor: number | undefined): Promise<void> {
    const { reusePort } = this.#options
    const where = descriptor === undefined ? { ...asked, reusePort } : { fd: descriptor }
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => reject(new ListenError(asked, error))
      server.once('error', onError)
      server.listen({ ...where, backlog: BACKLOG }, () => {
        server.off('error', onError)
        if (descriptor === undefined || isAt(addressOf(server), asked)) resolve()
        else reject(new ListenError(asked, otherSocket(addressOf(server))))
      })
    })
  }
}

/** The same place, whether by the port asked for or by the one got. */
function isSame({ asked, server }: Listening, { host, port }: ListenAddress): boolean {
  if (asked.host === host && asked.port === port) return true
  return server.listening && addressOf(server).port === port && (asked.host === host || addressOf(server).host === host)
}

function isAt(found: ListenAddress, asked: ListenAddress): boolean {
  if (asked.port !== 0 && found.port !== asked.port) return false
  // Names, and IPv6 in its many spellings, are taken at their word.
  return isIPv4(asked.host) ? found.host === asked.host : true
}

function otherSocket({ host, port }: ListenAddress): Error {
  const message = `the socket that was handed over listens on ${host} port ${port}; give sockets in the order of \`listen\``
  return Object.assign(new Error(message), { syscall: 'listen' })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve())
    else resolve()
  })
}

function addressOf(server: Server): ListenAddress {
  const { address, port } = server.address() as AddressInfo
  return { host: address, port }
}

/** Node has no public way to it. Without one no other process gets the socket, which is said then. */
function descriptorOf(server: Server): number | undefined {
  const { _handle: handle } = server as Server & { readonly _handle?: { readonly fd?: unknown } }
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined
}
