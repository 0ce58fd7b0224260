import { firstValue } from '../http/fields.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'

/** An answer that neither the cache nor the origin gives. */
export interface LocalAnswer {
  readonly status: number
  readonly detail: string
  readonly fields?: readonly string[]
}

const ALLOW = ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']

/**
 * TRACE is refused: it would show a client's cookies to a script, and nobody traces through a cache.
 * OPTIONS whose `Max-Forwards` is used up is for us to answer (RFC 9110 §7.6.2).
 */
export function answerHere(request: ProxyRequest): LocalAnswer | undefined {
  if (request.method === 'TRACE') return { status: 405, detail: 'trace', fields: ALLOW }
  if (request.method === 'OPTIONS' && firstValue(request.fields, 'max-forwards')?.trim() === '0') {
    return { status: 200, detail: 'max-forwards', fields: ALLOW }
  }
  return undefined
}
