import { pass } from '../forward/pass.ts'
import { upstreamRequest } from '../forward/upstream-request.ts'
import type { Plan } from '../policy/plan.ts'
import { maxForwards } from '../request/max-forwards.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import type { Core } from './core.ts'
import { invalidateAfter } from './invalidate-after.ts'

/** Forwards a request that the cache has no part in, and invalidates what an unsafe one changed (RFC 9111 §4.4). */
export async function passThrough(
  core: Core,
  request: ProxyRequest,
  plan: Plan,
  reason: string,
): Promise<ProxyResponse> {
  const hops = maxForwards(request)
  const forwardedRequest = hops.kind === 'forward' ? { ...request, fields: hops.fields } : request
  const upstream = upstreamRequest(forwardedRequest, {
    conditions: 'client',
    changes: plan.requestFields,
    forwardingFields: core.forwardingFields(request),
  })
  const decision: Omit<Decision, 'outcome'> = {
    forward: reason === 'method' ? 'method' : 'bypass',
    ...(reason === 'method' ? {} : { detail: reason }),
    ...(plan.rule === undefined ? {} : { rule: plan.rule }),
  }
  const outcome = await pass(core.pool, request, upstream)
  if (outcome.kind === 'failed') {
    core.onFailure(outcome.error)
    return core.responder.failure(request, outcome.error, decision)
  }
  const { response } = outcome
  invalidateAfter(core, request, response)
  return core.responder.fetched(
    request,
    plan,
    { response, body: response.body },
    { ...decision, outcome: 'pass', forwardStatus: response.status, origin: response.origin },
    true,
  )
}
