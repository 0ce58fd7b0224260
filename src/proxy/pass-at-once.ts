import type { ProxyError } from '../errors.ts'
import type { Flight } from '../forward/flight.ts'
import { judged } from '../forward/flight-purpose.ts'
import type { Underway } from '../forward/flights.ts'
import { pass } from '../forward/pass.ts'
import type { FlightOutcome } from '../forward/verdict.ts'
import type { RawFields } from '../http/fields.ts'
import type { OriginHandler, OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { ProxyResponse } from '../request/proxy-response.ts'
import { AnswerTemplate, makesTemplate } from '../respond/answer-template.ts'
import type { InvalidationTest } from '../tiers/invalidation.ts'
import { FlightErrand } from './ask-origin.ts'
import { CLIENT } from './asking.ts'
import { landed } from './fetch-for-cache.ts'
import { passed, passedRequest } from './pass-through.ts'
import { plannedRequest } from './planned-request.ts'
import { Answering, fetchOfMissing } from './short-way.ts'

/** A rule, or a cookie, says that it is passed. */
export class PassByPlan extends Answering {
  protected override ask(): void {
    const { core, plan } = this
    const request = this.received()
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
export class PassOfUncacheable extends Answering implements OriginHandler, Underway {
  #request: ProxyRequest | undefined
  #errand: FlightErrand | undefined
  #watch: number | undefined
  #invalidations: InvalidationTest[] | undefined

  protected override ask(): void {
    this.watch()
    this.errand.sendToOrigin(this)
  }

  protected get request(): ProxyRequest {
    this.#request ??= plannedRequest(this.received(), this.plan)
    return this.#request
  }

  /** How the request is sent, and what its response is judged by. */
  protected get errand(): FlightErrand {
    const { core, plan } = this
    const what = { core, plan, asking: CLIENT, whom: 'origin', priority: 'client' } as const
    this.#errand ??= new FlightErrand({ ...what, request: this.request })
    return this.#errand
  }

  /** From the moment it is sent until it is known that its response is not stored. */
  protected watch(): void {
    this.#watch = this.core.flights.watchOver(this)
  }

  protected endWatch(): void {
    this.core.flights.endWatch(this.#watch!)
  }

  get cacheKey(): string {
    return this.plan.key
  }

  doom(invalidation: InvalidationTest): void {
    this.#invalidations ??= []
    this.#invalidations.push(invalidation)
  }

  onInterim(status: number, fields: RawFields): void {
    this.request.exchange.interim(status, fields)
  }

  onError(error: ProxyError): void {
    this.#resume((flight) => flight.onError(error))
  }

  onResponse(response: OriginResponse): void {
    if (this.#invalidations !== undefined) return this.#resume((flight) => flight.onResponse(response))
    const verdict = judged(this.errand, response, false)
    if (verdict.kind !== 'deliver' || verdict.followersFail !== undefined) {
      return this.#resume((flight) => flight.onJudged(response, verdict))
    }
    this.endWatch()
    const { reason: refusal } = verdict
    const outcome = {
      kind: 'response',
      response,
      body: response.body,
      stored: false,
      refusal,
      collapsed: false,
    } as const
    this.answer(
      () => this.#landed(outcome),
      (answer) => this.#template(response, answer, refusal),
    )
  }

  /** Whether none of the templates there are would have answered it: otherwise its own may be one of them once more. */
  protected get seeksTemplate(): boolean {
    return this.core.templates.of(this.plan.key)?.areInVain !== false
  }

  /** Remembers what became of the response, for those that are like it. */
  #template(response: OriginResponse, answer: ProxyResponse, refusal: string | undefined): AnswerTemplate | undefined {
    const { core, plan, request } = this
    if (refusal === undefined || !SAID_BY_RESPONSE.has(refusal) || request.method !== 'GET') return undefined
    if (!this.seeksTemplate || !makesTemplate(plan, response)) return undefined
    if (core.templates.of(plan.key)?.wantsAnother() === false) return undefined
    const template = new AnswerTemplate(plan, response.received!, answer, response.origin)
    core.templates.add(plan.key, template)
    return template
  }

  /** Goes on as a flight. */
  #resume(arrive: (flight: Flight) => void): void {
    const { core, plan } = this
    this.endWatch()
    this.answer(async () => {
      const invalidations = this.#invalidations ?? []
      const outcome = await core.flights.resume(plan.key, this.request, this.errand, invalidations, arrive)
      return this.#landed(outcome)
    })
  }

  #landed(outcome: FlightOutcome): ProxyResponse | Promise<ProxyResponse> {
    return landed(fetchOfMissing(this.core, this.request, this.plan), CLIENT, outcome)
  }
}

/** Reasons not to store that the response alone gives, in fields that have to be the same for those that are like it. */
const SAID_BY_RESPONSE: ReadonlySet<string> = new Set(['no-store', 'private'])
