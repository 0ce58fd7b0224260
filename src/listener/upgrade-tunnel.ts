import type { IncomingMessage } from 'node:http'
import { clientGone } from '../errors.ts'
import type { Tunnel } from '../http/tunnel.ts'
import type { NormalisedRequest } from '../request/normalise.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import type { Connection, Work } from './connection.ts'
import { ExchangeRecorder } from './exchange-recorder.ts'
import type { LaneContext } from './lane-context.ts'
import { receivedHead } from './node-head.ts'
import { PlainWriter } from './plain-lane/plain-writer.ts'
import { fieldLines } from './response-framing.ts'

export interface TunnelParts {
  readonly incoming: IncomingMessage
  readonly request: NormalisedRequest
  /** What the client sent behind its request, before there was an answer. */
  readonly head: Buffer
}

/**
 * A request for a WebSocket. It goes the way of every other request; when the origin agrees, bytes pass both ways from then on,
 * and when it does not, its answer is an ordinary response after which the connection closes.
 */
export class UpgradeTunnel implements Work {
  readonly #lane: LaneContext
  readonly #connection: Connection
  readonly #parts: TunnelParts
  readonly #recorder: ExchangeRecorder
  #writer: PlainWriter | undefined
  #tunnel: Tunnel | undefined
  #onGone: () => void = () => {}
  #isComplete = false

  constructor(lane: LaneContext, connection: Connection, parts: TunnelParts) {
    this.#lane = lane
    this.#connection = connection
    this.#parts = parts
    this.#recorder = new ExchangeRecorder(connection, lane.clock.now())
    this.#recorder.received(receivedHead(parts.incoming))
    this.#recorder.normalised(parts.request)
  }

  begin(): void {
    const { socket } = this.#connection
    this.#connection.endAfterCurrent()
    socket.on('error', () => {})
    socket.on('close', () => this.#onClosed())
    const answer = this.#lane.handle({
      ...this.#parts.request,
      receivedMs: this.#recorder.receivedMs,
      body: undefined,
      exchange: {
        interim: () => {},
        onGone: (listener) => {
          this.#onGone = listener
        },
      },
    })
    if (answer instanceof Promise)
      answer.then((response) => this.#answer(response)).catch((error) => this.#fault(error))
    else this.#answer(answer)
  }

  #answer(response: ProxyResponse): void {
    const { socket } = this.#connection
    const { tunnel } = response
    if (socket.destroyed) {
      tunnel?.socket.destroy()
      return
    }
    this.#recorder.responded(response, this.#lane.clock.now())
    if (tunnel === undefined) this.#refuse(response)
    else this.#join(response, tunnel)
  }

  /** What the client sent early is not looked at: it was meant for a tunnel that there is not. */
  #refuse(response: ProxyResponse): void {
    const { clock, settings } = this.#lane
    const situation = { method: 'GET', version: '1.1', closes: true, acceptsTrailers: false }
    this.#writer = new PlainWriter(
      this.#connection.socket,
      { ...situation, sendStallMs: settings.times.sendStallMs },
      {
        onFinished: () => {
          this.#isComplete = true
          this.#connection.close()
        },
        onBroken: () => this.#connection.break(),
      },
    )
    this.#writer.begin(response, clock.now())
  }

  /**
   * Two sides, one life: piping passes on an end, but neither a break nor our own closing. WebSocket knows no half-open
   * connection, so a side that has ended may only finish what it was saying.
   */
  #join({ reason, fields }: ProxyResponse, tunnel: Tunnel): void {
    const { socket } = this.#connection
    const { lingerMs, tunnelIdleMs } = this.#lane.settings.times
    const upstream = tunnel.socket
    this.#tunnel = tunnel
    this.#isComplete = true
    upstream.once('finish', () => setTimeout(() => upstream.destroy(), lingerMs).unref())
    upstream.on('close', () => socket.destroySoon())
    // Our side has ended: the client's has a moment to end as well.
    socket.on('finish', () => this.#connection.close())
    // Everything passes through this socket, in one direction or the other.
    socket.setTimeout(tunnelIdleMs, () => socket.destroy())
    socket.setNoDelay(true)
    const head = `HTTP/1.1 101 ${reason || 'Switching Protocols'}\r\n${fieldLines(fields)}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), tunnel.early]))
    if (this.#parts.head.length > 0) upstream.write(this.#parts.head)
    upstream.pipe(socket)
    socket.pipe(upstream)
  }

  #fault(error: unknown): void {
    this.#lane.hooks.onInternalError(error)
    this.#connection.break()
  }

  #onClosed(): void {
    const { clock, hooks } = this.#lane
    const { socket } = this.#connection
    this.#onGone()
    this.#tunnel?.socket.destroy()
    this.#writer?.abandon(clientGone('The client left'))
    hooks.onExchange(
      this.#recorder.record({
        endedMs: clock.now(),
        complete: this.#isComplete && !socket.errored,
        bodyBytesSent: this.#writer?.bodyBytes ?? 0,
        requestBodyBytes: 0,
      }),
    )
  }
}
