import type { OriginResponse } from '../origin/origin-client.ts'
import { uriOfKey } from '../policy/cache-key.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { groupTag, invalidatedGroups } from '../rfc9111/cache-groups.ts'
import { invalidatedUris } from '../rfc9111/invalidation.ts'
import type { Invalidation } from '../tiers/invalidation.ts'
import type { Core } from './core.ts'

/**
 * Invalidates what an unsafe request changed, by the origin's non-error response to it (RFC 9111 §4.4), and the groups that a
 * response to it names (RFC 9875 §3).
 *
 * @returns resolves when no thread serves it any more, and no box that says so within the deadline of a tier: who changed a page must
 *   not get the old one from another; undefined where nothing was changed
 */
export function invalidateAfter(
  core: Core,
  request: ProxyRequest,
  response: OriginResponse,
): Promise<unknown> | undefined {
  const invalidations: Invalidation[] = []
  for (const target of invalidatedUris(request, response)) {
    const uri = uriOfKey(core.plan({ ...request, method: 'GET', target, body: undefined }).key)
    // §4.4 is about a URI: what others got for it, by another cookie in the key or by the other scheme, has changed as well.
    if (uri !== undefined) invalidations.push({ scope: 'changed', value: uri.authority + uri.target, soft: false })
  }
  for (const group of invalidatedGroups(request.method, response.fields)) {
    invalidations.push({ scope: 'tag', value: groupTag(request, group), soft: false })
  }
  if (invalidations.length === 0) return undefined
  return core.invalidator.everywhere(invalidations, { boxesWithinMs: core.tiers?.deadlineMs })
}
