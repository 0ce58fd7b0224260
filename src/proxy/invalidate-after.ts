import type { OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { invalidatedUris } from '../rfc9111/invalidation.ts'
import type { Core } from './core.ts'

/** Invalidates what an unsafe request changed, by the origin's non-error response to it (RFC 9111 §4.4). */
export function invalidateAfter(core: Core, request: ProxyRequest, response: OriginResponse): void {
  for (const target of invalidatedUris(request, response)) {
    const { key } = core.plan({ ...request, method: 'GET', target, body: undefined })
    core.flights.doom(key)
    core.memory.update(key, (stored) => ({ ...stored, invalidated: true }))
  }
}
