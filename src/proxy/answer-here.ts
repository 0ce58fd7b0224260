import { maxForwards } from '../request/max-forwards.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'

/** An answer that neither the cache nor the origin gives. */
export interface LocalAnswer {
  readonly status: number
  readonly detail: string
  readonly fields?: readonly string[]
}

const ALLOW = ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']

/** What is for this proxy itself to answer: TRACE, always refused, and OPTIONS whose `Max-Forwards` is used up. */
export function answerHere(request: ProxyRequest): LocalAnswer | undefined {
  if (maxForwards(request).kind === 'forward') return undefined
  if (request.method === 'TRACE') return { status: 405, detail: 'trace', fields: ALLOW }
  return { status: 200, detail: 'max-forwards', fields: ALLOW }
}
