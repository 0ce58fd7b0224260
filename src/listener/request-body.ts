import { ProxyError } from '../errors.ts'
import type { BodySink, BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import { allowedTrailers } from '../http1/trailers.ts'

export interface RequestBodyOptions {
  readonly length: number | undefined
  readonly bytesMax: number
  readonly stallMs: number
  /** Its reading begins: sends the `100 Continue` that the client waits for. */
  readonly onStart?: () => void
}

/** How a lane reads a body off its connection. What it reads it gives to `take`, and then calls one of `end` and `fail`. */
export interface BodyFeed {
  /** Gives what is there of the body, and then what comes; called once at most. */
  begin(): void
  /** Gives nothing until `resume`. */
  pause(): void
  resume(): void
  /** The last byte has arrived, whether anybody has read it or not. */
  readonly isReceived: boolean
  /** Bytes read off the connection since the request's head, framing included. */
  readonly connectionBytes: number
}

/** A body must grow by this much within the stall time: a byte now and then does not keep a connection for ever. */
const PROGRESS_BYTES = 1024

/**
 * What chunked framing may cost: parsers bound the extensions, not the number of tiny chunks. The free part covers the
 * pipeline that one read may bring along; the factor, chunks of a single byte.
 */
const FRAMING_BYTES_FREE = 128 * 1024
const FRAMING_BYTES_PER_BODY_BYTE = 8

/** The body of a client's request, in every lane: its limits, and the order of what its reader hears. */
export class RequestBody implements BodySource {
  readonly length: number | undefined
  readonly #feed: BodyFeed
  readonly #options: RequestBodyOptions
  #state: 'unread' | 'reading' | 'cancelled' | 'over' = 'unread'
  #sink: BodySink | undefined
  #held = false
  /** Why or how it ended, while the sink does not want to hear: trailers, or a failure. */
  #outcome: RawFields | ProxyError | undefined
  #bytes = 0
  #progress = 0
  #stall: NodeJS.Timeout | undefined
  #dropped: { readonly untilBytes: number; readonly onExcess: () => void } | undefined

  constructor(feed: BodyFeed, options: RequestBodyOptions) {
    this.#feed = feed
    this.#options = options
    this.length = options.length
  }

  /** Bytes that were read, by the core or to be dropped. */
  get bytesRead(): number {
    return this.#bytes
  }

  /** The last byte has arrived, whether anybody has read it or not. */
  get isReceived(): boolean {
    return this.#feed.isReceived
  }

  /** It came to a bad end: what else arrives is not to be trusted. */
  get hasFailed(): boolean {
    return this.#outcome instanceof ProxyError
  }

  /** Nobody reads it now, nor ever will once there is a response. */
  get isUnwanted(): boolean {
    return this.#state === 'unread' || this.#state === 'cancelled'
  }

  /** Whether reading was begun: then a waiting client has been told to continue. */
  get wasStarted(): boolean {
    return this.#sink !== undefined
  }

  /** Whether a response that is given now has to end the connection: too much would have to be read for nobody. */
  forbidsKeeping(discardedBytesMax: number): boolean {
    if (this.hasFailed) return true
    if (this.isReceived || !this.isUnwanted) return false
    return this.length !== undefined && this.length - this.#bytes > discardedBytesMax
  }

  start(sink: BodySink): void {
    if (this.#state !== 'unread') return
    this.#sink = sink
    this.#state = 'reading'
    if (this.#outcome !== undefined) return this.#conclude()
    this.#options.onStart?.()
    this.#watch()
    this.#feed.begin()
  }

  resume(): void {
    if (!this.#held) return
    this.#held = false
    if (this.#outcome !== undefined) return this.#conclude()
    this.#watch()
    this.#feed.resume()
  }

  cancel(): void {
    if (this.#state !== 'unread' && this.#state !== 'reading') return
    this.#state = 'cancelled'
    this.#unwatch()
    this.#feed.pause()
  }

  /**
   * Reads on and drops the rest, so that the connection can be kept.
   *
   * @param onExcess called when the rest is more than `bytesMax`
   */
  discard(bytesMax: number, onExcess: () => void): void {
    this.#dropped = { untilBytes: this.#bytes + bytesMax, onExcess }
    this.#unwatch()
    if (this.#state !== 'over') this.#state = 'cancelled'
    if (this.#sink === undefined) this.#feed.begin()
    this.#feed.resume()
  }

  /** For the feed: bytes of the body. */
  take(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#dropped !== undefined && this.#bytes > this.#dropped.untilBytes) this.#dropped.onExcess()
    if (this.#state !== 'reading') return
    if (this.#bytes > this.#options.bytesMax) return this.fail(tooLarge(this.#options.bytesMax))
    if (this.#isMostlyFraming()) return this.fail(mostlyFraming())
    this.#progress += chunk.length
    if (this.#progress >= PROGRESS_BYTES) {
      this.#progress = 0
      this.#stall?.refresh()
    }
    if (this.#sink!.write(chunk) || this.#state !== 'reading') return
    this.#held = true
    this.#unwatch()
    this.#feed.pause()
  }

  /** For the feed: it is complete. */
  end(trailers: RawFields): void {
    this.#over(allowedTrailers(trailers))
  }

  /** The rest will not come, or is not a body. The reader hears it in the order of the contract. */
  fail(error: ProxyError): void {
    this.#over(error)
  }

  #isMostlyFraming(): boolean {
    if (this.length !== undefined) return false
    const framingBytes = this.#feed.connectionBytes - this.#bytes
    return framingBytes > FRAMING_BYTES_FREE + this.#bytes * FRAMING_BYTES_PER_BODY_BYTE
  }

  #over(outcome: RawFields | ProxyError): void {
    if (this.#outcome !== undefined || this.#state === 'over') return
    this.#unwatch()
    this.#outcome = outcome
    // After a failure the rest is never to be taken for body, whoever reads it.
    if (outcome instanceof ProxyError) this.#feed.pause()
    if (this.#state === 'reading' && !this.#held) this.#conclude()
    else if (this.#state === 'cancelled') this.#state = 'over'
  }

  #conclude(): void {
    const outcome = this.#outcome
    this.#state = 'over'
    if (outcome instanceof ProxyError) this.#sink?.fail(outcome)
    else if (outcome !== undefined) this.#sink?.end(outcome)
  }

  #watch(): void {
    this.#progress = 0
    this.#stall = setTimeout(() => this.fail(stalled(this.#options.stallMs, this.#bytes)), this.#options.stallMs)
    this.#stall.unref()
  }

  #unwatch(): void {
    clearTimeout(this.#stall)
    this.#stall = undefined
  }
}

/** The client left, or ended its side, in the middle of the body. */
export function bodyCut(bytes: number): ProxyError {
  const message = `Cannot read request body: the client left after ${bytes} bytes`
  return new ProxyError('CLIENT_BODY_CUT', message, { source: 'client', status: 400 })
}

function tooLarge(bytesMax: number): ProxyError {
  const message = `Cannot read request body: more than ${bytesMax} bytes`
  return new ProxyError('CLIENT_BODY_TOO_LARGE', message, { source: 'client', status: 413 })
}

function mostlyFraming(): ProxyError {
  const message = 'Cannot read request body: far more chunk framing than content'
  return new ProxyError('CLIENT_BAD_BODY', message, { source: 'client', status: 400 })
}

function stalled(stallMs: number, bytes: number): ProxyError {
  const message = `Cannot read request body: the client sent too little for ${stallMs} ms, after ${bytes} bytes`
  return new ProxyError('CLIENT_TIMEOUT', message, { source: 'client', status: 408 })
}
