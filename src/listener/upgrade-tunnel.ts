import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer } from 'http-proxy'
import { lowerName, type RawFields } from '../http/fields.ts'
import { upstreamForwardingFields } from '../request/forwarding.ts'
import type { NormalisedRequest } from '../request/normalise.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import { refuse } from '../request/refusal.ts'
import type { Connection, Work } from './connection.ts'
import { ExchangeRecorder } from './exchange-recorder.ts'
import type { LaneContext } from './lane-context.ts'
import { receivedHead } from './node-head.ts'
import { ownAnswer, ownAnswerBytes } from './own-answer.ts'

export interface TunnelParts {
  readonly incoming: IncomingMessage
  readonly request: NormalisedRequest
  readonly target: URL
  /** What the client sent behind its request, before there was an answer. */
  readonly head: Buffer
}

const TUNNELLED: Decision = { outcome: 'pass', forward: 'bypass', detail: 'upgrade' }

/** A WebSocket on its way through: bytes both ways, once the origin has agreed; its own answer when it has not. */
export class UpgradeTunnel implements Work {
  readonly #lane: LaneContext
  readonly #connection: Connection
  readonly #parts: TunnelParts
  readonly #recorder: ExchangeRecorder
  #isAnswered = false

  constructor(lane: LaneContext, connection: Connection, parts: TunnelParts) {
    this.#lane = lane
    this.#connection = connection
    this.#parts = parts
    this.#recorder = new ExchangeRecorder(connection, lane.clock.now())
    this.#recorder.received(receivedHead(parts.incoming))
    this.#recorder.normalised(parts.request)
  }

  begin(): void {
    const { incoming, request, target, head } = this.#parts
    const { socket } = this.#connection
    this.#connection.endAfterCurrent()
    socket.on('close', () => this.#onClosed())
    // Our side has ended, by an answer or with a tunnel: the client's has a moment to end as well.
    socket.on('finish', () => this.#connection.close())
    // http-proxy sends on whatever it finds in these: so it finds the request as it was normalised.
    incoming.url = request.target
    incoming.headers = this.#upstreamHeaders()
    // One for each tunnel, since its events do not say which tunnel they are about.
    const proxy = createProxyServer()
    proxy.on('error', (error) => this.#fail(error))
    proxy.on('proxyReqWs', (upstream) => this.#watch(upstream))
    proxy
      .ws(incoming, socket, { target, agent: false, upgradeTimeout: this.#lane.settings.times.tunnelHandshakeMs }, head)
      .catch((error: Error) => this.#fail(error))
  }

  #upstreamHeaders(): IncomingHttpHeaders {
    const { request } = this.#parts
    const forwarding = upstreamForwardingFields(request, this.#lane.settings.forwarding)
    const headers = joinedHeaders([...request.fields, ...forwarding])
    return Object.assign(headers, { host: request.authority, connection: 'Upgrade', upgrade: 'websocket' })
  }

  /** Its listeners stand before those of http-proxy, so what they change is what the client gets. */
  #watch(upstream: ClientRequest): void {
    upstream.on('upgrade', (answer, upstreamSocket) => {
      const isAsked = answer.headers.upgrade?.toLowerCase() === 'websocket'
      if (!isAsked) {
        this.#fail(new Error('The origin switched to a protocol that was not asked for'))
        upstreamSocket.destroy()
        this.#connection.socket.destroy()
        return
      }
      this.#answered(101, answer)
      answer.headers = { ...withoutConnectionFields(answer.headers), connection: 'Upgrade', upgrade: 'websocket' }
      this.#join(upstreamSocket)
    })
    upstream.on('response', (answer) => {
      this.#answered(answer.statusCode ?? 502, answer)
      this.#connection.socket.setTimeout(this.#lane.settings.times.sendStallMs, () => this.#connection.socket.destroy())
      const status = `${this.#lane.settings.request.pseudonym}; fwd=bypass; detail=upgrade-refused`
      const before = answer.headers['cache-status']
      answer.headers['cache-status'] = before === undefined ? status : `${String(before)}, ${status}`
    })
  }

  /**
   * Two sides, one life: piping passes on an end, but neither a break nor our own closing. WebSocket knows no half-open
   * connection, so a side that has ended may only finish what it was saying.
   */
  #join(upstreamSocket: Socket): void {
    const { socket } = this.#connection
    const { lingerMs } = this.#lane.settings.times
    upstreamSocket.once('finish', () => setTimeout(() => upstreamSocket.destroy(), lingerMs).unref())
    socket.on('close', () => upstreamSocket.destroy())
    upstreamSocket.on('close', () => socket.destroySoon())
    // Everything passes through this socket, in one direction or the other.
    socket.setTimeout(this.#lane.settings.times.tunnelIdleMs, () => socket.destroy())
  }

  #fail(error: Error & { readonly code?: string }): void {
    const { socket } = this.#connection
    if (this.#isAnswered || socket.destroyed) return
    const isTimeout = error.code === 'ERR_UPSTREAM_UPGRADE_TIMEOUT'
    const refusal = isTimeout
      ? refuse(504, 'origin-timeout', 'The origin did not answer in time')
      : refuse(502, 'origin-unreachable', 'The origin could not be reached')
    const answer = ownAnswer(refusal, this.#lane.settings.request.pseudonym)
    this.#isAnswered = true
    this.#recorder.responded(answer, this.#lane.clock.now())
    this.#connection.close(ownAnswerBytes(answer, true))
  }

  #answered(status: number, answer: IncomingMessage): void {
    this.#isAnswered = true
    const response: ProxyResponse = {
      status,
      reason: answer.statusMessage ?? '',
      fields: answer.rawHeaders,
      body: undefined,
      announcedLength: undefined,
      decision: { ...TUNNELLED, forwardStatus: status },
    }
    this.#recorder.responded(response, this.#lane.clock.now())
  }

  #onClosed(): void {
    const { clock, hooks } = this.#lane
    const { socket } = this.#connection
    hooks.onExchange(
      this.#recorder.record({
        endedMs: clock.now(),
        complete: this.#isAnswered && !socket.errored,
        bodyBytesSent: 0,
        requestBodyBytes: 0,
      }),
    )
  }
}

/** Fields as the object that http-proxy reads; without a prototype, since names come from the client. */
function joinedHeaders(fields: RawFields): IncomingHttpHeaders {
  const headers: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i < fields.length; i += 2) {
    const name = lowerName(fields[i]!)
    const value = fields[i + 1]!
    const before = headers[name]
    headers[name] = before === undefined ? value : [before, value].flat()
  }
  return headers as IncomingHttpHeaders
}

/** The origin's own hop (RFC 9110 §7.6.1); what `Connection` and `Upgrade` then say is ours. */
function withoutConnectionFields(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const hop = new Set([...named, 'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'te', 'upgrade'])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name) && name !== 'transfer-encoding'))
}
