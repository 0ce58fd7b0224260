import { type PassOutcome, pass } from '../forward/pass.ts'
import { upstreamRequest } from '../forward/upstream-request.ts'
import type { Tunnel } from '../http/tunnel.ts'
import type { OriginRequest, OriginResponse } from '../origin/origin-client.ts'
import type { Plan } from '../policy/plan.ts'
import { maxForwards } from '../request/max-forwards.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import { priorityOf } from './ask-origin.ts'
import type { Core } from './core.ts'
import { invalidateAfter } from './invalidate-after.ts'
import { purgeInBand } from './purge-in-band.ts'
import { StorePassed } from './store-passed.ts'

/**
 * Forwards a request that is not answered from the cache, invalidates what an unsafe one changed (RFC 9111 §4.4), and stores
 * the response to a POST that stands for that of a GET.
 */
export async function passThrough(
  core: Core,
  request: ProxyRequest,
  plan: Plan,
  reason: string,
): Promise<ProxyResponse> {
  const storing = new StorePassed(core, request)
  const upstream = passedRequest(core, request, plan)
  const outcome = await new Promise<PassOutcome>((resolve) => pass(core.pool, request, upstream, resolve))
  storing.unwatch()
  return passed({ core, request, plan, reason }, outcome, storing)
}

/** The upstream request of a request that is passed. */
export function passedRequest(core: Core, request: ProxyRequest, plan: Plan): OriginRequest {
  const hops = maxForwards(request)
  const forwardedRequest =
    hops.kind === 'forward' && hops.fields !== request.fields ? { ...request, fields: hops.fields } : request
  return upstreamRequest(forwardedRequest, {
    conditions: 'client',
    changes: plan.requestFields,
    forwardingFields: core.forwardingFields(request),
    waiting: { priority: () => priorityOf(core, request) },
  })
}

/** A request that was passed, and why. */
export interface PassedRequest {
  readonly core: Core
  readonly request: ProxyRequest
  readonly plan: Plan
  readonly reason: string
}

/** What the client gets of it. */
export function passed(
  passing: PassedRequest,
  outcome: PassOutcome,
  storing: StorePassed | undefined,
): ProxyResponse | Promise<ProxyResponse> {
  const { core, request } = passing
  if (outcome.kind === 'failed') {
    core.onFailure(outcome.error)
    return core.responder.failure(request, outcome.error, decisionOf(passing))
  }
  const { response } = outcome
  if (response.tunnel !== undefined) return switched(response, response.tunnel, decisionOf(passing))
  // First invalidated, then stored: the response to a POST is newer than what it made invalid.
  purgeInBand(core, request, response)
  const acknowledged = invalidateAfter(core, request, response)
  storing?.watch()
  if (acknowledged === undefined) return forwarded(passing, response, storing)
  return acknowledged.then(() => forwarded(passing, response, storing))
}

function forwarded(passing: PassedRequest, response: OriginResponse, storing: StorePassed | undefined): ProxyResponse {
  const { core, request, plan } = passing
  const { body, stored } = storing?.take(response) ?? { body: response.body, stored: false }
  return core.responder.fetched(
    request,
    plan,
    { response, body },
    { ...decisionOf(passing), outcome: 'pass', forwardStatus: response.status, stored, origin: response.origin },
    true,
  )
}

function decisionOf({ plan, reason }: PassedRequest): Omit<Decision, 'outcome'> {
  return {
    forward: reason === 'method' ? 'method' : 'bypass',
    ...(reason === 'method' ? {} : { detail: reason }),
    ...(plan.rule === undefined ? {} : { rule: plan.rule }),
  }
}

/** The answer to a handshake is the origin's own: a cache has nothing to say in it. */
function switched(response: OriginResponse, tunnel: Tunnel, decision: Omit<Decision, 'outcome'>): ProxyResponse {
  const { status, reason, fields, origin } = response
  return {
    status,
    reason,
    fields,
    body: undefined,
    announcedLength: undefined,
    decision: { ...decision, outcome: 'pass', forwardStatus: status, origin },
    tunnel,
  }
}
