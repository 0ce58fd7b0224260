import type { Clock } from '../clock.ts'
import { ProxyError } from '../errors.ts'
import type { BodySource } from '../http/body.ts'
import type { OriginHandler, OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { Spool } from './spool.ts'

/** What is to be done with an origin's response, once its head is known. */
export type Verdict =
  /** 304 to our own condition: the stored response, freshened and already put back. */
  | { readonly kind: 'freshened'; readonly stored: StoredResponse }
  /** To be stored when whole, and shared meanwhile with those whom `mayShare` accepts. */
  | {
      readonly kind: 'store'
      readonly storeBytesMax: number
      mayShare(request: ProxyRequest): boolean
      keep(body: Buffer): void
    }
  /** For the request that asked, and for nobody else. */
  | { readonly kind: 'deliver'; readonly reason: string }
  /** A 304 for something that is not stored: ask again without conditions. */
  | { readonly kind: 'refetch' }
  /** As good as no response (a 5xx while something stale may be served). */
  | { readonly kind: 'failed'; readonly error: ProxyError }

/** What becomes of one request that took part in a flight. */
export type FlightOutcome =
  | { readonly kind: 'freshened'; readonly stored: StoredResponse; readonly collapsed: boolean }
  | {
      readonly kind: 'response'
      readonly response: OriginResponse
      readonly body: BodySource | undefined
      readonly stored: boolean
      /** Why it is not stored; undefined when it is. */
      readonly refusal: string | undefined
      readonly collapsed: boolean
    }
  /** The response is not for this request: it has to look again, and ask by itself. */
  | { readonly kind: 'released'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: ProxyError; readonly collapsed: boolean }

export interface FlightOptions {
  readonly clock: Clock
  /** Sends the upstream request; returns what abandons it. */
  send(handler: OriginHandler): (reason: ProxyError) => void
  judge(response: OriginResponse): Verdict
  /** Nothing more can be learned from this flight: new requests must not find it. */
  onLanded(): void
}

interface Taker {
  readonly request: ProxyRequest
  readonly leader: boolean
  readonly settle: (outcome: FlightOutcome) => void
}

/** How far ahead the fastest reader of a body that is not stored may be, and how long it waits for the slowest. */
const WINDOW_BYTES = 1024 * 1024
const LAGGARD_MS = 10_000

/**
 * One upstream request on behalf of many (RFC 9111 §4: a cache may use a storable response for several requests).
 * The leader began it; followers wait for the head. What may be shared is read by all of them from one spool, while it arrives.
 */
export class Flight {
  readonly #options: FlightOptions
  #takers: Taker[] = []
  #streaming:
    | { readonly response: OriginResponse; readonly spool: Spool; mayShare(request: ProxyRequest): boolean }
    | undefined
  #landed = false
  #doomed = false

  constructor(options: FlightOptions) {
    this.#options = options
  }

  /** Sends the upstream request for `leader`; undefined for a refresh that no client waits for. */
  start(leader: ProxyRequest | undefined): Promise<FlightOutcome> {
    const outcome = leader === undefined ? undefined : this.#take(leader, true)
    this.#options.send({
      onInterim: (status, fields) => {
        for (const taker of this.#takers) taker.request.exchange.interim(status, fields)
      },
      onResponse: (response) => this.#onResponse(response),
      onError: (error) => this.#onError(error),
    })
    return outcome ?? Promise.resolve({ kind: 'released', reason: 'background' })
  }

  /** Takes part in the flight; undefined when it is too late, or its response is not for this request. */
  join(request: ProxyRequest): Promise<FlightOutcome> | undefined {
    if (this.#landed || this.#doomed) return undefined
    if (this.#streaming === undefined) return this.#take(request, false)
    const { response, spool, mayShare } = this.#streaming
    if (!spool.whole || !mayShare(request)) return undefined
    return Promise.resolve(sharedOutcome(response, spool.reader(), true))
  }

  /** The key was invalidated: what was asked before may be served to those who asked, but not stored. */
  doom(): void {
    this.#doomed = true
    this.#streaming?.spool.stopStoring()
  }

  #take(request: ProxyRequest, leader: boolean): Promise<FlightOutcome> {
    return new Promise((settle) => {
      const taker = { request, leader, settle }
      this.#takers.push(taker)
      request.exchange.onGone(() => this.#drop(taker))
    })
  }

  /** A client left before the head. The flight goes on: what it fetches may be storable. */
  #drop(taker: Taker): void {
    const at = this.#takers.indexOf(taker)
    if (at < 0) return
    this.#takers.splice(at, 1)
    taker.settle({ kind: 'failed', error: clientGone(), collapsed: !taker.leader })
  }

  #onResponse(response: OriginResponse): void {
    const verdict = this.#judge(response)
    switch (verdict.kind) {
      case 'store':
        return this.#stream(response, verdict)
      case 'freshened':
        this.#discard(response)
        return this.#land((taker) => ({ kind: 'freshened', stored: verdict.stored, collapsed: !taker.leader }))
      case 'refetch':
        this.#discard(response)
        return this.#land(() => ({ kind: 'released', reason: 'refetch' }))
      case 'failed':
        this.#discard(response)
        return this.#onError(verdict.error)
      case 'deliver':
        return this.#deliver(response, verdict.reason)
    }
  }

  #judge(response: OriginResponse): Verdict {
    try {
      return this.#options.judge(response)
    } catch (cause) {
      const error = new ProxyError('INTERNAL', 'Cannot decide about the response of the origin', {
        source: 'internal',
        status: 500,
        cause,
      })
      return { kind: 'failed', error }
    }
  }

  #deliver(response: OriginResponse, reason: string): void {
    if (!this.#takers.some((taker) => taker.leader)) this.#discard(response)
    this.#land((taker) =>
      taker.leader
        ? { kind: 'response', response, body: response.body, stored: false, refusal: reason, collapsed: false }
        : { kind: 'released', reason },
    )
  }

  #stream(response: OriginResponse, verdict: Extract<Verdict, { kind: 'store' }>): void {
    if (response.body === undefined) {
      if (!this.#doomed) verdict.keep(Buffer.alloc(0))
      return this.#land((taker) => this.#share(taker, response, undefined, verdict))
    }
    const spool = new Spool(response.body, {
      storeBytesMax: verdict.storeBytesMax,
      windowBytes: WINDOW_BYTES,
      laggardMs: LAGGARD_MS,
      clock: this.#options.clock,
      onWhole: (body) => verdict.keep(body),
      onSettled: () => this.#end(),
    })
    this.#streaming = { response, spool, mayShare: verdict.mayShare }
    const takers = this.#takers
    this.#takers = []
    // Readers are made before the first byte is asked for, so that none of them misses it.
    for (const taker of takers) taker.settle(this.#share(taker, response, spool, verdict))
    if (this.#doomed) spool.stopStoring()
    spool.start()
  }

  #share(
    taker: Taker,
    response: OriginResponse,
    spool: Spool | undefined,
    verdict: Extract<Verdict, { kind: 'store' }>,
  ): FlightOutcome {
    if (!taker.leader && !verdict.mayShare(taker.request)) return { kind: 'released', reason: 'not-shareable' }
    return sharedOutcome(response, spool?.reader(), !taker.leader)
  }

  #onError(error: ProxyError): void {
    this.#land((taker) => ({ kind: 'failed', error, collapsed: !taker.leader }))
  }

  #discard(response: OriginResponse): void {
    response.body?.cancel(
      new ProxyError('CANCELLED', 'The response is not needed', { source: 'internal', status: 499 }),
    )
  }

  #land(outcomeOf: (taker: Taker) => FlightOutcome): void {
    this.#end()
    const takers = this.#takers
    this.#takers = []
    for (const taker of takers) taker.settle(outcomeOf(taker))
  }

  #end(): void {
    if (this.#landed) return
    this.#landed = true
    this.#options.onLanded()
  }
}

function sharedOutcome(response: OriginResponse, body: BodySource | undefined, collapsed: boolean): FlightOutcome {
  return { kind: 'response', response, body, stored: true, refusal: undefined, collapsed }
}

function clientGone(): ProxyError {
  return new ProxyError('CLIENT_GONE', 'The client left before its response', { source: 'client', status: 499 })
}
