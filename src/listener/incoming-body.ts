import type { IncomingMessage } from 'node:http'
import { ProxyError } from '../errors.ts'
import type { BodySink, BodySource } from '../http/body.ts'
import { allowedTrailers } from '../http1/trailers.ts'

export interface IncomingBodyOptions {
  readonly length: number | undefined
  readonly bytesMax: number
  readonly stallMs: number
  /** Sends the `100 Continue` that the client waits for. */
  readonly onStart: () => void
}

/** A body must grow by this much within the stall time: a byte now and then does not keep a connection for ever. */
const PROGRESS_BYTES = 1024

/**
 * What chunked framing may cost: node:http bounds the extensions of one chunk, not of all. The free part covers the
 * pipeline that one read may bring along; the factor, chunks of a single byte.
 */
const FRAMING_BYTES_FREE = 128 * 1024
const FRAMING_BYTES_PER_BODY_BYTE = 8

/** The body of a node:http request as a `BodySource`. Only what llhttp has seen the end of ends; all else fails. */
export class IncomingBody implements BodySource {
  readonly length: number | undefined
  readonly #message: IncomingMessage
  readonly #options: IncomingBodyOptions
  #state: 'unread' | 'reading' | 'cancelled' | 'over' = 'unread'
  #sink: BodySink | undefined
  #held = false
  /** Why or how it ended, while the sink does not want to hear. */
  #outcome: 'end' | ProxyError | undefined
  readonly #connectionBytesBefore: number
  #bytes = 0
  #progress = 0
  #stall: NodeJS.Timeout | undefined

  constructor(message: IncomingMessage, options: IncomingBodyOptions) {
    this.#message = message
    this.#options = options
    this.length = options.length
    this.#connectionBytesBefore = message.socket.bytesRead
    message.on('close', () => {
      if (this.#state !== 'over') this.fail(cut(this.#bytes))
    })
  }

  /** Bytes that were read, by the core or to be dropped. */
  get bytesRead(): number {
    return this.#bytes
  }

  /** The last byte has arrived, whether anybody has read it or not. */
  get isReceived(): boolean {
    return this.#message.complete
  }

  /** It came to a bad end: what else arrives is not to be trusted. */
  get hasFailed(): boolean {
    return this.#outcome !== undefined && this.#outcome !== 'end'
  }

  /** Nobody reads it now, nor ever will once there is a response. */
  get isUnwanted(): boolean {
    return this.#state === 'unread' || this.#state === 'cancelled'
  }

  /** Whether reading was begun: then a waiting client has been told to continue. */
  get wasStarted(): boolean {
    return this.#sink !== undefined
  }

  start(sink: BodySink): void {
    if (this.#state !== 'unread') return
    this.#sink = sink
    this.#state = 'reading'
    if (this.#outcome !== undefined) return this.#conclude()
    this.#options.onStart()
    this.#message.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#message.on('end', () => this.#over('end'))
    this.#watch()
  }

  resume(): void {
    if (!this.#held) return
    this.#held = false
    if (this.#outcome !== undefined) return this.#conclude()
    this.#watch()
    this.#message.resume()
  }

  cancel(): void {
    if (this.#state !== 'unread' && this.#state !== 'reading') return
    this.#state = 'cancelled'
    this.#unwatch()
    this.#message.pause()
  }

  /** The rest will not come, or is not a body. The reader hears it in the order of the contract. */
  fail(error: ProxyError): void {
    this.#over(error)
  }

  /**
   * Reads on and drops the rest, so that the connection can be kept.
   *
   * @param onExcess called when the rest is more than `bytesMax`
   */
  discard(bytesMax: number, onExcess: () => void): void {
    const whenBegun = this.#bytes
    this.#unwatch()
    if (this.#state !== 'over') this.#state = 'cancelled'
    if (this.#sink === undefined) this.#message.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#message.on('data', () => {
      if (this.#bytes - whenBegun > bytesMax) onExcess()
    })
    this.#message.resume()
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length
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
    this.#message.pause()
  }

  #isMostlyFraming(): boolean {
    if (this.length !== undefined) return false
    const framingBytes = this.#message.socket.bytesRead - this.#connectionBytesBefore - this.#bytes
    return framingBytes > FRAMING_BYTES_FREE + this.#bytes * FRAMING_BYTES_PER_BODY_BYTE
  }

  #over(outcome: 'end' | ProxyError): void {
    if (this.#outcome !== undefined || this.#state === 'over') return
    this.#unwatch()
    this.#outcome = outcome
    // After a failure the rest is never to be taken for body, whoever reads it.
    if (outcome !== 'end') this.#message.pause()
    if (this.#state === 'reading' && !this.#held) this.#conclude()
    else if (this.#state === 'cancelled') this.#state = 'over'
  }

  #conclude(): void {
    const outcome = this.#outcome
    this.#state = 'over'
    if (outcome === 'end') this.#sink?.end(allowedTrailers(this.#message.rawTrailers))
    else if (outcome !== undefined) this.#sink?.fail(outcome)
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

function cut(bytes: number): ProxyError {
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
