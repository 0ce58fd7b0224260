import { firstValue } from '../http/fields.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import { mayServeStaleOnError } from '../rfc9111/stale.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Core } from './core.ts'

/** The stale stored response in place of the origin that failed, where its grace and its directives allow (RFC 5861 §4). */
export function staleOnError(
  core: Core,
  request: ProxyRequest,
  plan: Plan,
  stored: StoredResponse,
  decision: Omit<Decision, 'outcome'>,
): ProxyResponse | undefined {
  const { graceSeconds } = plan.forResponse(stored.status, firstValue(stored.fields, 'content-type'))
  if (!mayServeStaleOnError(stored, { nowMs: core.clock.now(), graceSeconds })) return undefined
  return core.responder.stored(request, plan, stored, { ...decision, outcome: 'stale' })
}
