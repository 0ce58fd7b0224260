import { ProxyError } from '../errors.ts'
import type { OriginPool, OriginRequest, OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'

export type PassOutcome =
  | { readonly kind: 'response'; readonly response: OriginResponse }
  | { readonly kind: 'failed'; readonly error: ProxyError }

/** Forwards one request for itself alone. When its client leaves, the upstream request is abandoned. */
export function pass(pool: OriginPool, request: ProxyRequest, upstream: OriginRequest): Promise<PassOutcome> {
  return new Promise((resolve) => {
    const abandon = pool.send(upstream, {
      onInterim: (status, fields) => request.exchange.interim(status, fields),
      onResponse: (response) => resolve({ kind: 'response', response }),
      onError: (error) => resolve({ kind: 'failed', error }),
    })
    request.exchange.onGone(() => {
      const error = new ProxyError('CLIENT_GONE', 'The client left before its response was complete', {
        source: 'client',
        status: 499,
      })
      abandon(error)
      resolve({ kind: 'failed', error })
    })
  })
}
