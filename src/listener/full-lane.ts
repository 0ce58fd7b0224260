import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type NormalisedRequest, normaliseRequest } from '../request/normalise.ts'
import { type Refusal, refuse } from '../request/refusal.ts'
import type { Connection } from './connection.ts'
import { FullLaneExchange } from './exchange.ts'
import type { LaneContext } from './lane-context.ts'
import { framingOf, receivedHead } from './node-head.ts'
import { parseRefusal } from './parse-refusal.ts'
import { RefusedWork } from './refused-work.ts'
import { UpgradeTunnel } from './upgrade-tunnel.ts'

/**
 * The lane for everything, over node:http: its parser at its strictest, and its responses. Its server never listens:
 * connections are given to it, fresh or with bytes read from them pushed back.
 */
export class FullLane {
  readonly #context: LaneContext
  readonly #server: Server
  readonly #connections = new WeakMap<Duplex, Connection>()
  /** What was found when node:http asked whether to upgrade, for when it then does. */
  readonly #tunnels = new WeakMap<IncomingMessage, NormalisedRequest>()

  constructor(context: LaneContext) {
    this.#context = context
    this.#server = createServer({
      // No switch exists for the lenient parser: what it lets through is what smuggling is made of.
      insecureHTTPParser: false,
      maxHeaderSize: context.settings.limits.headBytesMax,
      // Ours answers in its own words, and knows HTTP/1.0.
      requireHostHeader: false,
      // Time limits are the connection's; these would need a server that listens.
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      shouldUpgradeCallback: (incoming) => this.#shouldUpgrade(incoming),
    })
    // No fields are dropped unseen, framing fields least of all: the size limit bounds them, and the count is refused.
    this.#server.maxHeadersCount = 0
    this.#server.timeout = 0
    const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse) => this.#onRequest(incoming, outgoing)
    this.#server.on('request', onRequest)
    // With a listener of ours node:http neither sends `100 Continue` nor 417 by itself.
    this.#server.on('checkContinue', onRequest)
    this.#server.on('checkExpectation', onRequest)
    this.#server.on('connect', (incoming) => this.#onConnect(incoming))
    this.#server.on('upgrade', (incoming, _socket, head) => this.#onUpgrade(incoming, head))
    this.#server.on('clientError', (error, socket) => this.#onClientError(error, socket))
  }

  /** Takes a connection over, for as long as it lives. */
  take(connection: Connection): void {
    connection.lingerOnClose()
    this.#connections.set(connection.socket, connection)
    this.#server.emit('connection', connection.socket)
  }

  /** The head that the connection waits for has taken too long. */
  refuseLateHead(connection: Connection): void {
    const late = refuse(408, 'head-timeout', 'The request took too long to arrive')
    connection.enqueue(new RefusedWork(this.#context, connection, late))
  }

  #onRequest(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const connection = this.#connections.get(incoming.socket)
    connection?.enqueue(new FullLaneExchange(this.#context, connection, incoming, outgoing))
  }

  #onConnect(incoming: IncomingMessage): void {
    const connection = this.#connections.get(incoming.socket)
    if (connection === undefined) return
    const head = receivedHead(incoming)
    const refusal = normaliseRequest(head, connection, this.#context.settings.request)
    if (refusal.kind === 'refused') connection.enqueue(new RefusedWork(this.#context, connection, refusal, head))
    else connection.break()
  }

  /** A tunnel is opened only for a right request, for WebSocket, on a connection with nothing else to do. */
  #shouldUpgrade(incoming: IncomingMessage): boolean {
    const connection = this.#connections.get(incoming.socket)
    if (connection === undefined || !connection.isIdle || connection.isEnding || this.#context.isDraining) return false
    const head = receivedHead(incoming)
    if (framingOf(head).kind !== 'none') return false
    const request = normaliseRequest(head, connection, this.#context.settings.request)
    if (request.kind === 'refused' || request.upgrade !== 'websocket') return false
    this.#tunnels.set(incoming, request)
    return true
  }

  #onUpgrade(incoming: IncomingMessage, head: Buffer): void {
    const connection = this.#connections.get(incoming.socket)
    const request = this.#tunnels.get(incoming)
    if (connection === undefined || request === undefined) incoming.socket.destroy()
    else connection.enqueue(new UpgradeTunnel(this.#context, connection, { request, incoming, head }))
  }

  #onClientError(error: Error, socket: Duplex): void {
    const connection = this.#connections.get(socket)
    // What follows an ending is not looked at, however malformed: it is only read so that the client can finish.
    if (connection?.isEnding) return
    const refusal = parseRefusal(error)
    if (connection === undefined || refusal === undefined) socket.destroy()
    else this.#refuse(connection, refusal)
  }

  #refuse(connection: Connection, refusal: Refusal): void {
    const { current } = connection
    if (current instanceof FullLaneExchange && current.isReceivingBody) current.refuseBody(refusal)
    else connection.enqueue(new RefusedWork(this.#context, connection, refusal))
  }
}
