import type { BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import type { Tunnel } from '../http/tunnel.ts'
import type { ProxyRequest } from './proxy-request.ts'

/** Outcome words: one for each response, used by `Cache-Status`, the access log and the metrics alike. */
export type Outcome =
  /** Fresh, from a tier. */
  | 'hit'
  /** Stale, from a tier, within its grace. */
  | 'stale'
  /** From a tier after the origin said 304. */
  | 'revalidated'
  /** Fetched because nothing usable was stored. */
  | 'miss'
  /** Fetched and not looked up, by method, rule or remembered uncacheability. */
  | 'pass'
  /** Made here without origin or tier: TRACE, OPTIONS *, only-if-cached, a rule's answer. */
  | 'local'
  /** Refused or failed: an error response of ours. */
  | 'error'

/** Why a request was forwarded (RFC 9211 §2.2). */
export type ForwardReason = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial'

/** What was decided for a request and why; RFC 9211's members under its names. */
export interface Decision {
  readonly outcome: Outcome
  readonly forward?: ForwardReason
  readonly forwardStatus?: number
  readonly stored?: boolean
  readonly collapsed?: boolean
  /** Seconds of freshness left; negative when stale. */
  readonly ttlSeconds?: number
  readonly key?: string
  /** Our reason word, `detail` in Cache-Status: lower case with hyphens. */
  readonly detail?: string
  /** Name of the configuration's rule that decided. */
  readonly rule?: string
  /** Name of the origin member that was asked. */
  readonly origin?: string
}

/**
 * A response as a lane writes it. Fields are end-to-end and complete (`Age`, `Cache-Status`, `Via` are in);
 * framing (`Content-Length`, `Transfer-Encoding`, `Connection`, trailers) is the lane's.
 */
export interface ProxyResponse {
  readonly status: number
  /** Reason phrase as received; empty lets the lane write the standard one. */
  readonly reason: string
  readonly fields: RawFields
  /** Undefined: no body (HEAD, 204, 304). */
  readonly body: Buffer | BodySource | undefined
  /** `Content-Length` to announce although no body follows (HEAD, 304); undefined announces none. */
  readonly announcedLength: number | undefined
  readonly decision: Decision
  /** Of a 101: what the connection is joined to. */
  readonly tunnel?: Tunnel
  /** The connection must close after this response: the request's body was not or cannot be read. */
  readonly close?: boolean
}

/** The one entry to the core. Answers at once where it can: a hit in memory needs no promise. Never rejects. */
export type RequestHandler = (request: ProxyRequest) => ProxyResponse | Promise<ProxyResponse>
