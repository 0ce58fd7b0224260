import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import type { RawFields } from '../http/fields.ts'
import { changedRequest } from './changed-request.ts'
import { Exchange, type Routes } from './exchange.ts'
import { superseded } from './failures.ts'
import type { Member } from './member.ts'
import type { OriginHandler, OriginRequest, OriginResponse, SentRequest } from './origin-client.ts'

export interface HedgeRoutes extends Routes {
  readonly clock: Clock
}

/**
 * One request that may be sent to two members: the second gets it when the first has taken longer than it nearly always takes
 * (Dean and Barroso, The Tail at Scale). Whoever answers first is heard, the other is abandoned.
 */
export class Hedge implements SentRequest {
  readonly #request: OriginRequest
  readonly #handler: OriginHandler
  readonly #routes: HedgeRoutes
  readonly #first: Exchange
  #cancelTimer: () => void = () => {}
  #second: Exchange | undefined
  /** Failures that are not told while the other is still asked. */
  #failed = 0

  constructor(request: OriginRequest, handler: OriginHandler, routes: HedgeRoutes) {
    this.#request = request
    this.#handler = handler
    this.#routes = routes
    this.#first = new Exchange(
      request,
      this.#handlerOf(() => this.#first),
      routes,
    )
  }

  start(): void {
    this.#first.start()
    const slowMs = this.#first.tried.at(-1)?.latencies?.value
    // Unknown as yet what is slow for this member.
    if (slowMs !== undefined) this.#cancelTimer = this.#routes.clock.after(Math.max(1, slowMs), () => this.#askSecond())
  }

  abandon(reason: ProxyError): void {
    this.#cancelTimer()
    this.#first.abandon(reason)
    this.#second?.abandon(reason)
  }

  #askSecond(): void {
    const { tried } = this.#first
    // Never a trial of a sick member, nor a place in somebody's queue: it is the second request for the same.
    if (this.#routes.alternative(this.#request, tried) === undefined || !this.#routes.payRetry()) return
    const avoid: readonly Member[] = tried
    const second = new Exchange(
      changedRequest(this.#request, { hasCover: true }),
      this.#handlerOf(() => second),
      this.#routes,
      avoid,
    )
    this.#second = second
    second.start()
  }

  #handlerOf(own: () => Exchange): OriginHandler {
    return {
      onInterim: (status: number, fields: RawFields) => this.#handler.onInterim(status, fields),
      onResponse: (response: OriginResponse) => {
        this.#cancelTimer()
        const other = own() === this.#first ? this.#second : this.#first
        other?.lose(superseded(response.origin))
        this.#handler.onResponse(response)
      },
      onError: (error: ProxyError) => {
        // Before there is a second one, a failure is final: the first has tried other members itself.
        if (this.#second !== undefined && ++this.#failed === 1) return
        this.#cancelTimer()
        this.#handler.onError(error)
      },
    }
  }
}
