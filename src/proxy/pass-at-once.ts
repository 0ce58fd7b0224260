import type { ProxyError } from '../errors.ts'
import type { Flight } from '../forward/flight.ts'
import { judged } from '../forward/flight-purpose.ts'
import type { Doomable } from '../forward/flights.ts'
import { pass } from '../forward/pass.ts'
import type { FlightOutcome } from '../forward/verdict.ts'
import type { RawFields } from '../http/fields.ts'
import type { OriginHandler, OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import type { InvalidationTest } from '../tiers/invalidation.ts'
import { FlightErrand } from './ask-origin.ts'
import { CLIENT } from './asking.ts'
import { landed } from './fetch-for-cache.ts'
import { passed, passedRequest } from './pass-through.ts'
import { plannedRequest } from './planned-request.ts'
import { Answering, fetchOfMissing } from './short-way.ts'

/** A rule, or a cookie, says that it is passed. */
export class PassByPlan extends Answering {
  protected override ask(request: ProxyRequest): void {
    const { core, plan } = this
    const passing = { core, request, plan, reason: plan.reason ?? 'rule' }
    pass(core.pool, request, passedRequest(core, request, plan), (outcome) =>
      this.answer(() => passed(passing, outcome, undefined)),
    )
  }
}

/**
 * Nothing is stored under its key, and the last response to it could not be shared. The steps of a flight without its objects,
 * as long as the response is again for this request alone; for everything else there is a flight, from the moment at which that
 * is known.
 */
export class PassOfUncacheable extends Answering implements OriginHandler, Doomable {
  #request: ProxyRequest | undefined
  #errand: FlightErrand | undefined
  #unwatch: (() => void) | undefined
  #invalidations: InvalidationTest[] | undefined

  protected override ask(received: ProxyRequest): void {
    const { core, plan } = this
    const request = plannedRequest(received, plan)
    this.#request = request
    this.#errand = new FlightErrand({ core, request, plan, asking: CLIENT, whom: 'origin', priority: 'client' })
    this.#unwatch = core.flights.watch(plan.key, this)
    this.#errand.sendToOrigin(this)
  }

  doom(invalidation: InvalidationTest): void {
    this.#invalidations ??= []
    this.#invalidations.push(invalidation)
  }

  onInterim(status: number, fields: RawFields): void {
    this.#request!.exchange.interim(status, fields)
  }

  onError(error: ProxyError): void {
    this.#resume((flight) => flight.onError(error))
  }

  onResponse(response: OriginResponse): void {
    if (this.#invalidations !== undefined) return this.#resume((flight) => flight.onResponse(response))
    const verdict = judged(this.#errand!, response, false)
    if (verdict.kind !== 'deliver' || verdict.followersFail !== undefined) {
      return this.#resume((flight) => flight.onJudged(response, verdict))
    }
    this.#unwatch!()
    this.answer(() => {
      const outcome = { response, body: response.body, stored: false, refusal: verdict.reason, collapsed: false }
      return this.#landed({ kind: 'response', ...outcome })
    })
  }

  /** Goes on as a flight. */
  #resume(arrive: (flight: Flight) => void): void {
    const { core, plan } = this
    this.#unwatch!()
    this.answer(async () => {
      const invalidations = this.#invalidations ?? []
      const outcome = await core.flights.resume(plan.key, this.#request!, this.#errand!, invalidations, arrive)
      return this.#landed(outcome)
    })
  }

  #landed(outcome: FlightOutcome): ProxyResponse | Promise<ProxyResponse> {
    return landed(fetchOfMissing(this.core, this.#request!, this.plan), CLIENT, outcome)
  }
}
