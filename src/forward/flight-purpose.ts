import type { Clock } from '../clock.ts'
import type { ProxyError } from '../errors.ts'
import type { OriginHandler, OriginResponse } from '../origin/origin-client.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Invalidatable } from '../tiers/tier.ts'
import { internalError } from './flight-errors.ts'
import type { Verdict } from './verdict.ts'

/** Besides what an origin does: another thread or a tier had it stored. */
export interface FlightHandler extends OriginHandler {
  /** @param tier name of the tier; undefined for another thread */
  onStored(stored: StoredResponse, tier: string | undefined): void
  /** @param cover what another thread has that may be served in place of the origin that failed */
  onError(error: ProxyError, cover?: StoredResponse): void
}

/** A response that has come, or that was stored elsewhere. */
export type Arrived = Pick<OriginResponse, 'status' | 'fields'> | StoredResponse

/** What a flight is for: how it asks, and what is made of the answer. */
export interface FlightPurpose {
  readonly clock: Clock
  /** Sends the upstream request, or finds the answer elsewhere. */
  send(handler: FlightHandler): void
  /** What invalidations look at, of a response that just arrived, or that was stored elsewhere. */
  about(response: Arrived): Invalidatable
  /** @param doomed the key was invalidated since the request was sent: nothing of the response may be stored */
  judge(response: OriginResponse, doomed: boolean): Verdict
  /** Puts a response that was stored elsewhere into the memory of this thread. */
  adopt(stored: StoredResponse): void
  /** There is no response, or none that is better than what is stored. Called once for all that take part. */
  onFailed(error: ProxyError): void
  /** Everything has been stored that will be. Called once, last. */
  onEnd(): void
}

/** What a flight's purpose makes of a response; a throw is a failure like another. */
export function judged(purpose: FlightPurpose, response: OriginResponse, doomed: boolean): Verdict {
  try {
    return purpose.judge(response, doomed)
  } catch (cause) {
    return { kind: 'failed', error: internalError(cause) }
  }
}
