import { hasField } from '../http/fields.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'

/** Requests that are neither answered from the cache nor stored, whatever the rules say. */
export function reasonToPass(request: ProxyRequest): string | undefined {
  if (request.upgrade !== undefined) return 'upgrade'
  // An origin may answer by a body that no key knows of ("fat GET").
  if (request.body !== undefined) return 'request-body'
  // Not for a cache to evaluate (RFC 9111 §4.3.2): only the origin knows the current state.
  if (hasField(request.fields, 'if-match') || hasField(request.fields, 'if-unmodified-since')) return 'precondition'
  return undefined
}
