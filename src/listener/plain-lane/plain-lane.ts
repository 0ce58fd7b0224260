import { Inbox } from '../../http1/inbox.ts'
import { RequestHeadScanner } from '../../http1/request-scanner.ts'
import type { Connection } from '../connection.ts'
import type { FullLane } from '../full-lane.ts'
import { HTTP2_REFUSED, http2Refusal, isHttp2Preface } from '../http2-preface.ts'
import type { LaneContext } from '../lane-context.ts'
import { RefusedWork } from '../refused-work.ts'
import { AnsweredNow } from './answered-now.ts'
import { HitBatch } from './hit-batch.ts'
import { Hits } from './hits.ts'
import { KnownHeads } from './known-heads.ts'
import { PlainConnection } from './plain-connection.ts'

/** Scanners kept for the next head that comes in one piece, or begins. */
const SPARE_SCANNERS_MAX = 64

/**
 * The lane for the many: it reads the bytes of a connection itself, and answers requests that it understands completely.
 * A connection with any other request goes to the full lane, and stays there.
 */
export class PlainLane {
  readonly context: LaneContext
  readonly knownHeads = new KnownHeads()
  readonly hits: Hits
  readonly answered: AnsweredNow
  /** Written before its turn ends, so one is enough. */
  readonly batch = new HitBatch()
  readonly inbox = new Inbox()
  readonly #fullLane: FullLane
  readonly #spare: RequestHeadScanner[] = []
  #handedOver = 0

  constructor(context: LaneContext, fullLane: FullLane) {
    this.context = context
    this.hits = new Hits(context)
    this.answered = new AnsweredNow(context, this.hits)
    this.#fullLane = fullLane
  }

  /** Connections that went on to the full lane, since the start. */
  get handedOver(): number {
    return this.#handedOver
  }

  take(connection: Connection): void {
    new PlainConnection(this, connection).begin()
  }

  /** Gives a connection away, with the bytes that were read of its next request. */
  handOver(connection: Connection, bytes: Buffer): void {
    const { socket } = connection
    this.#handedOver++
    connection.handOver(bytes.length)
    this.inbox.detach(socket)
    socket.pause()
    if (isHttp2Preface(bytes)) {
      connection.enqueue(new RefusedWork(this.context, connection, HTTP2_REFUSED, undefined, http2Refusal()))
      return
    }
    if (bytes.length > 0) socket.unshift(bytes)
    this.#fullLane.take(connection)
    socket.resume()
  }

  /**
   * A scanner for one head. A connection has one only while it has a part of a head: so thousands of idle connections hold
   * no memory for what they may send.
   */
  borrowScanner(): RequestHeadScanner {
    const { headBytesMax } = this.context.settings.limits
    // Whatever fits into the head is read: how many fields and how long a target are for the request's own rules.
    return (
      this.#spare.pop() ??
      new RequestHeadScanner({ headBytesMax, fieldsMax: headBytesMax, targetBytesMax: headBytesMax })
    )
  }

  returnScanner(scanner: RequestHeadScanner): void {
    scanner.reset()
    if (this.#spare.length < SPARE_SCANNERS_MAX) this.#spare.push(scanner)
  }
}
