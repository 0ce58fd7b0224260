import type { ScannedRequest } from '../../http1/request-scanner.ts'
import type { MemoryRequest } from '../../proxy/answer-from-memory.ts'
import type { Decision } from '../../request/proxy-response.ts'
import type { PreparedResponse, Wire } from '../../respond/prepared-response.ts'
import type { LoggedExchange } from '../exchange-record.ts'

export interface HitParts {
  readonly clientAddress: string
  readonly peerAddress: string
  readonly receivedMs: number
  readonly request: ScannedRequest
  readonly asked: MemoryRequest
  readonly hit: PreparedResponse
  readonly wire: Wire
}

/** The record of a hit that was answered at once. How it ended is told later. */
export class HitRecord implements LoggedExchange {
  readonly clientAddress: string
  readonly peerAddress: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly method: string
  readonly target: string
  readonly version: '1.0' | '1.1'
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

  constructor({ clientAddress, peerAddress, receivedMs, request, asked, hit, wire }: HitParts) {
    const { response } = hit
    this.clientAddress = clientAddress
    this.peerAddress = peerAddress
    this.scheme = asked.scheme
    this.authority = asked.authority
    this.method = asked.method
    this.target = asked.target
    this.version = request.line.minorVersion === 0 ? '1.0' : '1.1'
    this.referer = fieldValue(request, REFERER)
    this.userAgent = fieldValue(request, USER_AGENT)
    this.status = response.status
    this.decision = response.decision
    this.responseType = hit.responseType
    this.bodyBytesSent = wire.bodyBytes
    this.bytesSent = wire.bytes.length + (wire.body?.length ?? 0)
    this.receivedMs = receivedMs
    this.firstByteMs = receivedMs
    this.endedMs = receivedMs
  }
}

const REFERER = Buffer.from('referer')
const USER_AGENT = Buffer.from('user-agent')

function fieldValue(request: ScannedRequest, name: Uint8Array): string | undefined {
  const index = request.indexOf(name)
  return index === -1 ? undefined : request.value(index)
}
