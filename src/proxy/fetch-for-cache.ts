import { unreachable } from '../errors.ts'
import type { FlightOptions, FlightOutcome } from '../forward/flight.ts'
import { type UpstreamConditions, upstreamRequest } from '../forward/upstream-request.ts'
import { hasField } from '../http/fields.ts'
import type { Found } from '../lookup/lookup.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Decision, ForwardReason, ProxyResponse } from '../request/proxy-response.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { validationFields } from '../rfc9111/validation.ts'
import { type Attempt, nextAttempt } from './attempt.ts'
import type { Core } from './core.ts'
import { judge } from './judge.ts'
import { staleOnError } from './stale-on-error.ts'

/** One request on its way to the origin on behalf of the cache. */
export interface Fetch {
  readonly core: Core
  readonly request: ProxyRequest
  readonly plan: Plan
  readonly found: Extract<Found, { kind: 'validate' | 'miss' }>
  readonly attempt: Attempt
  again(core: Core, request: ProxyRequest, plan: Plan, attempt: Attempt): ProxyResponse | Promise<ProxyResponse>
}

/** Fetches or validates, together with others who ask for the same; the response is stored if it may be. */
export async function fetchForCache(fetch: Fetch): Promise<ProxyResponse> {
  const { core, request, plan } = fetch
  const stored = storedOf(fetch)
  if (stored !== undefined && core.lookup.failing(plan.key)) {
    const stale = staleOnError(core, request, plan, stored, { detail: 'origin-failing', forward: 'stale' })
    if (stale !== undefined) return stale
  }
  const conditions = conditionsOf(fetch)
  const outcome = await fly(fetch, conditions)
  switch (outcome.kind) {
    case 'response':
      return core.responder.fetched(
        request,
        plan,
        outcome,
        {
          ...forwarded(fetch, outcome.collapsed),
          outcome: 'miss',
          forwardStatus: outcome.response.status,
          stored: outcome.stored,
          origin: outcome.response.origin,
          ...(outcome.refusal === undefined ? {} : { detail: outcome.refusal }),
        },
        conditions === 'client' && !outcome.collapsed,
      )
    case 'freshened':
      return freshened(fetch, outcome)
    case 'released':
      return fetch.again(
        core,
        request,
        plan,
        nextAttempt(fetch.attempt, core.lookup.unshareable(plan.key) === undefined),
      )
    case 'failed':
      return failed(fetch, stored, outcome)
    default:
      return unreachable(outcome)
  }
}

/** Refreshes what was just served stale, unless somebody already does; nobody waits for it. */
export function refreshLater(core: Core, request: ProxyRequest, plan: Plan, stored: StoredResponse): void {
  const flightKey = core.lookup.flightKey(request, plan)
  if (core.flights.has(flightKey) || core.lookup.failing(plan.key)) return
  const background: ProxyRequest = { ...request, method: 'GET', exchange: { interim: () => {}, onGone: () => {} } }
  const conditions = validationFields(stored)
  void core.flights.lead(
    { flightKey, cacheKey: plan.key },
    undefined,
    flightOptions(core, background, plan, stored, conditions),
  )
}

function fly(fetch: Fetch, conditions: UpstreamConditions): Promise<FlightOutcome> {
  const { core, request, plan } = fetch
  const keys = { flightKey: core.lookup.flightKey(request, plan), cacheKey: plan.key }
  const options = flightOptions(core, request, plan, storedOf(fetch), conditions)
  if (!mayCoalesce(fetch)) return core.flights.alone(keys, request, options)
  const joined = core.flights.join(keys.flightKey, request)
  if (joined !== undefined) return joined
  // A HEAD brings no body for others to read, and a range is only this client's.
  if (request.method !== 'GET' || hasField(request.fields, 'range')) return core.flights.alone(keys, request, options)
  return core.flights.lead(keys, request, options)
}

function mayCoalesce({ core, request, plan, attempt }: Fetch): boolean {
  if (!core.settings.coalescing || !attempt.coalesce) return false
  switch (core.lookup.unshareable(plan.key)) {
    case 'uncacheable':
      return false
    case 'credentials':
      return !hasField(request.fields, 'cookie') && !hasField(request.fields, 'authorization')
    case undefined:
      return true
  }
}

/**
 * What goes upstream. For something stored: its validators. For something not stored, the first time: the client's own
 * conditions, which may save the origin a body; whoever waited beside it and got nothing from its 304 then asks without.
 */
function conditionsOf({ found, request, attempt }: Fetch): UpstreamConditions {
  if (found.kind === 'validate' && attempt.number < 2) return validationFields(found.stored)
  if (attempt.number === 0 || hasField(request.fields, 'range')) return 'client'
  return 'none'
}

function flightOptions(
  core: Core,
  request: ProxyRequest,
  plan: Plan,
  stored: StoredResponse | undefined,
  conditions: UpstreamConditions,
): Omit<FlightOptions, 'onLanded'> {
  const upstream = upstreamRequest(request, {
    conditions,
    changes: plan.requestFields,
    forwardingFields: core.forwardingFields(request),
  })
  return {
    clock: core.clock,
    send: (handler) => core.pool.send(upstream, handler),
    judge: (response) => judge({ core, request, plan, stored, conditions }, response),
  }
}

/** The origin said 304: whoever asked first gets what is stored, the others where it is reusable without asking again. */
function freshened(
  fetch: Fetch,
  outcome: Extract<FlightOutcome, { kind: 'freshened' }>,
): ProxyResponse | Promise<ProxyResponse> {
  const { core, request, plan, attempt } = fetch
  if (outcome.collapsed) {
    const reuse = core.lookup.evaluate(request, plan, outcome.stored)
    if (reuse.kind !== 'fresh' && reuse.kind !== 'grace')
      return fetch.again(core, request, plan, nextAttempt(attempt, false))
  }
  return core.responder.stored(request, plan, outcome.stored, {
    ...forwarded(fetch, outcome.collapsed),
    outcome: 'revalidated',
    forwardStatus: 304,
    stored: true,
  })
}

function failed(
  fetch: Fetch,
  stored: StoredResponse | undefined,
  outcome: Extract<FlightOutcome, { kind: 'failed' }>,
): ProxyResponse | Promise<ProxyResponse> {
  const { core, request, plan, attempt } = fetch
  if (!outcome.collapsed) core.onFailure(outcome.error)
  if (stored !== undefined) {
    core.lookup.rememberFailing(plan.key)
    const stale = staleOnError(core, request, plan, stored, { detail: outcome.error.word, forward: 'stale' })
    if (stale !== undefined) return stale
  }
  if (outcome.collapsed && attempt.number === 0 && outcome.error.retryable) {
    return fetch.again(core, request, plan, nextAttempt(attempt, true))
  }
  return core.responder.failure(request, outcome.error, forwarded(fetch, outcome.collapsed))
}

function forwarded({ found }: Fetch, collapsed: boolean): Pick<Decision, 'forward' | 'collapsed'> {
  const forward: ForwardReason = found.kind === 'validate' ? 'stale' : found.reason
  return { forward, collapsed }
}

function storedOf({ found }: Fetch): StoredResponse | undefined {
  return found.kind === 'validate' ? found.stored : undefined
}
