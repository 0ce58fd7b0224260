import type { ProxyError } from '../errors.ts'
import type { RawFields } from '../http/fields.ts'
import type { Connection } from './connection.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import { wholeTimedOut } from './failures.ts'
import type { FailureKind } from './health.ts'
import type { Member } from './member.ts'
import type { Waiter, Wish } from './member-connections.ts'
import type { OriginHandler, OriginRequest, OriginResponse } from './origin-client.ts'
import type { WireExchange, WireFailure, WireHandler } from './wire-exchange.ts'

/** What an exchange needs of its pool. */
export interface Routes {
  /** @returns a member that may be asked now and is none of those, or why there is none */
  next(request: OriginRequest, tried: readonly Member[]): Member | ProxyError
  heldDown(member: Member): void
  readonly retriesMax: number
  readonly wholeMs: number | undefined
  readonly deadlines: Deadlines
  readonly onFault: (error: unknown) => void
}

/** Asking twice does what asking once does (RFC 9110 §9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/**
 * One request on its way: on a member, waiting for a connection, on the wire, on the next member; until there is a
 * response, or nothing is left to try.
 *
 * It is repeated only where nobody can tell: nothing of a response was seen, the body was not started, and either the
 * request was never sent or its method is idempotent (RFC 9110 §9.2.2).
 */
export class Exchange implements Waiter, WireHandler {
  readonly #request: OriginRequest
  readonly #handler: OriginHandler
  readonly #routes: Routes
  readonly #tried: Member[] = []
  readonly #deadline: Deadline | undefined
  #member: Member | undefined
  /** Health generation in which the member admitted this request. */
  #generation = 0
  #reused = false
  #retriedFresh = false
  #wire: WireExchange | undefined
  /** `send` has not returned yet: its caller must not be called back before. */
  #starting = true
  #over = false
  #abandoned = false

  constructor(request: OriginRequest, handler: OriginHandler, routes: Routes) {
    this.#request = request
    this.#handler = handler
    this.#routes = routes
    if (routes.wholeMs !== undefined) {
      this.#deadline = routes.deadlines.create(() => this.#onDue(routes.wholeMs!))
      this.#deadline.in(routes.wholeMs)
    }
  }

  start(): void {
    const member = this.#routes.next(this.#request, this.#tried)
    if ('health' in member) this.#ask(member)
    else this.#fail(member)
    this.#starting = false
  }

  abandon(reason: ProxyError): void {
    this.#abandoned = true
    // Also when the exchange is over: its body may be here and not yet be read.
    this.#wire?.abandon(reason)
    if (this.#over) return
    this.#end()
    this.#member?.connections.cancel(this)
    this.#request.body?.cancel(reason)
  }

  onConnection(connection: Connection, reused: boolean): void {
    if (!reused) this.#member!.health.connected(this.#generation)
    this.#reused = reused
    this.#wire = connection.carry(this.#request, this)
    this.#wire.start()
  }

  onNoConnection(error: ProxyError): void {
    if (error.source === 'origin' && error.code !== 'ORIGIN_OVERLOADED' && error.code !== 'ORIGIN_SICK') {
      this.#reportFailure('connect')
    }
    if (error.retryable) this.#tryNext(error)
    else this.#fail(error)
  }

  onInterim(status: number, fields: RawFields): void {
    if (!this.#over) this.#handler.onInterim(status, fields)
  }

  onResponse(response: OriginResponse): void {
    this.#member!.health.responded(this.#generation)
    this.#handler.onResponse(response)
  }

  onFailure({ error, responseSeen, bodyStarted }: WireFailure): void {
    this.#wire = undefined
    const repeatable = !responseSeen && !bodyStarted && error.retryable && idempotent.has(this.#request.method)
    // The origin has closed an idle connection just when we wrote on it: says nothing about its health.
    if (this.#reused && repeatable && !this.#retriedFresh) {
      this.#retriedFresh = true
      this.#acquire('fresh')
      return
    }
    const timeOut = error.code === 'ORIGIN_TIMEOUT' || error.code === 'ORIGIN_STALLED'
    if (error.code === 'ORIGIN_RESET' || timeOut) this.#reportFailure('exchange')
    if (repeatable) this.#tryNext(error)
    else this.#fail(error)
  }

  onEnded(): void {
    this.#end()
  }

  #ask(member: Member): void {
    this.#member = member
    this.#tried.push(member)
    this.#retriedFresh = false
    this.#generation = member.health.admit()
    const repeatable = this.#request.body === undefined && idempotent.has(this.#request.method)
    this.#acquire(repeatable ? 'any' : 'recent')
  }

  #acquire(wish: Wish): void {
    this.#member!.connections.acquire(this, wish)
  }

  #tryNext(error: ProxyError): void {
    if (this.#tried.length > this.#routes.retriesMax) {
      this.#fail(error)
      return
    }
    const member = this.#routes.next(this.#request, this.#tried)
    if ('health' in member) this.#ask(member)
    // The failure says more than that there is no other member to ask.
    else this.#fail(error)
  }

  #reportFailure(kind: FailureKind): void {
    const member = this.#member!
    if (member.health.failed(this.#generation, kind)) this.#routes.heldDown(member)
  }

  #onDue(waitedMs: number): void {
    if (this.#over) return
    const error = wholeTimedOut(this.#member?.name ?? '', waitedMs)
    const wire = this.#wire
    // On the wire the failure takes the usual way, to the handler or to the body's sink.
    if (wire !== undefined) {
      wire.fail(error)
      return
    }
    this.#member?.connections.cancel(this)
    this.#fail(error)
  }

  #fail(error: ProxyError): void {
    this.#end()
    this.#request.body?.cancel(error)
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
  }
}
