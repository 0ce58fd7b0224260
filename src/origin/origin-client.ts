import type { ProxyError } from '../errors.ts'
import type { BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'

/** A request as it goes upstream. Framing is the client's own; `fields` are complete otherwise (Host, Via, …). */
export interface OriginRequest {
  readonly method: string
  readonly target: string
  readonly fields: RawFields
  readonly body: BodySource | undefined
  /** Wait for `100 Continue` (bounded) before the body is started. */
  readonly expectsContinue: boolean
}

/** The head of a final response, and its body still to be read. */
export interface OriginResponse {
  readonly status: number
  readonly reason: string
  /** As received, without hop-by-hop fields, those `Connection` named, and framing. */
  readonly fields: RawFields
  /** Undefined where no body can follow: HEAD, 204, 304. */
  readonly body: BodySource | undefined
  /** `Content-Length` as announced, also where no body follows. */
  readonly announcedLength: number | undefined
  /** How the end of the body is known. Only `length` and `chunked` prove it complete. */
  readonly framing: 'none' | 'length' | 'chunked' | 'until-close'
  readonly requestTimeMs: number
  readonly responseTimeMs: number
  /** Name of the member that answered. */
  readonly origin: string
}

/** Exactly one of `onResponse` and `onError` is called, once. Failures after the head go to the body's sink. */
export interface OriginHandler {
  onInterim(status: number, fields: RawFields): void
  onResponse(response: OriginResponse): void
  onError(error: ProxyError): void
}

/** Sends requests to the members of a pool: choosing, connecting, retrying and time limits are inside. */
export interface OriginPool {
  /** @returns what abandons the request: cancels it in the queue, or destroys its connection */
  send(request: OriginRequest, handler: OriginHandler): (reason: ProxyError) => void
  /**
   * Every member is held down after failures, so `send` would fail at once with ORIGIN_SICK. False again each time a
   * hold-down is over, about every second, until a request was sent as the trial: some request has to find out.
   */
  readonly sick: boolean
  /** Where a WebSocket goes: the URL of a member that is not held down; undefined without one that can be tunnelled to. */
  tunnelTarget(): URL | undefined
  /** Closes idle connections, and the others when their exchange has ended. */
  close(): void
}
