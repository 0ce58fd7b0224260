import { unreachable } from '../errors.ts'
import type { FlightKeys } from '../forward/flights.ts'
import type { FlightOutcome } from '../forward/verdict.ts'
import { hasField } from '../http/fields.ts'
import type { Found } from '../lookup/lookup.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import { FlightErrand } from './ask-origin.ts'
import { type Asking, askingFor, CLIENT } from './asking.ts'
import { type Attempt, nextAttempt } from './attempt.ts'
import type { Core } from './core.ts'
import { staleOnError } from './stale-on-error.ts'

/** One request on its way to the origin on behalf of the cache. */
export interface Fetch {
  readonly core: Core
  readonly request: ProxyRequest
  readonly plan: Plan
  readonly found: Exclude<Found, { kind: 'fresh' | 'grace' }>
  readonly attempt: Attempt
  again(core: Core, request: ProxyRequest, plan: Plan, attempt: Attempt): ProxyResponse | Promise<ProxyResponse>
}

type Outcome<Kind> = Extract<FlightOutcome, { kind: Kind }>

/** Fetches or validates, together with others who ask for the same; the response is stored if it may be. */
export async function fetchForCache(fetch: Fetch): Promise<ProxyResponse> {
  const { core, request, plan, found, attempt } = fetch
  if (found.kind === 'validate' && core.lookup.failing(plan.key)) {
    const stale = staleOnError(core, request, plan, { detail: 'origin-failing', forward: 'stale' })
    if (stale !== undefined) return stale
  }
  const asking = askingFor(found, request, attempt)
  return landed(fetch, asking, await fly(fetch, asking))
}

/**
 * The same for a request that nothing is stored for. Where it leads a flight there is no promise in between.
 *
 * @param answer called with what makes the answer, when it can be made
 */
export function fetchAtOnce(fetch: Fetch, answer: (make: () => ProxyResponse | Promise<ProxyResponse>) => void): void {
  const { core, request, plan } = fetch
  const keys = flightKeys(fetch)
  if (request.method !== 'GET' || !mayCoalesce(fetch) || core.flights.has(keys.flightKey)) {
    return answer(() => fetchForCache(fetch))
  }
  const errand = new FlightErrand({ core, request, plan, asking: CLIENT, whom: 'others', priority: 'client' })
  core.flights.leadAtOnce(keys, request, errand, (outcome) => answer(() => landed(fetch, CLIENT, outcome)))
}

/** What the request gets of its flight's outcome. */
export function landed(fetch: Fetch, asking: Asking, outcome: FlightOutcome): ProxyResponse | Promise<ProxyResponse> {
  const { core, request, plan, attempt } = fetch
  switch (outcome.kind) {
    case 'response':
      return fetched(fetch, asking, outcome)
    case 'updated':
      return updated(fetch, outcome)
    case 'released': {
      const coalesce = core.lookup.unshareable(plan.key) === undefined
      const next = nextAttempt(attempt, { coalesce, refetch: outcome.reason === 'refetch' })
      const { tier, stored: found } = outcome
      return fetch.again(core, request, plan, { ...next, ...(tier && { tier }), ...(found && { found }) })
    }
    case 'failed':
      return failed(fetch, outcome)
    default:
      return unreachable(outcome)
  }
}

function fly(fetch: Fetch, asking: Asking): Promise<FlightOutcome> {
  const { core, request, plan, attempt } = fetch
  const keys = flightKeys(fetch)
  // A range is only this client's; and who has asked the others once goes to the origin then.
  const viaOthers = attempt.number === 0 && request.method === 'GET' && !hasField(request.fields, 'range')
  const whom = viaOthers ? 'others' : 'origin'
  const errand = new FlightErrand({ core, request, plan, asking, whom, priority: 'client' })
  if (!mayCoalesce(fetch)) return core.flights.alone(keys, request, errand)
  const joined = core.flights.join(keys.flightKey, request)
  if (joined !== undefined) return joined
  // A HEAD brings no body for others to read, and a range is only this client's.
  if (request.method !== 'GET' || hasField(request.fields, 'range')) return core.flights.alone(keys, request, errand)
  return core.flights.lead(keys, request, errand)
}

function flightKeys({ core, request, plan }: Fetch): FlightKeys {
  return { flightKey: core.lookup.flightKey(request, plan), cacheKey: plan.key }
}

function mayCoalesce({ core, request, plan, attempt }: Fetch): boolean {
  if (!core.settings.coalescing || !attempt.coalesce) return false
  switch (core.lookup.unshareable(plan.key)) {
    case 'uncacheable':
      return false
    case 'credentials':
      return !plan.cookies.hasUnkeyed(request.fields) && !hasField(request.fields, 'authorization')
    case undefined:
      return true
  }
}

function fetched(fetch: Fetch, asking: Asking, outcome: Outcome<'response'>): ProxyResponse {
  const { core, request, plan } = fetch
  const { response, collapsed, stored, refusal } = outcome
  const { status: forwardStatus, origin } = response
  const without: Decision = { ...forwarded(fetch, collapsed), outcome: 'miss', forwardStatus, stored, origin }
  const decision = refusal === undefined ? without : { ...without, detail: refusal }
  return core.responder.fetched(request, plan, outcome, decision, asking.kind === 'client' && !collapsed)
}

/** What was stored is good again, or whole: whoever asked first gets it, the others where they may have it unasked. */
function updated(fetch: Fetch, outcome: Outcome<'updated'>): ProxyResponse | Promise<ProxyResponse> {
  const { core, request, plan, attempt } = fetch
  const { stored, kept, collapsed, status } = outcome
  if (collapsed) {
    const reuse = core.lookup.evaluate(request, plan, stored)
    if (!kept || (reuse.kind !== 'fresh' && reuse.kind !== 'grace')) {
      return fetch.again(core, request, plan, nextAttempt(attempt, { coalesce: false }))
    }
  }
  return core.responder.stored(request, plan, stored, {
    ...forwarded(fetch, collapsed),
    outcome: status === 304 ? 'revalidated' : 'miss',
    forwardStatus: status,
    stored: kept,
  })
}

function failed(fetch: Fetch, outcome: Outcome<'failed'>): ProxyResponse | Promise<ProxyResponse> {
  const { core, request, plan, attempt } = fetch
  const { error, status, collapsed } = outcome
  const decision = { ...forwarded(fetch, collapsed), ...(status === undefined ? {} : { forwardStatus: status }) }
  const stale = staleOnError(core, request, plan, { ...decision, detail: error.word })
  if (stale !== undefined) return stale
  // One more try in all for those who waited: the failure may have been the first one's alone.
  if (collapsed && attempt.number === 0 && error.retryable) {
    return fetch.again(core, request, plan, nextAttempt(attempt, { coalesce: true }))
  }
  return core.responder.failure(request, error, decision)
}

/** Why it was forwarded, in the words of RFC 9211 §2.2, and in ours where they say more. */
function forwarded({ found }: Fetch, collapsed: boolean): Pick<Decision, 'forward' | 'collapsed' | 'detail'> {
  switch (found.kind) {
    case 'validate':
      if (found.reason === 'stale') return { forward: 'stale', collapsed }
      return { forward: found.reason === 'request' ? 'request' : 'stale', collapsed, detail: found.reason }
    case 'partial':
      return { forward: 'partial', collapsed }
    case 'miss':
      if (found.reason === 'authorization' || found.reason === 'litespeed-vary')
        return { forward: 'request', collapsed, detail: found.reason }
      return { forward: found.reason, collapsed }
  }
}
