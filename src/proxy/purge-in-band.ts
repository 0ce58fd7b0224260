import { liteSpeedOrders } from '../invalidate/dialects/litespeed.ts'
import { PurgeError } from '../invalidate/orders.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { purge } from './answer-purge.ts'
import type { Core } from './core.ts'

/** Purges what an origin's response says is to be purged. Nobody waits for it, but what is under way here is doomed at once. */
export function purgeInBand(
  core: Core,
  request: ProxyRequest,
  response: Pick<OriginResponse, 'fields' | 'origin'>,
): void {
  const orders = liteSpeedOrders(response.fields, request.authority)
  if (orders.length === 0) return
  purge(core, orders, { address: `origin ${response.origin}`, dialect: 'litespeed' }).catch((error: unknown) => {
    // What an origin writes wrongly is no defect of ours, and no reason to fail its response.
    if (!(error instanceof PurgeError)) core.onFault(error)
  })
}
