import type { ScannedRequest } from '../../http1/request-scanner.ts'
import type { MemoryRequest } from '../../proxy/answer-from-memory.ts'
import { clientSeen } from '../../request/client-address.ts'
import type { PreparedResponse, Wire } from '../../respond/prepared-response.ts'
import type { Connection } from '../connection.ts'
import type { AnsweredHit } from '../exchange-record.ts'
import type { LaneContext } from '../lane-context.ts'
import { HitRecord } from './hit-record.ts'

/** All that the address of a client is found by. */
const FORWARDED_FOR = ['x-forwarded-for', 'forwarded'].map((name) => ({ name, bytes: Buffer.from(name) }))

/** The hit that was answered last: one object tells of all, one after the other, as most are told of without being kept. */
export class AnsweredNow implements AnsweredHit {
  readonly #context: LaneContext
  readonly #asked: MemoryRequest
  #connection: Connection | undefined
  #request: ScannedRequest | undefined
  #hit: PreparedResponse | undefined
  #wire: Wire | undefined

  constructor(context: LaneContext, asked: MemoryRequest) {
    this.#context = context
    this.#asked = asked
  }

  /** @param wire what the client gets of the hit */
  set(connection: Connection, request: ScannedRequest, hit: PreparedResponse, wire: Wire): void {
    this.#connection = connection
    this.#request = request
    this.#hit = hit
    this.#wire = wire
  }

  get request(): ScannedRequest {
    return this.#request!
  }

  get receivedMs(): number {
    return this.#context.clock.now()
  }

  get status(): number {
    return this.#hit!.response.status
  }

  get bodyBytesSent(): number {
    return this.#wire!.bodyBytes
  }

  get clientAddress(): string {
    const { peerAddress: address, scheme } = this.#connection!
    const { trusted } = this.#context.settings.request
    if (!trusted.includes(address)) return address
    const request = this.#request!
    const fields: string[] = []
    for (const { name, bytes } of FORWARDED_FOR) {
      for (let i = request.indexOf(bytes); i !== -1; i = request.indexOf(bytes, i + 1))
        fields.push(name, request.value(i))
    }
    return clientSeen(fields, { address, scheme }, trusted).address
  }

  record(): HitRecord {
    const { clientAddress, receivedMs } = this
    const { peerAddress } = this.#connection!
    return new HitRecord({
      clientAddress,
      peerAddress,
      receivedMs,
      request: this.#request!,
      asked: this.#asked,
      hit: this.#hit!,
      wire: this.#wire!,
    })
  }
}
