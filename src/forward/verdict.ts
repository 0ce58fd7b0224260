import type { ProxyError } from '../errors.ts'
import type { BodySource } from '../http/body.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'

/** A stored response that the origin has just confirmed or completed. */
export interface Updated {
  readonly stored: StoredResponse
  /** It was put back; false when its new fields, or an invalidation meanwhile, keep it from being stored. */
  readonly kept: boolean
}

/** What is to be done with an origin's response, once its head is known. */
export type Verdict =
  /** 304 to our own condition: the stored response, freshened and already put back. */
  | ({ readonly kind: 'updated' } & Updated)
  /** 206 with what a stored part lacks: read whole, then joined. */
  | {
      readonly kind: 'complete'
      readonly bodyBytesMax: number
      /** @returns undefined when the parts do not fit together */
      join(body: Buffer): Updated | undefined
    }
  /** To be stored when whole, and shared meanwhile with those whom `mayShare` accepts. */
  | {
      readonly kind: 'store'
      readonly storeBytesMax: number
      mayShare(request: ProxyRequest): boolean
      keep(body: Buffer): void
    }
  /** For the request that asked, and for nobody else. Followers ask again, or fail where asking again would be a storm. */
  | { readonly kind: 'deliver'; readonly reason: string; readonly followersFail?: ProxyError }
  /** The answer to our conditions is of no use: ask again without any. */
  | { readonly kind: 'refetch' }
  /** As good as no response (a 5xx while something stale may be served). */
  | { readonly kind: 'failed'; readonly error: ProxyError; readonly status?: number }

/** What becomes of one request that took part in a flight. */
export type FlightOutcome =
  | ({ readonly kind: 'updated'; readonly status: number; readonly collapsed: boolean } & Updated)
  | {
      readonly kind: 'response'
      readonly response: OriginResponse
      readonly body: BodySource | undefined
      readonly stored: boolean
      /** Why it is not stored; undefined when it is. */
      readonly refusal: string | undefined
      readonly collapsed: boolean
    }
  /** It has to look again: the response is not for this request (`refetch`: ask without conditions), or one is stored now. */
  | {
      readonly kind: 'released'
      readonly reason: 'not-shareable' | 'refetch' | 'found'
      readonly tier?: string | undefined
      /** For who began the flight: what was found for it. */
      readonly stored?: StoredResponse | undefined
    }
  | {
      readonly kind: 'failed'
      readonly error: ProxyError
      /** Of the origin's response, where there was one. */
      readonly status: number | undefined
      readonly collapsed: boolean
    }
