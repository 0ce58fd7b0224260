import type { BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import type { KeptLines } from '../http1/kept-lines.ts'

/**
 * A request as the core sees it, whichever lane or protocol it came by.
 *
 * It is already safe to reason about: framing checked and taken off, one authority, hop-by-hop fields and what
 * `Connection` named removed, forwarding fields of untrusted senders removed. Nothing in it is a socket or a node:http object.
 */
export interface ProxyRequest {
  /** Case-sensitive token (RFC 9110 §9.1). */
  readonly method: string
  /** The scheme the client used towards us or, from a trusted proxy, towards that one. */
  readonly scheme: 'http' | 'https'
  /** Host as keyed and forwarded: lower case, without the scheme's default port. IPv6 in brackets. */
  readonly authority: string
  /** Path and query exactly as received, starting with `/`; `*` for OPTIONS. Never decoded. */
  readonly target: string
  readonly version: '1.0' | '1.1' | '2'
  /** End-to-end fields in order, without Host (it is `authority`), framing and forwarding fields. */
  readonly fields: RawFields
  /** The lines of `fields` as they came, for who sends them on; absent where nobody kept them. */
  readonly lines?: KeptLines | undefined
  /** With the cookies that are withheld from the origin as noise, and are not among `fields`. Absent: none are. */
  readonly receivedFields?: RawFields
  /** Our own cookies, name and value in turn; they are not among the fields. Absent: none. */
  readonly ownCookies?: readonly string[]
  /** Forwarding fields to append to: those of a trusted proxy, and Via of anybody (it is how loops are found). */
  readonly forwarding: RawFields
  /** Somebody in front says, or is said to have been there: the connection's address is not who asks. Whether that is believed or not. */
  readonly isForwarded: boolean
  /** Address of the client behind trusted proxies, without brackets or port. */
  readonly clientAddress: string
  /** Address of the connection's other end. */
  readonly peerAddress: string
  /** Milliseconds since the epoch at which the head was complete. */
  readonly receivedMs: number
  /** Undefined when the request has no body at all. */
  readonly body: BodySource | undefined
  /** `Expect: 100-continue`: starting the body makes the lane send the 100 (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean
  /** `TE: trailers` was sent: trailer fields may be passed on (RFC 9110 §6.5.1). */
  readonly acceptsTrailers: boolean
  /** Asked for by `Upgrade: websocket` where it can be had; other protocols are never upgraded and leave this undefined. */
  readonly upgrade: 'websocket' | undefined
  readonly exchange: Exchange
}

/** What a lane does for the request beside the final response. */
export interface Exchange {
  /** Passes an interim response (102, 103) on; does nothing where the client's version has none. */
  interim(status: number, fields: RawFields): void
  /** Calls back once when the client has gone before its response was complete. */
  onGone(listener: () => void): void
}
