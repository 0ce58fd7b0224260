import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'

/**
 * Without the cookies that say nothing about the page: from here on neither selection, nor consent, nor the origin sees them.
 * `receivedFields` still has them, for what the origin itself says that its pages differ by.
 */
export function plannedRequest(request: ProxyRequest, plan: Plan): ProxyRequest {
  const fields = plan.cookies.withoutNoise(request.fields)
  return fields === request.fields ? request : { ...request, fields, receivedFields: request.fields }
}
