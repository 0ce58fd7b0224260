import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import type { FlightHandler, FlightPurpose } from '../forward/flight-purpose.ts'
import { upstreamRequest } from '../forward/upstream-request.ts'
import type { Verdict } from '../forward/verdict.ts'
import { filterFields } from '../http/fields.ts'
import type { OriginHandler, OriginRequest, OriginResponse } from '../origin/origin-client.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { isExplicit } from '../rfc9111/freshness.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { keep } from '../storing/keep.ts'
import { responseTags } from '../storing/response-tags.ts'
import { invalidatable } from '../tiers/invalidation.ts'
import type { Invalidatable } from '../tiers/tier.ts'
import { askOthers } from './ask-others.ts'
import { type Asking, conditionsOf } from './asking.ts'
import type { Core } from './core.ts'
import { judge } from './judge.ts'
import { purgeInBand } from './purge-in-band.ts'
import { coverFor } from './stale-on-error.ts'

/** One upstream request on behalf of the cache, before it is sent. */
export interface Errand {
  readonly core: Core
  readonly request: ProxyRequest
  readonly plan: Plan
  readonly asking: Asking
  /** `others`: other threads, tiers and boxes are asked first, since they may have the page or be fetching it. */
  readonly whom: 'others' | 'origin'
  /** Where requests have to wait, a refresh that nobody waits for comes last. */
  readonly priority: 'client' | 'background'
}

type OriginHead = Pick<OriginResponse, 'status' | 'fields'>

/** How a flight asks the origin, and what it makes of the answer. One object without closures: there is one for each miss. */
export class FlightErrand implements FlightPurpose {
  readonly #errand: Errand
  #turns: (() => void)[] | undefined

  constructor(errand: Errand) {
    this.#errand = errand
  }

  get clock(): Clock {
    return this.#errand.core.clock
  }

  send(handler: FlightHandler): void {
    const { core, whom } = this.#errand
    if (whom === 'origin' || (core.peers === undefined && core.tiers === undefined)) return this.sendToOrigin(handler)
    const toOrigin = (): void => this.sendToOrigin(handler)
    askOthers({ ...this.#errand, handler, toOrigin, onTurn: (done) => this.#takeTurn(done) })
  }

  /** The same, without looking elsewhere. */
  sendToOrigin(handler: OriginHandler): void {
    this.#errand.core.pool.send(this.#upstream(), handler)
  }

  #upstream(): OriginRequest {
    const { core, request, plan, asking, priority } = this.#errand
    return upstreamRequest(request, {
      conditions: conditionsOf(asking),
      changes: plan.requestFields,
      forwardingFields: core.forwardingFields(request),
      waiting: {
        priority: () => (priority === 'client' ? priorityOf(core, request) : priority),
        hasCover: asking.kind === 'validation' && coverFor(core, request, plan) !== undefined,
      },
    })
  }

  adopt(stored: StoredResponse): void {
    const { core, plan } = this.#errand
    keep(core.memory, plan.key, stored, core.clock.now())
  }

  about(response: OriginHead | StoredResponse): Invalidatable {
    return aboutOf(this.#errand, response)
  }

  judge(response: OriginResponse, doomed: boolean): Verdict {
    const { core, request, plan, asking } = this.#errand
    purgeInBand(core, request, response)
    return judge({ core, request, plan, asking, doomed }, response)
  }

  onFailed(error: ProxyError): void {
    const { core, plan } = this.#errand
    core.onFailure(error)
    core.lookup.rememberFailing(plan.key)
  }

  onEnd(): void {
    for (const done of this.#turns ?? []) done()
  }

  #takeTurn(done: () => void): void {
    this.#turns ??= []
    this.#turns.push(done)
  }
}

/** A 304, or a part, is about what is stored as well, with its tags. */
function aboutOf({ request, plan, asking }: Errand, response: OriginHead | StoredResponse): Invalidatable {
  if ('tags' in response) return invalidatable(plan.key, response)
  const named = responseTags(request, response.fields)
  const tags = named === 'too-many' ? [] : named
  const isAboutStored = 'stored' in asking && (response.status === 304 || response.status === 206)
  if (!isAboutStored) return invalidatable(plan.key, { fields: response.fields, tags })
  const { stored } = asking
  return invalidatable(plan.key, { fields: stored.fields, tags: [...stored.tags, ...tags] })
}

/** Whose place in a queue the upstream request for a client's request takes. */
export function priorityOf(core: Core, request: ProxyRequest): 'visitor' | 'crawler' {
  return core.isCrawler(request) ? 'crawler' : 'visitor'
}

/** Refreshes what was just served stale, unless somebody already does; nobody waits for it. */
export function refreshLater(core: Core, request: ProxyRequest, plan: Plan, stored: StoredResponse): void {
  const flightKey = core.lookup.flightKey(request, plan)
  if (core.flights.has(flightKey) || core.lookup.failing(plan.key)) return
  const keys = { flightKey, cacheKey: plan.key }
  const background = requestForAll(request, plan, stored)
  const asking: Asking = { kind: 'validation', stored }
  const errand: Errand = { core, request: background, plan, asking, whom: 'others', priority: 'background' }
  core.flights.refresh(keys, new FlightErrand(errand))
}

/** What one client demands of a cache is not part of a request that the cache makes for all. */
const CLIENTS_OWN = new Set(['cache-control', 'pragma'])
/** Without a word from the origin only what needed no credentials was stored; nor may its successor need any. */
const CLIENTS_CREDENTIALS = new Set([...CLIENTS_OWN, 'authorization'])

function requestForAll(request: ProxyRequest, plan: Plan, stored: StoredResponse): ProxyRequest {
  const hasConsent = isExplicit(stored.lifetime)
  const left = hasConsent ? CLIENTS_OWN : CLIENTS_CREDENTIALS
  const fields = hasConsent ? request.fields : plan.cookies.keyedOnly(request.fields)
  // Nobody waits for what the origin makes without the cookies that are withheld: it is for those who have none of them.
  const { receivedFields: _withheld, ...anybodys } = request
  return {
    ...anybodys,
    method: 'GET',
    fields: filterFields(fields, (name) => !left.has(name)),
    exchange: { interim: () => {}, onGone: () => {} },
  }
}
