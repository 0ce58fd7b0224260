import type { RawFields } from '../../http/fields.ts'
import { RequestHeadReader } from '../../http1/head.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'
import type { MemoryRequest } from '../../proxy/answer-from-memory.ts'
import { clientSeen } from '../../request/client-address.ts'
import type { Decision } from '../../request/proxy-response.ts'
import type { TrustedPeers } from '../../request/trusted-peers.ts'
import type { PreparedResponse } from '../../respond/prepared-response.ts'
import type { Connection } from '../connection.ts'
import type { ExchangeRecord } from '../exchange-record.ts'
import type { LaneContext } from '../lane-context.ts'

export interface HitParts {
  readonly context: LaneContext
  readonly connection: Connection
  readonly request: ScannedRequest
  readonly asked: MemoryRequest
  readonly hit: PreparedResponse
}

/**
 * The record of a hit that was answered at once. Most readers want a few of its many fields, so those of the request that
 * are rarely read are made when they are asked for.
 */
export class HitRecord implements ExchangeRecord {
  readonly peerAddress: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly method: string
  readonly target: string
  readonly version = '1.1'
  readonly referer: string | undefined
  readonly userAgent: string | undefined
  readonly requestBodyBytes = 0
  readonly status: number
  readonly decision: Decision
  readonly responseType: string | undefined
  readonly bodyBytesSent: number
  readonly bytesSent: number
  readonly receivedMs: number
  readonly firstByteMs: number
  endedMs: number
  complete = true
  readonly #trusted: TrustedPeers
  readonly #head: Buffer
  #fields: RawFields | undefined

  constructor({ context, connection, request, asked, hit }: HitParts) {
    const { response, wire } = hit
    const nowMs = context.clock.now()
    this.peerAddress = connection.peerAddress
    this.scheme = asked.scheme
    this.authority = asked.authority
    this.method = asked.method
    this.target = asked.target
    this.referer = fieldValue(request, REFERER)
    this.userAgent = fieldValue(request, USER_AGENT)
    this.status = response.status
    this.decision = response.decision
    this.responseType = hit.responseType
    this.bodyBytesSent = wire!.bodyBytes
    this.bytesSent = wire!.bytes.length + (wire!.body?.length ?? 0)
    this.receivedMs = nowMs
    this.firstByteMs = nowMs
    this.endedMs = nowMs
    this.#trusted = context.settings.request.trusted
    this.#head = Buffer.from(request.bytes.subarray(0, request.end))
  }

  get fields(): RawFields {
    this.#fields ??= fieldsOf(this.#head)
    return this.#fields
  }

  get clientAddress(): string {
    const { peerAddress: address, scheme } = this
    if (!this.#trusted.includes(address)) return address
    return clientSeen(this.fields, { address, scheme }, this.#trusted).address
  }
}

const REFERER = Buffer.from('referer')
const USER_AGENT = Buffer.from('user-agent')

function fieldValue(request: ScannedRequest, name: Uint8Array): string | undefined {
  const index = request.indexOf(name)
  return index === -1 ? undefined : request.value(index)
}

function fieldsOf(head: Buffer): RawFields {
  const { length } = head
  const reader = new RequestHeadReader({ headBytesMax: length, fieldsMax: length, targetBytesMax: length })
  const result = reader.read(head, 0)
  return result.kind === 'head' ? result.head.fields : []
}
