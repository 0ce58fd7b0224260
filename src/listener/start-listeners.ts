import { createServer, type Server } from 'node:net'
import type { Clock } from '../clock.ts'
import { FullLane } from './full-lane.ts'
import type { LaneContext, LaneParts } from './lane-context.ts'
import type { ListenAddress } from './listener-settings.ts'
import { type Change, ListeningSockets } from './listening-sockets.ts'
import { Newcomers } from './newcomers.ts'
import { OpenConnections } from './open-connections.ts'
import { PlainLane } from './plain-lane/plain-lane.ts'

export interface ListenerParts extends Omit<LaneParts, 'answerFromMemory'> {
  readonly answerFromMemory?: LaneParts['answerFromMemory']
  readonly clock: Clock
  /** Descriptors of sockets that already listen, in the order of the addresses. */
  readonly inherited?: readonly number[]
}

/** The traffic ports of one thread, while they are open. */
export interface Listeners {
  /** Where it listens, with the ports that the system chose. */
  readonly addresses: readonly ListenAddress[]
  /** Client connections open now. */
  readonly connections: number
  /** Connections that the plain lane gave to the full lane since the start. */
  readonly handedOver: number
  /** Of the listening sockets, in the order of the addresses; empty where there is no such thing. */
  readonly descriptors: readonly number[]
  /** Applies from the next request on; addresses and the head's size stay as they are. */
  update(parts: Partial<LaneParts>): void
  /**
   * Opens those of the addresses that are not open.
   *
   * @throws ListenError for the first that could not be opened; nothing has changed then
   */
  listen(addresses: readonly ListenAddress[]): Promise<Change>
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
  const { settings, handle, answerFromMemory, hooks, clock, inherited } = parts
  const context: LaneContext = { settings, handle, answerFromMemory, hooks, clock, isDraining: false }
  const fullLane = new FullLane(context)
  const lane = new PlainLane(context, fullLane)
  const connections = new OpenConnections(context, (connection) => fullLane.refuseLateHead(connection))
  const newServer = (): Server => acceptingServer(context, connections, lane)
  const sockets = new ListeningSockets({ reusePort: settings.reusePort, newServer })
  try {
    const opened = await sockets.open(settings.addresses, inherited)
    opened.commit()
  } catch (error) {
    await connections.drain(0)
    throw error
  }
  return {
    get addresses() {
      return sockets.addresses
    },
    get descriptors() {
      return sockets.descriptors
    },
    get connections() {
      return connections.size
    },
    get handedOver() {
      return lane.handedOver
    },
    update: (next) => void Object.assign(context, next),
    listen: (addresses) => sockets.open(addresses),
    async stop(graceMs) {
      context.isDraining = true
      const closed = sockets.close()
      await connections.drain(graceMs)
      await closed
    },
  }
}

function acceptingServer(context: LaneContext, connections: OpenConnections, lane: PlainLane): Server {
  const newcomers = new Newcomers(() => context.clock.now())
  // Half-open, as node:http has its own servers: it decides itself what the end of a client's side means.
  const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, pauseOnConnect: true }
  const server = createServer(options, (socket) => {
    const connection = connections.accept(socket, 'http')
    if (connection === undefined) return
    newcomers.add(() => {
      if (!socket.destroyed) lane.take(connection)
    })
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
