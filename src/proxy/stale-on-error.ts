import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import { requestDirectives } from '../rfc9111/directives.ts'
import { mayServeStaleOnError } from '../rfc9111/stale.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Core } from './core.ts'

/**
 * What is stored now and may take the place of an origin that failed (RFC 5861 §4): by grace, by its directives, or because
 * it became fresh meanwhile. Looked up anew, since it may have been invalidated or replaced while the origin was asked.
 */
export function coverFor(core: Core, request: ProxyRequest, plan: Plan): StoredResponse | undefined {
  const found = core.lookup.peek(request, plan)
  if (found.kind === 'miss' || found.kind === 'partial') return undefined
  const { kind, stored } = found
  if (kind === 'fresh' || kind === 'grace') return stored
  const { graceSeconds } = plan.forResponse(stored.status, stored.fields)
  const may = mayServeStaleOnError(stored, {
    nowMs: core.clock.now(),
    graceSeconds,
    requestDirectives: requestDirectives(request.fields),
  })
  return may ? stored : undefined
}

/** The response in place of the origin's, or undefined when there is none that may be given. */
export function staleOnError(
  core: Core,
  request: ProxyRequest,
  plan: Plan,
  decision: Omit<Decision, 'outcome'>,
): ProxyResponse | undefined {
  const stored = coverFor(core, request, plan)
  return stored && core.responder.stored(request, plan, stored, { ...decision, outcome: 'stale' })
}
