import type { LookupFunction, Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import { connectionPersists } from '../http1/connection.ts'
import { type HeadLimits, type ResponseHead, ResponseHeadReader } from '../http1/head.ts'
import { Inbox } from '../http1/inbox.ts'
import { Outbox } from '../http1/outbox.ts'
import { type Address, openSocket } from './address.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import { idleMs } from './end-to-end.ts'
import { connectFailed, connectTimedOut, internal } from './failures.ts'
import type { OriginRequest } from './origin-client.ts'
import type { ProxyProtocol } from './proxy-protocol.ts'
import { requestHeadOf } from './request-sender.ts'
import type { TimeLimits } from './settings.ts'
import { WireExchange } from './wire-exchange.ts'
import type { WireHandler } from './wire-handler.ts'
import { WireWait } from './wire-wait.ts'

/** What all connections to one member have in common. */
export interface ConnectionSettings {
  readonly origin: string
  readonly address: Address
  readonly limits: TimeLimits
  readonly headLimits: HeadLimits
  readonly deadlines: Deadlines
  readonly lookup: LookupFunction | undefined
  /** Every connection begins with a header that names the client. */
  readonly proxyProtocol?: ProxyProtocol | undefined
  /** Whether a connection to this address may be kept for other requests; absent: always. */
  readonly mayKeep?: ((remoteAddress: string | undefined) => boolean) | undefined
  /** Hears of a throw in a handler or sink; it is contained to its connection. */
  readonly onFault: (error: unknown) => void
}

/** For all connections to origins in this thread, but those of TLS. */
const inbox = new Inbox()
const outbox = new Outbox()

/** Who keeps the connections of a member. */
export interface ConnectionOwner {
  onConnected(connection: Connection): void
  /** It may carry the next request. */
  onIdle(connection: Connection): void
  /** Called once. `error` tells why it did not come about; undefined when it was connected. */
  onClosed(connection: Connection, error: ProxyError | undefined): void
}

/**
 * One connection to an origin: connecting → carrying one exchange at a time, idle between → closed,
 * or the last one's tunnel → closed. A byte that no
 * exchange asked for closes it: what stands on a connection out of turn would be taken for the next request's response.
 */
export class Connection {
  readonly socket: Socket
  readonly headReader: ResponseHeadReader
  readonly deadline: Deadline
  /** For its exchanges, one after the other. */
  readonly wait: WireWait
  readonly origin: string
  readonly limits: TimeLimits
  readonly clock: Clock
  idleSinceMs = 0
  readonly #settings: ConnectionSettings
  readonly #owner: ConnectionOwner
  #phase: 'connecting' | 'idle' | 'busy' | 'tunnel' | 'closed' = 'connecting'
  #exchange: WireExchange | undefined
  #readsIntoInbox = false
  #lastHead: ResponseHead | undefined
  #lastKeptMs = 0

  /** @param clientAddress who it is for, where the origin is told by the PROXY protocol */
  constructor(settings: ConnectionSettings, owner: ConnectionOwner, clientAddress?: string) {
    this.origin = settings.origin
    this.limits = settings.limits
    this.clock = settings.deadlines.clock
    this.headReader = new ResponseHeadReader(settings.headLimits)
    this.#settings = settings
    this.#owner = owner
    this.deadline = settings.deadlines.create(() => this.#contain(() => this.#onDue()))
    this.deadline.in(settings.limits.connectMs)
    this.wait = new WireWait(this.deadline, settings.limits)
    this.socket = openSocket(settings, clientAddress)
    this.#listen()
  }

  get isClosed(): boolean {
    return this.#phase === 'closed'
  }

  /** Bytes that it has given to its exchange, to be kept longer than this turn. */
  owned(bytes: Buffer): Buffer {
    return this.#readsIntoInbox ? Buffer.from(bytes) : bytes
  }

  /** Takes a request, which `start` then sends; the connection must be idle or just connected. */
  carry(request: OriginRequest, handler: WireHandler): WireExchange {
    this.#phase = 'busy'
    this.wait.forNothing()
    this.#exchange = new WireExchange(this, request, handler)
    return this.#exchange
  }

  /** For the exchange: sends all of a request without a body. */
  send(request: OriginRequest): void {
    const { head } = request
    if (head === undefined) this.socket.write(requestHeadOf(request), 'latin1')
    else outbox.send(this.socket, head)
  }

  /** For the exchange: it was sent, and its response, with this head, ended exactly. The connection may carry another. */
  release(head: ResponseHead, nowMs: number): void {
    const { socket } = this
    const { mayKeep } = this.#settings
    const keptMs = this.#keptMsAfter(head)
    const isDone = socket.writableLength === 0 && socket.readableLength === 0
    if (isDone && keptMs > 0 && mayKeep?.(socket.remoteAddress) !== false) this.#becomeIdle(keptMs, nowMs)
    else this.close()
  }

  /** How long it may be idle, 0 where it must be closed. Of responses that are like one before, the head is that one's. */
  #keptMsAfter(head: ResponseHead): number {
    if (head !== this.#lastHead) {
      this.#lastHead = head
      this.#lastKeptMs = connectionPersists(head) ? idleMs(head.fields, this.limits) : 0
    }
    return this.#lastKeptMs
  }

  #becomeIdle(keptMs: number, nowMs: number): void {
    this.#exchange = undefined
    this.#phase = 'idle'
    this.idleSinceMs = nowMs
    this.deadline.at(nowMs + keptMs)
    // Whoever read the last body may have paused it; now the end or a surplus byte must be seen.
    if (this.socket.isPaused()) this.socket.resume()
    this.#owner.onIdle(this)
  }

  /** For the exchange: the origin has switched protocols. What arrives is for who has the socket, until that is closed. */
  becomeTunnel(onClosed: () => void): Socket {
    const { socket } = this
    this.#phase = 'tunnel'
    this.#exchange = undefined
    this.deadline.clear()
    inbox.detach(socket)
    socket.pause()
    for (const event of ['data', 'drain', 'end', 'error', 'close']) socket.removeAllListeners(event)
    // What went wrong is seen by its closing.
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#contain(onClosed)
      this.close()
    })
    return socket
  }

  /** Destroys it at once, whatever it does. An exchange on it is not told: it closes the connection itself. */
  close(error?: ProxyError): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    this.#exchange = undefined
    this.deadline.remove()
    this.socket.destroy()
    this.#owner.onClosed(this, error)
  }

  #listen(): void {
    const { socket } = this
    const connected = this.#settings.address.kind === 'tls' ? 'secureConnect' : 'connect'
    socket.once(connected, () => this.#contain(() => this.#onConnected()))
    socket.on('drain', () => this.#contain(() => this.#exchange?.onDrain()))
    socket.on('end', () => this.#contain(() => this.#onGone(undefined)))
    socket.on('error', (error) => this.#contain(() => this.#onGone(error)))
    // Follows `end` and `error`, which have closed it by then; alone it must not look like an end in order.
    socket.on('close', () => this.#contain(() => this.#onGone(new Error('socket closed'))))
  }

  #onConnected(): void {
    if (this.#phase !== 'connecting') return
    this.#phase = 'idle'
    this.deadline.clear()
    this.#read()
    this.#owner.onConnected(this)
  }

  #read(): void {
    const { socket } = this
    this.#readsIntoInbox = inbox.attach(socket, (length) => this.#onData(inbox.bytes, length))
    if (this.#readsIntoInbox) socket.resume()
    else socket.on('data', (bytes: Buffer) => this.#onData(bytes, bytes.length))
  }

  #onData(bytes: Buffer, length: number): void {
    try {
      if (this.#exchange !== undefined) this.#exchange.onData(bytes, length)
      else this.close()
    } catch (fault) {
      this.#contained(fault)
    }
  }

  #onGone(cause: unknown): void {
    if (this.#phase === 'connecting') {
      this.close(connectFailed(this.origin, cause ?? 'connection closed'))
      return
    }
    const exchange = this.#exchange
    if (exchange === undefined) {
      this.close()
      return
    }
    if (cause === undefined) exchange.onEnd()
    else exchange.onError(cause)
  }

  #onDue(): void {
    if (this.#phase === 'connecting') this.close(connectTimedOut(this.origin, this.limits.connectMs))
    else if (this.#exchange !== undefined) this.#exchange.onDue()
    else this.close()
  }

  /** A throw out of an event handler would end the process: it ends this exchange instead. */
  #contain(act: () => void): void {
    try {
      act()
    } catch (fault) {
      this.#contained(fault)
    }
  }

  #contained(fault: unknown): void {
    this.#settings.onFault(fault)
    try {
      this.#exchange?.fail(internal(`Cannot finish exchange with origin "${this.origin}": handler threw`, fault))
    } catch (second) {
      this.#settings.onFault(second)
    }
    this.close()
  }
}
