import type { ProxyError } from '../errors.ts'
import type { RawFields } from '../http/fields.ts'
import type { ResponseHead } from '../http1/head.ts'
import type { OriginResponse } from './origin-client.ts'

/** Who has a request carried. Exactly one of `onResponse`, `onWhole` and `onFailure`; `onEnded` follows `onResponse`. */
export interface WireHandler {
  onInterim(status: number, fields: RawFields): void
  onResponse(response: OriginResponse): void
  /** As `TakesAtOnce` has it; absent expects nothing. */
  expects?(bytes: Buffer, length: number, origin: string): ResponseHead | undefined
  /** What it expected came, in the place of `onResponse` and `onEnded`. */
  onWhole?(status: number, requestTimeMs: number, responseTimeMs: number): void
  onFailure(failure: WireFailure): void
  /** The response is over: complete, or left by its reader, or broken by this. */
  onEnded(error?: ProxyError): void
}

/** An exchange that broke before its response's head was complete. */
export interface WireFailure {
  readonly error: ProxyError
  /** Something of the response was there: the request was taken, and must not be repeated. */
  readonly responseSeen: boolean
  readonly bodyStarted: boolean
  /** When it was given to the connection. */
  readonly requestTimeMs: number
}
