import type { RequestHeadScanner, ScannedRequest } from '../../http1/request-scanner.ts'
import type { ConnectionNotes } from '../../proxy/pass-by-template.ts'
import { PreparedResponse } from '../../respond/prepared-response.ts'
import type { Connection } from '../connection.ts'
import type { LaneContext } from '../lane-context.ts'
import { NOBODY_LISTENS } from '../listener-hooks.ts'
import type { HitRecord } from './hit-record.ts'
import type { KnownHead } from './known-heads.ts'
import { makeExchange, makePlainExchange, type ReadOn } from './make-exchange.ts'
import type { PlainLane } from './plain-lane.ts'
import type { PlainWork } from './plain-work.ts'
import { whenTaken, whenTakenInTime } from './taken.ts'
import { understand } from './understands.ts'

/** What is to be done before the connection reads on, although no request is in work. */
const WAITING = { begin: () => {} }

/** So many requests of one connection are answered in a turn; then others have theirs. */
const REQUESTS_PER_TURN_MAX = 32

/**
 * One connection while it is on the plain lane. Requests are handled one at a time and in order; what arrives meanwhile is
 * left unread but for one chunk, so a client cannot pile up work.
 */
export class PlainConnection implements ReadOn {
  readonly lane: PlainLane
  readonly context: LaneContext
  readonly connection: Connection
  readonly notes: ConnectionNotes = {}
  /** Of a request before, mostly of the last one. */
  readonly #known: KnownHead
  /** Has the begin of a head. */
  #scanner: RequestHeadScanner | undefined
  #exchange: PlainWork | undefined
  /** Bytes behind the request in work. */
  #unread: Buffer | undefined
  /** Of answers that are not all handed to the system yet. */
  #records: HitRecord[] | undefined
  #hasEnded = false

  readonly #onData = (chunk: Buffer): void => this.#take(chunk, chunk.length)
  readonly #onEnd = (): void => this.#ended()
  readonly #onClose = (): void => this.#closed()

  constructor(lane: PlainLane, connection: Connection) {
    this.lane = lane
    this.context = lane.context
    this.connection = connection
    this.#known = lane.knownHeads.next()
    connection.headBegun = false
  }

  begin(): void {
    const { socket } = this.connection
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onClose)
    const { inbox } = this.lane
    if (!inbox.attach(socket, (length) => this.#take(inbox.bytes, length))) socket.on('data', this.#onData)
    socket.resume()
  }

  /** Takes the first `length` bytes of `chunk`, which may be the inbox. */
  #take(chunk: Buffer, length: number): void {
    const connection = this.connection
    if (this.#exchange?.wantsBody === true) return this.#readBody(this.#exchange, this.#owned(chunk, 0, length))
    // Nothing else that arrives after an ending is looked at: it is only read so that the client can finish.
    if (connection.isEnding) return
    if (connection.current === undefined) return this.#read(chunk, 0, length)
    const bytes = this.#owned(chunk, 0, length)
    this.#unread = this.#unread === undefined ? bytes : Buffer.concat([this.#unread, bytes])
    connection.socket.pause()
  }

  /** Part of a chunk, to be kept longer than this turn. */
  #owned(chunk: Buffer, begin: number, end: number): Buffer {
    const bytes = chunk.subarray(begin, end)
    return chunk === this.lane.inbox.bytes ? Buffer.from(bytes) : bytes
  }

  /** Reads on with the body of the request in work; what is behind it waits. */
  #readBody(exchange: PlainWork, chunk: Buffer): void {
    const end = exchange.readBody(chunk, 0)
    const { isEnding, socket } = this.connection
    // Over in between, the request may have left the connection to the next.
    if (end < chunk.length && !isEnding) return this.#keepUnread(chunk.subarray(end))
    if (exchange.holdsBody) socket.pause()
  }

  /** The core reads the body (again). */
  onBodyWanted(): void {
    const chunk = this.#unread
    this.#unread = undefined
    if (chunk !== undefined) this.#take(chunk, chunk.length)
    if (this.#unread !== undefined || this.#exchange?.holdsBody === true) return
    if (this.#hasEnded) this.#exchange?.cutBody()
    this.connection.socket.resume()
  }

  /** Reads requests out of `chunk`, from index `start` to `to`, until one has to be waited for. */
  #read(chunk: Buffer, start: number, to: number): void {
    const { batch } = this.lane
    let at = start
    let requests = 0
    while (at < to && this.#mayGoOn() && requests < REQUESTS_PER_TURN_MAX && !batch.isFull) {
      const scanner = this.#scanner ?? this.lane.borrowScanner()
      const result = scanner.read(chunk, at, to, this.#known.section)
      if (result.kind === 'incomplete') {
        this.#scanner = scanner
        at = to
        this.connection.headBegun = true
        break
      }
      this.#scanner = undefined
      const next = result.kind === 'head' ? this.#handle(result.head, chunk, result.end, to) : undefined
      if (next === undefined) return this.#handOver(scanner, chunk, at, to)
      this.lane.returnScanner(scanner)
      requests++
      at = next
    }
    if (!batch.isEmpty) this.#write()
    if (at < to && !this.connection.isEnding) this.#keepUnread(this.#owned(chunk, at, to))
  }

  #mayGoOn(): boolean {
    return this.connection.current === undefined && !this.connection.isEnding
  }

  /** @returns the index of the first byte behind the request, or undefined when it is not for this lane */
  #handle(request: ScannedRequest, chunk: Buffer, end: number, to: number): number | undefined {
    const known = this.#known
    known.lookThrough(request)
    const { fields } = known
    switch (understand(request, fields)) {
      case 'other':
        return undefined
      case 'plain': {
        const hit = this.lane.hits.find(request, fields, this.connection)
        if (hit instanceof PreparedResponse) {
          this.#answerAtOnce(hit, request)
          return end
        }
        this.#begin(makeExchange(this, request, known, hit))
        return end
      }
      case 'hit-only': {
        const hit = this.lane.hits.find(request, fields, this.connection)
        if (!(hit instanceof PreparedResponse)) return undefined
        this.#answerAtOnce(hit, request)
        return end
      }
      case 'with-body': {
        const exchange = makePlainExchange(this, request)
        // What came with the head is there when the core asks for it, and whether that was all is known when it answers.
        const rest = this.#owned(chunk, end, to)
        const next = end + exchange.readBody(rest, 0)
        this.#begin(exchange)
        return next
      }
    }
  }

  #answerAtOnce(hit: PreparedResponse, request: ScannedRequest): void {
    const { answered, batch, context, hits } = this.lane
    const connection = this.connection
    connection.servedAtOnce()
    const wire = hits.wireFor(hit)
    batch.add(wire)
    if (hits.option === 'close') connection.endAfterCurrent()
    answered.set(connection, request, hit, wire)
    context.hooks.onHit(hit, answered)
    if (context.hooks.onHitRecord === NOBODY_LISTENS) return
    this.#records ??= []
    this.#records.push(answered.record())
  }

  /** Writes what was answered at once; the connection goes on when the client has taken it. */
  #write(): void {
    const { socket } = this.connection
    this.lane.batch.write(socket)
    if (socket.writableLength > 0) return this.#goOnWhenTaken()
    this.#publish(true)
    if (this.connection.isEnding) this.connection.closeAfterResponse()
  }

  #goOnWhenTaken(): void {
    this.connection.occupy(WAITING)
    whenTakenInTime(this.connection.socket, this.context.settings.times.sendStallMs, () => this.onDone())
  }

  /** Writes what was answered at once, in front of an answer that has to be waited for. */
  #flush(): void {
    if (this.lane.batch.isEmpty) return
    this.lane.batch.write(this.connection.socket)
    if (this.connection.socket.writableLength === 0) this.#publish(true)
  }

  #publish(complete: boolean): void {
    const records = this.#records
    if (records === undefined) return
    this.#records = undefined
    const { hooks, clock } = this.context
    const nowMs = clock.now()
    for (const record of records) {
      record.endedMs = nowMs
      record.complete = complete
      hooks.onHitRecord(record)
    }
  }

  #begin(exchange: PlainWork): void {
    this.#flush()
    this.connection.headBegun = false
    this.#exchange = exchange
    this.connection.enqueue(exchange)
  }

  /** The exchange is over, and the connection kept. */
  onDone(): void {
    const connection = this.connection
    this.#exchange = undefined
    this.#publish(true)
    const isLast = this.#hasEnded || this.context.isDraining || connection.isEnding
    if (isLast && this.#unread === undefined) return connection.closeAfterResponse()
    connection.done()
    // Not at once: a long pipeline of quick answers must let other connections have their turn.
    if (this.#unread !== undefined) this.#goOnLater()
  }

  #goOnLater(): void {
    this.connection.occupy(WAITING)
    setImmediate(() => {
      if (this.connection.socket.destroyed || this.connection.isEnding) return
      this.connection.done()
      const chunk = this.#unread
      this.#unread = undefined
      if (chunk !== undefined) this.#read(chunk, 0, chunk.length)
      if (this.#unread !== undefined) return
      if (this.#hasEnded) return this.#ended()
      this.connection.socket.resume()
    })
  }

  #keepUnread(bytes: Buffer): void {
    this.#unread = bytes
    this.connection.socket.pause()
    // A request that was over in the moment it began left nobody to go on.
    if (this.connection.current === undefined) this.#goOnLater()
  }

  #handOver(scanner: RequestHeadScanner, chunk: Buffer, at: number, to: number): void {
    const pending = scanner.pendingBytes()
    const rest = this.#owned(chunk, at, to)
    const bytes = pending.length === 0 ? rest : Buffer.concat([pending, rest])
    this.lane.returnScanner(scanner)
    this.#flush()
    // Nothing can be pushed back into a stream that has ended; and whoever ended it here is leaving.
    if (this.#hasEnded) return this.connection.closeAfterResponse()
    this.#letGo()
    this.#publishWhenTaken()
    this.lane.handOver(this.connection, bytes)
  }

  /** What the client has not taken yet when the connection goes has its records all the same. */
  #publishWhenTaken(): void {
    if (this.#records === undefined) return
    const { socket } = this.connection
    socket.once('close', () => this.#publish(false))
    whenTaken(socket, () => this.#publish(true))
  }

  #letGo(): void {
    const { socket } = this.connection
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('close', this.#onClose)
  }

  /** The client has ended its side. */
  #ended(): void {
    this.#hasEnded = true
    // What it sent before is answered first.
    if (this.#unread !== undefined) return
    this.#exchange?.cutBody()
    // Between two requests, in the middle of one, or while it would have to wait for a response: it is leaving.
    if (this.#exchange?.isAnswering === true) return this.#exchange.clientEnded()
    this.connection.closeAfterResponse()
  }

  #closed(): void {
    if (this.#scanner !== undefined) this.lane.returnScanner(this.#scanner)
    this.#scanner = undefined
    this.#unread = undefined
    this.#publish(false)
    this.#exchange?.onClosed()
  }
}
