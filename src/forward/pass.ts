import { clientGone, type ProxyError } from '../errors.ts'
import type { OriginPool, OriginRequest, OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'

export type PassOutcome =
  | { readonly kind: 'response'; readonly response: OriginResponse }
  | { readonly kind: 'failed'; readonly error: ProxyError }

/**
 * Forwards one request for itself alone. When its client leaves, the upstream request is abandoned.
 *
 * @param settle called once, with the first of what comes of it
 */
export function pass(
  pool: OriginPool,
  request: ProxyRequest,
  upstream: OriginRequest,
  settle: (outcome: PassOutcome) => void,
): void {
  let isSettled = false
  const settleOnce = (outcome: PassOutcome): void => {
    if (isSettled) return
    isSettled = true
    settle(outcome)
  }
  const sent = pool.send(upstream, {
    onInterim: (status, fields) => request.exchange.interim(status, fields),
    onResponse: (response) => settleOnce({ kind: 'response', response }),
    onError: (error) => settleOnce({ kind: 'failed', error }),
  })
  request.exchange.onGone(() => {
    const error = clientGone('The client left before its response was complete')
    sent.abandon(error)
    settleOnce({ kind: 'failed', error })
  })
}
