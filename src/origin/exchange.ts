import type { ProxyError } from '../errors.ts'
import type { RawFields } from '../http/fields.ts'
import type { ResponseHead } from '../http1/head.ts'
import type { Connection } from './connection.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import { superseded, wholeTimedOut } from './failures.ts'
import type { FailureKind } from './health.ts'
import { RECENT_MS } from './idle-time.ts'
import type { Attempt, Member } from './member.ts'
import type { Waiter, Wish } from './member-connections.ts'
import type { OriginHandler, OriginRequest, OriginResponse, SentRequest } from './origin-client.ts'
import type { WireExchange } from './wire-exchange.ts'
import type { WireFailure, WireHandler } from './wire-handler.ts'

/** What an exchange needs of its pool. */
export interface Routes {
  /** @returns a member that may be asked now and is none of those, or why there is none */
  next(request: OriginRequest, tried: readonly Member[]): Member | ProxyError
  /** @returns another member that is well, for a request that has been answered badly; it is never a trial */
  alternative(request: OriginRequest, tried: readonly Member[]): Member | undefined
  /** @returns whether the budget allows to send a request again; if so it is paid for */
  payRetry(): boolean
  heldDown(member: Member): void
  readonly retriesMax: number
  /** Statuses for which another member is asked. */
  readonly retryStatuses: ReadonlySet<number>
  readonly wholeMs: number | undefined
  readonly deadlines: Deadlines
  readonly onFault: (error: unknown) => void
}

/** Asking twice does what asking once does (RFC 9110 §9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

const NONE: readonly Member[] = []

/** Nothing but a head, and a method that may be repeated. */
export function isRepeatable(request: OriginRequest): boolean {
  return request.body === undefined && idempotent.has(request.method)
}

/**
 * One request on its way: on a member, waiting for a connection, on the wire, on the next member; until there is a
 * response, or nothing is left to try.
 *
 * It is repeated only where nobody can tell: nothing of a response was seen, the body was not started, and either the
 * request was never sent or its method is idempotent (RFC 9110 §9.2.2).
 */
export class Exchange implements Waiter, WireHandler, SentRequest {
  readonly request: OriginRequest
  wish: Wish = 'any'
  readonly #handler: OriginHandler
  readonly #routes: Routes
  /** The members that it is not to go to, or was tried on before the one that has it. */
  #before: readonly Member[]
  #asked: Member | undefined
  readonly #deadline: Deadline | undefined
  #member: Member | undefined
  /** Health generation in which the member admitted this request. */
  #generation = 0
  /** The connection it is on, if that has carried others before. */
  #reused: Connection | undefined
  #retriedFresh = false
  #wire: WireExchange | undefined
  /** `send` has not returned yet: its caller must not be called back before. */
  #starting = true
  #over = false
  #abandoned = false
  #attempt: Attempt

  /** @param avoid members that this request is not to go to, because they have it already */
  constructor(request: OriginRequest, handler: OriginHandler, routes: Routes, avoid: readonly Member[] = NONE) {
    this.request = request
    this.#handler = handler
    this.#routes = routes
    this.#before = avoid
    this.#attempt = avoid.length === 0 ? 'first' : 'hedge'
    if (routes.wholeMs !== undefined) {
      this.#deadline = routes.deadlines.create(() => this.#onDue(routes.wholeMs!))
      this.#deadline.in(routes.wholeMs)
    }
  }

  /** The members it was tried on, the one that has it now last. */
  get tried(): readonly Member[] {
    return this.#asked === undefined ? this.#before : [...this.#before, this.#asked]
  }

  start(): void {
    const member = this.#routes.next(this.request, this.tried)
    if ('health' in member) this.#ask(member)
    else this.#fail(member)
    this.#starting = false
  }

  abandon(reason: ProxyError): void {
    this.#abandoned = true
    // Also when the exchange is over: its body may be here and not yet be read.
    this.#wire?.abandon(reason)
    if (this.#over) return
    const member = this.#member
    this.#end()
    member?.connections.cancel(this)
    this.request.body?.cancel(reason)
  }

  /** Abandons it because another member has answered the same request first. */
  lose(reason: ProxyError): void {
    const member = this.#member
    if (member?.lostHedge(this.#generation)) this.#routes.heldDown(member)
    this.abandon(reason)
  }

  onConnection(connection: Connection, reused: boolean): void {
    if (!reused) this.#member!.connected(this.#generation)
    this.#reused = reused ? connection : undefined
    this.#wire = connection.carry(this.#member!.addressed(this.request), this)
    this.#wire.start()
  }

  onNoConnection(error: ProxyError): void {
    if (error.source === 'origin' && error.code !== 'ORIGIN_OVERLOADED' && error.code !== 'ORIGIN_SICK') {
      this.#member!.countFailure(error)
      this.#reportFailure('connect', error)
    }
    // It was never sent: the next member gets what this one did not have to do, so it is on nobody's budget.
    if (error.retryable) this.#tryNext(error)
    else this.#fail(error)
  }

  onInterim(status: number, fields: RawFields): void {
    if (!this.#over) this.#handler.onInterim(status, fields)
  }

  onResponse(response: OriginResponse): void {
    const { status, requestTimeMs, responseTimeMs } = response
    this.#tellMember(status, responseTimeMs - requestTimeMs)
    if (this.#routes.retryStatuses.has(response.status) && this.#tryAlternative()) return
    // It lasts as long as its two sides like.
    if (response.tunnel !== undefined) this.#deadline?.remove()
    this.#handler.onResponse(response)
  }

  expects(bytes: Buffer, length: number, origin: string): ResponseHead | undefined {
    const head = this.#handler.atOnce?.expects(bytes, length, origin)
    return head !== undefined && this.#routes.retryStatuses.has(head.status) ? undefined : head
  }

  onWhole(status: number, requestTimeMs: number, responseTimeMs: number): void {
    this.#tellMember(status, responseTimeMs - requestTimeMs)
    this.#end()
    this.#handler.atOnce!.onWhole(responseTimeMs)
  }

  onFailure({ error, responseSeen, bodyStarted, requestTimeMs }: WireFailure): void {
    this.#wire = undefined
    if (error.source === 'origin') this.#member!.countFailure(error)
    const repeatable = !responseSeen && !bodyStarted && error.retryable && idempotent.has(this.request.method)
    // The origin's idle timer has closed the connection just when we wrote on it: says nothing about its health.
    const timedOutIdle = this.#reused !== undefined && requestTimeMs - this.#reused.idleSinceMs >= RECENT_MS
    if (timedOutIdle && repeatable && !this.#retriedFresh) {
      this.#retriedFresh = true
      this.wish = 'fresh'
      this.#member!.connections.acquire(this)
      return
    }
    const timeOut = error.code === 'ORIGIN_TIMEOUT' || error.code === 'ORIGIN_STALLED'
    if (error.code === 'ORIGIN_RESET' || timeOut) this.#reportFailure('exchange', error)
    if (repeatable && this.#mayTryAgain && this.#routes.payRetry()) this.#tryNext(error)
    else this.#fail(error)
  }

  onEnded(error?: ProxyError): void {
    if (error?.source === 'origin') this.#member?.countFailure(error)
    this.#end()
  }

  get #mayTryAgain(): boolean {
    return this.tried.length <= this.#routes.retriesMax
  }

  #ask(member: Member): void {
    this.#member = member
    member.asked(this.#attempt)
    this.#attempt = 'retry'
    this.#before = this.tried
    this.#asked = member
    this.#retriedFresh = false
    this.#generation = member.health.admit()
    this.wish = isRepeatable(this.request) ? 'any' : 'recent'
    member.connections.acquire(this)
  }

  #tellMember(status: number, latencyMs: number): void {
    const member = this.#member!
    // How long an upload takes says nothing about the member.
    const ownMs = this.request.body === undefined ? latencyMs : undefined
    if (member.responded(this.#generation, status, ownMs)) this.#routes.heldDown(member)
  }

  #leave(): void {
    if (this.#member !== undefined) this.#member.load--
    this.#member = undefined
  }

  #tryNext(error: ProxyError): void {
    if (!this.#mayTryAgain) {
      this.#fail(error)
      return
    }
    const member = this.#routes.next(this.request, this.tried)
    // The failure says more than that there is no other member to ask.
    if (!('health' in member)) {
      this.#fail(error)
      return
    }
    this.#leave()
    this.#ask(member)
  }

  /** Leaves a response that says the member cannot, if there is one that may be able to. */
  #tryAlternative(): boolean {
    if (!this.#mayTryAgain || !isRepeatable(this.request)) return false
    const member = this.#routes.alternative(this.request, this.tried)
    if (member === undefined || !this.#routes.payRetry()) return false
    const wire = this.#wire
    this.#wire = undefined
    wire?.abandon(superseded(this.#member!.name))
    this.#leave()
    this.#ask(member)
    return true
  }

  #reportFailure(kind: FailureKind, error: ProxyError): void {
    const member = this.#member!
    if (member.failed(this.#generation, kind, error.message)) this.#routes.heldDown(member)
  }

  #onDue(waitedMs: number): void {
    if (this.#over) return
    const member = this.#member
    const error = wholeTimedOut(member?.name ?? '', waitedMs)
    const wire = this.#wire
    // On the wire the failure takes the usual way, to the handler or to the body's sink.
    if (wire !== undefined) {
      wire.fail(error)
      return
    }
    member?.connections.cancel(this)
    this.#fail(error)
  }

  #fail(error: ProxyError): void {
    this.#end()
    this.request.body?.cancel(error)
    if (this.#starting) queueMicrotask(() => this.#tellError(error))
    else this.#tellError(error)
  }

  #tellError(error: ProxyError): void {
    if (this.#abandoned) return
    try {
      this.#handler.onError(error)
    } catch (fault) {
      this.#routes.onFault(fault)
    }
  }

  #end(): void {
    this.#over = true
    this.#deadline?.remove()
    this.#leave()
  }
}
