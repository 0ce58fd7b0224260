import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Clock } from '../clock.ts'
import type { AnswerFromMemory } from '../proxy/answer-from-memory.ts'
import type { RequestHandler } from '../request/proxy-response.ts'
import { FullLane } from './full-lane.ts'
import type { LaneContext } from './lane-context.ts'
import { ListenError } from './listen-error.ts'
import type { ListenerHooks } from './listener-hooks.ts'
import type { ListenAddress, ListenerSettings } from './listener-settings.ts'
import { OpenConnections } from './open-connections.ts'
import { PlainLane } from './plain-lane/plain-lane.ts'

export interface ListenerParts {
  readonly settings: ListenerSettings
  readonly handle: RequestHandler
  readonly answerFromMemory?: AnswerFromMemory
  readonly hooks: ListenerHooks
  readonly clock: Clock
}

/** The traffic ports of one thread, while they are open. */
export interface Listeners {
  /** Where it listens, with the ports that the system chose. */
  readonly addresses: readonly ListenAddress[]
  /** Client connections open now. */
  readonly connections: number
  /** Connections that the plain lane gave to the full lane since the start. */
  readonly handedOver: number
  /** Applies from the next request on; addresses and the head's size stay as they are. */
  update(settings: ListenerSettings): void
  /**
   * Accepts no more; idle connections are closed at once, responses under way end and close theirs, and what is left
   * after `graceMs` is cut. Resolves when all are closed.
   */
  stop(graceMs: number): Promise<void>
}

/** The pause between two reports that a connection could not be accepted. */
const ACCEPT_ERROR_MS = 1000

/**
 * Opens every address or none.
 *
 * @throws ListenError for the first address that could not be opened
 */
export async function startListeners(parts: ListenerParts): Promise<Listeners> {
  const { settings, handle, answerFromMemory, hooks, clock } = parts
  const context: LaneContext = { settings, handle, answerFromMemory, hooks, clock, isDraining: false }
  const fullLane = new FullLane(context)
  const lane = new PlainLane(context, fullLane)
  const connections = new OpenConnections(context, (connection) => fullLane.refuseLateHead(connection))
  const servers = settings.addresses.map(() => acceptingServer(context, connections, lane))
  const opening = settings.addresses.map((address, i) => listen(servers[i]!, address, settings.reusePort))
  const failed = (await Promise.allSettled(opening)).find((result) => result.status === 'rejected')
  if (failed !== undefined) {
    await Promise.all(servers.map(close))
    await connections.drain(0)
    throw failed.reason
  }
  return {
    addresses: servers.map((server) => listenAddress(server.address() as AddressInfo)),
    get connections() {
      return connections.size
    },
    get handedOver() {
      return lane.handedOver
    },
    update(next) {
      context.settings = next
    },
    async stop(graceMs) {
      context.isDraining = true
      const closed = servers.map(close)
      await connections.drain(graceMs)
      await Promise.all(closed)
    },
  }
}

function acceptingServer(context: LaneContext, connections: OpenConnections, lane: PlainLane): Server {
  // Half-open, as node:http has its own servers: it decides itself what the end of a client's side means.
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) => {
    const connection = connections.accept(socket, 'http')
    if (connection !== undefined) lane.take(connection)
  })
  let reportedMs = Number.NEGATIVE_INFINITY
  // Too many open files, most likely. Node then accepts and closes at once what waits, so that nothing hangs; those who
  // are being served stay served.
  server.on('error', (error) => {
    const nowMs = context.clock.now()
    if (!server.listening || nowMs - reportedMs < ACCEPT_ERROR_MS) return
    reportedMs = nowMs
    context.hooks.onAcceptError(error)
  })
  return server
}

function listen(server: Server, { host, port }: ListenAddress, reusePort: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(new ListenError({ host, port }, error))
    server.once('error', onError)
    server.listen({ host, port, reusePort, backlog: 4096 }, () => {
      server.off('error', onError)
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve())
    else resolve()
  })
}

function listenAddress(info: AddressInfo): ListenAddress {
  return { host: info.address, port: info.port }
}
