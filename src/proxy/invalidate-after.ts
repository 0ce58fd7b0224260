import type { OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { invalidatedUris } from '../rfc9111/invalidation.ts'
import type { Core } from './core.ts'

/** Invalidates what an unsafe request changed, by the origin's non-error response to it (RFC 9111 §4.4). */
export function invalidateAfter(
  core: Core,
  request: ProxyRequest,
  response: OriginResponse,
): Promise<void> | undefined {
  const targets = invalidatedUris(request, response)
  if (targets.length === 0) return undefined
  const keys = targets.map((target) => core.plan({ ...request, method: 'GET', target, body: undefined }).key)
  invalidate(core, keys)
  if (core.peers === undefined && core.tiers === undefined) return undefined
  // Who changed the page must not get the old one from another thread, or another box.
  const invalidations = keys.map((value) => ({ scope: 'key', value, soft: false }) as const)
  return Promise.all([core.peers?.invalidate(keys), core.tiers?.invalidate(invalidations)]).then(() => {})
}

/** Marks what this thread has stored under the keys, and keeps what is under way for them from being stored. */
export function invalidate(core: Pick<Core, 'flights' | 'memory'>, keys: readonly string[]): void {
  for (const key of keys) {
    core.flights.doom(key)
    core.memory.update(key, (stored) => ({ ...stored, invalidated: true }))
  }
}
