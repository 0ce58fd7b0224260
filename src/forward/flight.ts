import { clientGone, ProxyError } from '../errors.ts'
import { type BodySource, readWhole } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { InvalidationTest } from '../tiers/invalidation.ts'
import type { Invalidatable } from '../tiers/tier.ts'
import { internalError, notNeeded } from './flight-errors.ts'
import { type Arrived, type FlightHandler, type FlightPurpose, judged } from './flight-purpose.ts'
import { Spool } from './spool.ts'
import type { FlightOutcome, Verdict } from './verdict.ts'

interface Taker {
  readonly request: ProxyRequest
  readonly leader: boolean
  readonly settle: (outcome: FlightOutcome) => void
}

type StoreVerdict = Extract<Verdict, { kind: 'store' }>

/** How far ahead the fastest reader of a body that is not stored may be, and how long it waits for the slowest. */
const WINDOW_BYTES = 1024 * 1024
const LAGGARD_MS = 10_000
/** Invalidations that wait for the head; with more of them the flight counts as concerned. */
const DOUBTS_MAX = 256

/**
 * One upstream request on behalf of many (RFC 9111 §4: a cache may use a storable response for several requests).
 * The leader began it; followers wait for the head. What may be shared is read by all of them from one spool, while it arrives.
 */
export class Flight implements FlightHandler {
  /** What its response would be stored under. */
  readonly cacheKey: string
  readonly #purpose: FlightPurpose
  readonly #onLanded: () => void
  #takers: Taker[] = []
  #streaming:
    | { readonly response: OriginResponse; readonly spool: Spool; mayShare(request: ProxyRequest): boolean }
    | undefined
  #landed = false
  #doomed = false
  /** Invalidations of which the key alone did not say whether they concern this; decided at the head. */
  #doubts: InvalidationTest[] = []
  /** Known from the head on; what invalidations look at is made of it when there is one, which is seldom. */
  #arrived: Arrived | undefined
  #about: Invalidatable | undefined

  /** @param onLanded called when nothing more can be learned from this flight: new requests must not find it */
  constructor(cacheKey: string, purpose: FlightPurpose, onLanded: () => void) {
    this.cacheKey = cacheKey
    this.#purpose = purpose
    this.#onLanded = onLanded
  }

  /** Sends the upstream request for `leader`. */
  start(leader: ProxyRequest): Promise<FlightOutcome> {
    return new Promise((settle) => this.startFor(leader, settle))
  }

  /** The same; the leader is told in the turn in which the outcome is known, perhaps before this returns. */
  startFor(leader: ProxyRequest, settle: (outcome: FlightOutcome) => void): void {
    this.#add(leader, true, settle)
    this.startForNobody()
  }

  /**
   * For `leader` alone, whose upstream request was sent without a flight.
   *
   * @param invalidations that concern its key, since then
   * @param arrive gives the flight what has come of it
   */
  resume(
    leader: ProxyRequest,
    invalidations: readonly InvalidationTest[],
    arrive: (flight: Flight) => void,
  ): Promise<FlightOutcome> {
    const outcome = this.#take(leader, true)
    for (const invalidation of invalidations) this.doom(invalidation)
    arrive(this)
    return outcome
  }

  /** Sends the upstream request for a refresh that no client waits for. */
  startForNobody(): void {
    this.#purpose.send(this)
  }

  /** Takes part in the flight; undefined when it is too late, or its response is not for this request. */
  join(request: ProxyRequest): Promise<FlightOutcome> | undefined {
    if (this.#landed || this.#doomed || this.#doubts.length > 0) return undefined
    if (this.#streaming === undefined) return this.#take(request, false)
    const { response, spool, mayShare } = this.#streaming
    if (!spool.whole || !mayShare(request)) return undefined
    return Promise.resolve(sharedOutcome(response, spool.reader(), { stored: true, collapsed: true }))
  }

  /** What was asked before an invalidation may be served to those who asked, but not stored, nor given to who came after it. */
  doom(invalidation: InvalidationTest): void {
    if (this.#doomed) return
    const arrived = this.#arrived
    if (!invalidation.isByKey && arrived === undefined && this.#doubts.length < DOUBTS_MAX) {
      this.#doubts.push(invalidation)
    } else if (arrived === undefined || invalidation.concerns(this.#aboutOf(arrived))) {
      this.#doomed = true
      this.#streaming?.spool.stopStoring()
    }
  }

  #learn(arrived: Arrived): void {
    this.#arrived = arrived
    if (this.#doubts.length === 0) return
    const about = this.#aboutOf(arrived)
    this.#doomed ||= this.#doubts.some((invalidation) => invalidation.concerns(about))
    this.#doubts = []
  }

  #aboutOf(arrived: Arrived): Invalidatable {
    this.#about ??= this.#purpose.about(arrived)
    return this.#about
  }

  #take(request: ProxyRequest, leader: boolean): Promise<FlightOutcome> {
    return new Promise((settle) => this.#add(request, leader, settle))
  }

  #add(request: ProxyRequest, leader: boolean, settle: (outcome: FlightOutcome) => void): void {
    const taker = { request, leader, settle }
    this.#takers.push(taker)
    request.exchange.onGone(() => this.#drop(taker))
  }

  /** A client left before the head. The flight goes on: what it fetches may be storable. */
  #drop(taker: Taker): void {
    const at = this.#takers.indexOf(taker)
    if (at < 0) return
    this.#takers.splice(at, 1)
    taker.settle({
      kind: 'failed',
      error: clientGone('The client left before its response'),
      status: undefined,
      collapsed: !taker.leader,
    })
  }

  // From who was asked.

  onInterim(status: number, fields: RawFields): void {
    for (const taker of this.#takers) taker.request.exchange.interim(status, fields)
  }

  onError(error: ProxyError, cover?: StoredResponse): void {
    if (cover !== undefined) this.#adopt(cover)
    this.#fail(error)
  }

  /** Those who wait look again, and find it; after an invalidation they ask the origin. */
  onStored(stored: StoredResponse, tier: string | undefined): void {
    const good = this.#adopt(stored) ? stored : undefined
    this.#land(({ leader }) => ({ kind: 'released', reason: 'found', tier, stored: leader ? good : undefined }))
  }

  onResponse(response: OriginResponse): void {
    this.#learn(response)
    this.#carryOut(judged(this.#purpose, response, this.#doomed), response)
  }

  /** A response that was judged already. */
  onJudged(response: OriginResponse, verdict: Verdict): void {
    this.#learn(response)
    this.#carryOut(verdict, response)
  }

  #carryOut(verdict: Verdict, response: OriginResponse): void {
    switch (verdict.kind) {
      case 'store':
        return this.#stream(response, verdict)
      case 'complete':
        return void this.#complete(response, verdict)
      case 'updated':
        discard(response)
        return this.#land(({ leader }) => ({ ...verdict, status: response.status, collapsed: !leader }))
      case 'refetch':
        discard(response)
        return this.#land(() => ({ kind: 'released', reason: 'refetch' }))
      case 'failed':
        discard(response)
        return this.#fail(verdict.error, verdict.status)
      case 'deliver':
        return this.#deliver(response, verdict)
    }
  }

  #adopt(stored: StoredResponse): boolean {
    this.#learn(stored)
    if (!this.#doomed) this.#purpose.adopt(stored)
    return !this.#doomed
  }

  #deliver(response: OriginResponse, { reason, followersFail }: Extract<Verdict, { kind: 'deliver' }>): void {
    const { status } = response
    if (!this.#takers.some((taker) => taker.leader)) discard(response)
    if (followersFail !== undefined) this.#purpose.onFailed(followersFail)
    this.#land(({ leader }) => {
      if (leader)
        return { kind: 'response', response, body: response.body, stored: false, refusal: reason, collapsed: false }
      if (followersFail !== undefined) return { kind: 'failed', error: followersFail, status, collapsed: true }
      return { kind: 'released', reason: 'not-shareable' }
    })
  }

  /** Those who wait get the joined whole, so its missing part is read before they hear anything. */
  async #complete(response: OriginResponse, verdict: Extract<Verdict, { kind: 'complete' }>): Promise<void> {
    const wasDoomed = this.#doomed
    try {
      const body = response.body && (await readWhole(response.body, verdict.bodyBytesMax, notNeeded))
      const isOutdated = this.#doomed && !wasDoomed
      const updated = body && !isOutdated ? verdict.join(body) : undefined
      this.#land(({ leader }) =>
        updated === undefined
          ? { kind: 'released', reason: 'refetch' }
          : { kind: 'updated', ...updated, status: response.status, collapsed: !leader },
      )
    } catch (error) {
      this.#fail(error instanceof ProxyError ? error : internalError(error))
    }
  }

  #stream(response: OriginResponse, verdict: StoreVerdict): void {
    const storing = !this.#doomed
    if (response.body === undefined) {
      if (storing) verdict.keep(Buffer.alloc(0))
      return this.#land((taker) => share(taker, verdict, sharedBy(response, storing)))
    }
    const spool = new Spool(response.body, {
      storeBytesMax: verdict.storeBytesMax,
      windowBytes: WINDOW_BYTES,
      laggardMs: LAGGARD_MS,
      clock: this.#purpose.clock,
      onWhole: (body) => verdict.keep(body),
      onSettled: () => this.#end(),
    })
    this.#streaming = { response, spool, mayShare: verdict.mayShare }
    const takers = this.#takers
    this.#takers = []
    // Readers are made before the first byte is asked for, so that none of them misses it.
    for (const taker of takers) taker.settle(share(taker, verdict, sharedBy(response, storing, spool)))
    if (!storing) spool.stopStoring()
    spool.start()
  }

  #fail(error: ProxyError, status?: number): void {
    this.#purpose.onFailed(error)
    this.#land(({ leader }) => ({ kind: 'failed', error, status, collapsed: !leader }))
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
    this.#onLanded()
    this.#purpose.onEnd()
  }
}

/** What a leader gets, and a follower who may have it. */
function share(taker: Taker, verdict: StoreVerdict, outcomeFor: (collapsed: boolean) => FlightOutcome): FlightOutcome {
  if (!taker.leader && !verdict.mayShare(taker.request)) return { kind: 'released', reason: 'not-shareable' }
  return outcomeFor(!taker.leader)
}

function sharedBy(response: OriginResponse, stored: boolean, spool?: Spool): (collapsed: boolean) => FlightOutcome {
  return (collapsed) => sharedOutcome(response, spool?.reader(), { stored, collapsed })
}

function sharedOutcome(
  response: OriginResponse,
  body: BodySource | undefined,
  { stored, collapsed }: { readonly stored: boolean; readonly collapsed: boolean },
): FlightOutcome {
  return { kind: 'response', response, body, stored, refusal: stored ? undefined : 'invalidated', collapsed }
}

function discard(response: OriginResponse): void {
  response.body?.cancel(notNeeded())
}
