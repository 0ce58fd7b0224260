import type { ProxyError } from '../errors.ts'
import type { BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import type { Tunnel } from '../http/tunnel.ts'
import type { ResponseHead } from '../http1/head.ts'
import type { MessageBytes } from '../http1/outbox.ts'
import type { MemberControl, MemberState } from './member-state.ts'
import type { PoolSettings } from './settings.ts'
import type { Priority } from './waiting-line.ts'

/** A request as it goes upstream. Framing is the client's own; `fields` are complete otherwise (Host, Via, …). */
export interface OriginRequest {
  readonly method: string
  readonly target: string
  readonly fields: RawFields
  /** All of `fields` as they are written (`http1/writer.ts`), where somebody has them: they are not written anew then. */
  readonly lines?: string | undefined
  /** All of the head as bytes, where somebody has them; without a body. */
  readonly head?: MessageBytes | undefined
  readonly body: BodySource | undefined
  /** Wait for `100 Continue` (bounded) before the body is started. */
  readonly expectsContinue: boolean
  /** Whose request it is, for choosing a pool and a member; the Host of the fields when absent. */
  readonly authority?: string | undefined
  /** Address of the client behind trusted proxies; absent for requests of our own. */
  readonly clientAddress?: string | undefined
  /** The proxy's own cookies of the visitor, name and value in turn; they are not among the fields. */
  readonly ownCookies?: readonly string[] | undefined
  /** Who is served first; asked for only where requests have to wait. A visitor when absent. */
  readonly priority?: (() => Priority) | undefined
  /** Asks for a tunnel: the response is a 101 with one, or the origin's own answer when it does not agree. */
  readonly upgrade?: 'websocket' | undefined
  /** Something stored can be served in its place, so it fails at once with ORIGIN_OVERLOADED rather than wait in a queue. */
  readonly hasCover?: boolean | undefined
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
  /** The head that it was made of; absent where there was none of HTTP/1.1. */
  readonly received?: ResponseHead
  /** Name of the member that answered. */
  readonly origin: string
  /** `Set-Cookie` of our own, for this visitor alone: not to be given to anybody else, nor stored. */
  readonly ownCookie?: string
  /** Of a 101; it takes a place at the member until it is closed. */
  readonly tunnel?: Tunnel
}

/** Exactly one of `onResponse`, `onWhole` and `onError` is called, once. Failures after the head go to the body's sink. */
export interface OriginHandler {
  onInterim(status: number, fields: RawFields): void
  onResponse(response: OriginResponse): void
  onError(error: ProxyError): void
  /** Where it takes responses that it has seen before in the moment they are read. */
  readonly atOnce?: TakesAtOnce | undefined
}

/** Who may know the response before it is read. */
export interface TakesAtOnce {
  /**
   * @param bytes the first `length` of them are what came first of the response, valid during the call and that of `onWhole`, which follows in the same turn
   * @returns a head with the status and framing of the response which these bytes are, all of it and no more; undefined when they are
   *   not what is expected
   */
  expects(bytes: Buffer, length: number, origin: string): ResponseHead | undefined
  /** @param nowMs when it came */
  onWhole(nowMs: number): void
}

/** A request that a pool was given. */
export interface SentRequest {
  /** Cancels it in the queue, or destroys its connection. */
  abandon(reason: ProxyError): void
}

/** Sends requests to the members of a pool: choosing, connecting, retrying and time limits are inside. */
export interface OriginPool {
  send(request: OriginRequest, handler: OriginHandler): SentRequest
  /**
   * Every member is held down after failures, so `send` would fail at once with ORIGIN_SICK. False again each time a
   * hold-down is over, about every second, until a request was sent as the trial: some request has to find out.
   */
  readonly sick: boolean
  /** Closes idle connections, and the others when their exchange has ended. */
  close(): void
}

/** A pool as who made it sees it. */
export interface ManagedPool extends OriginPool {
  /** The members as they are now. */
  states(): readonly MemberState[]
  /** Takes a member out, or in again, while it runs. Undefined when there is none of this name. */
  member(name: string): MemberControl | undefined
  /**
   * Takes over new settings. Members that are the same keep their connections, their queue and what is known of their health;
   * those that went away finish what they have.
   *
   * @throws Error as the making of a pool does; the old settings then hold on
   */
  update(settings: PoolSettings): void
}
