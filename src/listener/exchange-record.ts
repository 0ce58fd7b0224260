import type { RawFields } from '../http/fields.ts'
import type { ScannedRequest } from '../http1/request-scanner.ts'
import type { Decision } from '../request/proxy-response.ts'

/**
 * One finished exchange, published once when its last byte has left or its connection has gone: the source of the
 * access log and of the request metrics. Refused requests are published too, with what is known of them.
 */
export interface ExchangeRecord {
  /** Address of the client behind trusted proxies; equals `peerAddress` without any. */
  readonly clientAddress: string
  /** Address of the connection's other end. */
  readonly peerAddress: string
  /** Empty when no request line could be read. */
  readonly method: string
  /** As received; empty when no request line could be read. */
  readonly target: string
  /** Empty when the request was refused before it was known. */
  readonly authority: string
  readonly scheme: 'http' | 'https'
  /** `1.0`, `1.1`, `2`, or what a refused request line said; empty when unknown. */
  readonly version: string
  /** Every field as received, private ones too: whoever writes them down redacts them. Empty when unread. */
  readonly fields: RawFields
  readonly referer: string | undefined
  readonly userAgent: string | undefined
  /** Bytes of the request's body that were read. */
  readonly requestBodyBytes: number

  /** 0 when the client left before there was a response. */
  readonly status: number
  readonly decision: Decision
  /** The response's Content-Type. */
  readonly responseType: string | undefined
  /** Body bytes handed to the connection, without transfer coding. */
  readonly bodyBytesSent: number
  /** All bytes of the response handed to the connection, head and framing included. */
  readonly bytesSent: number
  /** The whole response was handed to the system; false when it was cut by either side. */
  readonly complete: boolean

  /** Milliseconds since the epoch: head of the request complete, first byte of the response out, end. */
  readonly receivedMs: number
  readonly firstByteMs: number | undefined
  readonly endedMs: number
}

/** What logs say of an exchange. */
export type LoggedExchange = Omit<ExchangeRecord, 'fields'>

/** A hit in the moment it is answered, valid during the call that tells of it: what is to be kept of it is a record. */
export interface AnsweredHit {
  /** A GET or HEAD, as it lies in its bytes. */
  readonly request: ScannedRequest
  readonly clientAddress: string
  readonly receivedMs: number
  readonly status: number
  readonly bodyBytesSent: number
  /** As if it ended in this moment, and well. */
  record(): LoggedExchange
}
