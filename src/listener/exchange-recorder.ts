import { firstValue, type RawFields } from '../http/fields.ts'
import type { NormalisedRequest, ReceivedHead } from '../request/normalise.ts'
import type { Decision, ProxyResponse } from '../request/proxy-response.ts'
import type { Connection } from './connection.ts'
import type { ExchangeRecord } from './exchange-record.ts'

/** How an exchange ended, for its record. */
export interface ExchangeEnd {
  readonly endedMs: number
  readonly complete: boolean
  readonly bodyBytesSent: number
  readonly requestBodyBytes: number
  /** All bytes of the response that were handed to the connection; absent: what the connection has counted since. */
  readonly bytesSent?: number
}

const NO_FIELDS: RawFields = []

/** What of an answer is told. */
export interface Answered {
  readonly status: number
  readonly decision: Decision
  readonly responseType: string | undefined
}

/** The client left before there was a response. */
export const NOT_ANSWERED: Answered = {
  status: 0,
  decision: { outcome: 'error', detail: 'client-gone' },
  responseType: undefined,
}

/** Gathers what is known of one exchange while it goes on. */
export class ExchangeRecorder {
  readonly #connection: Connection
  readonly #receivedMs: number
  readonly #bytesBefore: number
  #head: ReceivedHead | undefined
  #request: NormalisedRequest | undefined
  #response: ProxyResponse | undefined
  #firstByteMs: number | undefined

  /**
   * @param receivedMs when its head was complete
   * @param bytesBefore of no use where the end says how many were sent; to ask a socket costs as much as all else here
   */
  constructor(connection: Connection, receivedMs: number, bytesBefore = connection.socket.bytesWritten) {
    this.#connection = connection
    this.#receivedMs = receivedMs
    this.#bytesBefore = bytesBefore
  }

  get receivedMs(): number {
    return this.#receivedMs
  }

  get hasResponse(): boolean {
    return this.#response !== undefined
  }

  received(head: ReceivedHead): void {
    this.#head = head
  }

  normalised(request: NormalisedRequest): void {
    this.#request = request
  }

  /** The response whose head is about to be written. */
  responded(response: ProxyResponse, nowMs: number): void {
    this.#response = response
    this.#firstByteMs = nowMs
  }

  record(end: ExchangeEnd): ExchangeRecord {
    const { peerAddress, scheme, socket } = this.#connection
    const head = this.#head
    const fields = head?.fields ?? NO_FIELDS
    return {
      clientAddress: this.#request?.clientAddress ?? peerAddress,
      peerAddress,
      method: head?.method ?? '',
      target: head?.target ?? '',
      authority: this.#request?.authority ?? '',
      scheme: this.#request?.scheme ?? scheme,
      version: head?.version ?? '',
      fields,
      referer: firstValue(fields, 'referer'),
      userAgent: firstValue(fields, 'user-agent'),
      status: this.#response?.status ?? NOT_ANSWERED.status,
      decision: this.#response?.decision ?? NOT_ANSWERED.decision,
      responseType: this.#response && firstValue(this.#response.fields, 'content-type'),
      bytesSent: end.bytesSent ?? socket.bytesWritten - this.#bytesBefore,
      receivedMs: this.#receivedMs,
      firstByteMs: this.#firstByteMs,
      endedMs: end.endedMs,
      complete: end.complete,
      bodyBytesSent: end.bodyBytesSent,
      requestBodyBytes: end.requestBodyBytes,
    }
  }
}
