import type { Socket } from 'node:net'
import { ProxyError } from '../../errors.ts'
import type { BodySink, BodySource } from '../../http/body.ts'
import type { RawFields } from '../../http/fields.ts'
import { allowedTrailers } from '../../http1/trailers.ts'
import { CHUNK_END, chunkPrefix, lastChunk } from '../../http1/writer.ts'
import type { ProxyResponse } from '../../request/proxy-response.ts'
import { frameResponse } from '../response-framing.ts'
import type { WriterSituation } from '../response-writer.ts'
import { SlicedBody } from '../sliced-body.ts'
import { responseHead } from './response-head.ts'
import { StallWatch, whenTaken } from './taken.ts'

export interface PlainWriterEvents {
  /** The last byte was handed to the system. */
  onFinished(): void
  /** The response was begun and cannot go on; nothing further is written. */
  onBroken(error: ProxyError): void
}

/** What is copied behind the head, or between the ends of a chunk, to be one write. */
const COPIED_BYTES_MAX = 16 * 1024

/** Writes one `ProxyResponse` to a connection, with back-pressure. */
export class PlainWriter implements BodySink {
  readonly #socket: Socket
  readonly #situation: WriterSituation
  readonly #events: PlainWriterEvents
  /** Made when something has to wait, which is seldom. */
  #stall: StallWatch | undefined
  #source: BodySource | undefined
  /** Waits for the first piece of the body, to leave with it. */
  #head: string | undefined
  #length: number | undefined
  #isChunked = false
  #endsConnection = false
  #bytes = 0
  #bodyBytes = 0
  #takenBytes = 0
  #isGathering = false
  #silence: NodeJS.Timeout | undefined
  #isOver = false

  constructor(socket: Socket, situation: WriterSituation, events: PlainWriterEvents) {
    this.#socket = socket
    this.#situation = situation
    this.#events = events
  }

  /** All bytes written. */
  get bytes(): number {
    return this.#bytes
  }

  get bodyBytes(): number {
    return this.#bodyBytes
  }

  /** Body bytes of which it is known that they were not left waiting for the client. */
  get takenBytes(): number {
    return this.#takenBytes
  }

  /** Whether the head said that the connection closes after this response. */
  get endsConnection(): boolean {
    return this.#endsConnection
  }

  /**
   * Begins the response; a body in pieces goes on by itself.
   *
   * @throws ProxyError when the head cannot be written: nothing was written then
   */
  begin(answer: ProxyResponse, nowMs: number): void {
    const framed = frameResponse(answer, this.#situation)
    const { body, length, isChunked, connection } = framed
    this.#head = responseHead(answer, framed, nowMs)
    this.#length = length
    this.#isChunked = isChunked
    this.#endsConnection = connection === 'close'
    if (body !== answer.body) cancelUnsent(answer.body)
    if (body === undefined) return this.#end()
    if (Buffer.isBuffer(body) && body.length <= SlicedBody.SLICE_BYTES) {
      this.#bodyBytes = body.length
      this.#write(body)
      return this.#end()
    }
    this.#send(Buffer.isBuffer(body) ? new SlicedBody(body) : body)
  }

  /**
   * Breaks the response when its source brings nothing for so long. A client that has ended its side may have gone, and
   * nothing but writing would tell: an origin that is waiting for news would be kept waiting for nobody.
   */
  limitSilence(silenceMs: number): void {
    if (this.#isOver || this.#silence !== undefined) return
    this.#silence = setInterval(() => {
      if (this.#socket.writableLength === 0) this.#socket.destroy()
    }, silenceMs)
  }

  /** The client has gone: the source is told, and nothing more is written. */
  abandon(reason: ProxyError): void {
    this.#stall?.end()
    if (this.#isOver) return
    this.#over()
    this.#source?.cancel(reason)
  }

  #send(source: BodySource): void {
    this.#source = source
    if (this.#isChunked) this.#gather()
    source.start(this)
    // What waits for its first piece, as an event stream does, shows its head meanwhile.
    if (!this.#isOver && this.#head !== undefined) this.#write(undefined)
  }

  /** What comes in this turn leaves in one write: mostly all of the body, and the last chunk behind it. */
  #gather(): void {
    this.#isGathering = true
    this.#socket.cork()
    queueMicrotask(() => this.#release())
  }

  #release(): void {
    if (!this.#isGathering) return
    this.#isGathering = false
    this.#socket.uncork()
    if (this.#socket.writableLength === 0) this.#takenBytes = this.#bodyBytes
  }

  // From the source of the body.

  write(chunk: Buffer): boolean {
    const source = this.#source
    if (this.#isOver || source === undefined) return false
    this.#silence?.refresh()
    if (this.#length !== undefined && this.#bodyBytes + chunk.length > this.#length) {
      this.#over()
      const error = lengthMismatch(this.#length, this.#bodyBytes + chunk.length)
      source.cancel(error)
      this.#events.onBroken(error)
      return false
    }
    this.#bodyBytes += chunk.length
    if (this.#isChunked) this.#writeChunk(chunk)
    else this.#write(chunk)
    if (this.#socket.writableLength === 0) {
      this.#takenBytes = this.#bodyBytes
      return true
    }
    if (!this.#socket.writableNeedDrain) return true
    this.#watch()
    this.#socket.once('drain', () => {
      this.#stall?.end()
      this.#takenBytes = this.#bodyBytes
      if (!this.#isOver) source.resume()
    })
    return false
  }

  #writeChunk(chunk: Buffer): void {
    const prefix = chunkPrefix(chunk.length)
    if (chunk.length <= COPIED_BYTES_MAX) return this.#write(Buffer.concat([prefix, chunk, CHUNK_END]))
    this.#release()
    this.#socket.cork()
    this.#write(prefix)
    this.#write(chunk)
    this.#write(CHUNK_END)
    this.#socket.uncork()
  }

  /** Writes bytes, with the head in front of the first. */
  #write(bytes: Buffer | undefined): void {
    const head = this.#head
    this.#head = undefined
    this.#bytes += (head?.length ?? 0) + (bytes?.length ?? 0)
    if (head === undefined) {
      if (bytes !== undefined) this.#socket.write(bytes)
    } else if (bytes === undefined || bytes.length === 0) {
      this.#socket.write(head, 'latin1')
    } else if (bytes.length <= COPIED_BYTES_MAX) {
      const joined = Buffer.allocUnsafe(head.length + bytes.length)
      joined.write(head, 'latin1')
      joined.set(bytes, head.length)
      this.#socket.write(joined)
    } else {
      this.#socket.cork()
      this.#socket.write(head, 'latin1')
      this.#socket.write(bytes)
      this.#socket.uncork()
    }
  }

  end(trailers: RawFields): void {
    if (this.#isOver) return
    if (this.#length !== undefined && this.#bodyBytes !== this.#length) {
      return this.fail(lengthMismatch(this.#length, this.#bodyBytes))
    }
    // Only a client that asked for them can be expected to read them (RFC 9110 §6.5.1).
    if (this.#isChunked) this.#write(lastChunk(this.#situation.acceptsTrailers ? allowedTrailers(trailers) : []))
    this.#end()
  }

  #end(): void {
    this.#over()
    if (this.#head !== undefined) this.#write(undefined)
    this.#release()
    if (this.#socket.writableLength === 0) return this.#finished()
    this.#watch()
    whenTaken(this.#socket, () => this.#finished())
  }

  #watch(): void {
    this.#stall ??= new StallWatch(this.#socket, this.#situation.sendStallMs)
    this.#stall.begin()
  }

  #finished(): void {
    this.#stall?.end()
    this.#events.onFinished()
  }

  fail(error: ProxyError): void {
    if (this.#isOver) return
    this.#over()
    this.#events.onBroken(error)
  }

  #over(): void {
    this.#isOver = true
    clearInterval(this.#silence)
  }
}

function cancelUnsent(body: Buffer | BodySource | undefined): void {
  if (body === undefined || Buffer.isBuffer(body)) return
  body.cancel(new ProxyError('CANCELLED', 'Response has no body', { source: 'internal', status: 500 }))
}

function lengthMismatch(announced: number, sent: number): ProxyError {
  const message = `Cannot send response: ${sent} bytes of body where ${announced} were announced`
  return new ProxyError('INTERNAL', message, { source: 'internal', status: 502 })
}
