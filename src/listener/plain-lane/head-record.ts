import { firstValue, type RawFields } from '../../http/fields.ts'
import type { KeptHead } from '../../http1/kept-head.ts'
import type { Decision } from '../../request/proxy-response.ts'
import type { ExchangeRecord } from '../exchange-record.ts'
import type { Answered, ExchangeEnd } from '../exchange-recorder.ts'

/** What is told of the request. */
export type AskedByHead = Pick<
  ExchangeRecord,
  'clientAddress' | 'peerAddress' | 'method' | 'target' | 'authority' | 'scheme' | 'receivedMs'
> & { readonly head: KeptHead }

/** The record of a request of which there are only bytes: its fields are made for those who look at them. */
export class HeadRecord implements ExchangeRecord {
  readonly clientAddress: string
  readonly peerAddress: string
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly scheme: 'http' | 'https'
  readonly version = '1.1'
  readonly requestBodyBytes = 0
  readonly status: number
  readonly decision: Decision
  readonly responseType: string | undefined
  readonly bodyBytesSent: number
  readonly bytesSent: number
  readonly complete: boolean
  readonly receivedMs: number
  readonly firstByteMs: number | undefined
  readonly endedMs: number
  readonly #head: KeptHead

  constructor(
    asked: AskedByHead,
    answered: Answered,
    end: Omit<ExchangeEnd, 'requestBodyBytes'> & Pick<ExchangeRecord, 'firstByteMs'>,
  ) {
    this.clientAddress = asked.clientAddress
    this.peerAddress = asked.peerAddress
    this.method = asked.method
    this.target = asked.target
    this.authority = asked.authority
    this.scheme = asked.scheme
    this.receivedMs = asked.receivedMs
    this.#head = asked.head
    this.status = answered.status
    this.decision = answered.decision
    this.responseType = answered.responseType
    this.bodyBytesSent = end.bodyBytesSent
    this.bytesSent = end.bytesSent ?? 0
    this.complete = end.complete
    this.firstByteMs = end.firstByteMs
    this.endedMs = end.endedMs
  }

  get fields(): RawFields {
    return this.#head.read().fields
  }

  get referer(): string | undefined {
    return firstValue(this.fields, 'referer')
  }

  get userAgent(): string | undefined {
    return firstValue(this.fields, 'user-agent')
  }
}
