import type { RawFields } from '../../http/fields.ts'
import { BodyDecoder, type BodyEvents, type BodyLimits } from '../../http1/body-decoder.ts'
import type { Framing } from '../../http1/framing.ts'
import { type Refusal, refuse } from '../../request/refusal.ts'
import { type BodyFeed, RequestBody, type RequestBodyOptions } from '../request-body.ts'

/** As node:http has them for the bodies of the full lane, about. */
const LIMITS: BodyLimits = { trailerBytesMax: 16 * 1024, trailerFieldsMax: 100, extensionBytesMax: 16 * 1024 }

export interface PlainBodyEvents {
  /** It takes bytes (again). */
  onWanted(): void
  /** Its last byte is here. */
  onReceived(): void
  /** What the client sends is no body: nothing behind it is to be taken for a request. */
  onMalformed(refusal: Refusal): void
}

/**
 * The body of a request on the plain lane: its connection gives it what it reads. Of one read, what nobody takes yet is
 * held; the connection is not read on meanwhile.
 */
export class PlainBody implements BodyFeed, BodyEvents {
  readonly body: RequestBody
  readonly #decoder: BodyDecoder
  readonly #events: PlainBodyEvents
  #held: Buffer[] = []
  #trailers: RawFields | undefined
  #isFlowing = false
  #isDelivering = false
  #connectionBytes = 0

  constructor(framing: Framing, options: RequestBodyOptions, events: PlainBodyEvents) {
    this.#decoder = new BodyDecoder(framing, LIMITS)
    this.#events = events
    this.body = new RequestBody(this, options)
  }

  get isReceived(): boolean {
    return this.#trailers !== undefined
  }

  get connectionBytes(): number {
    return this.#connectionBytes
  }

  /** More bytes of the connection are wanted. */
  get wantsMore(): boolean {
    return this.#isFlowing && !this.#decoder.done
  }

  /** Takes bytes of `chunk` from index `start`. @returns the index of the first byte behind the body */
  read(chunk: Buffer, start: number): number {
    const end = this.#decoder.decode(chunk, start, this)
    this.#connectionBytes += end - start
    this.#deliver()
    return end
  }

  // From the body.

  begin(): void {
    this.resume()
  }

  pause(): void {
    this.#isFlowing = false
  }

  resume(): void {
    this.#isFlowing = true
    this.#deliver()
    if (this.wantsMore) this.#events.onWanted()
  }

  // From the decoder.

  data(bytes: Buffer): void {
    this.#held.push(bytes)
  }

  end(trailers: RawFields): void {
    this.#trailers = trailers
    this.#events.onReceived()
  }

  refused(reason: string, message: string): void {
    this.#held = []
    this.#events.onMalformed(refuse(400, reason, message))
  }

  /** What the reader asks for while it is given a piece, the delivery under way goes on with. */
  #deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    while (this.#isFlowing && this.#held.length > 0) this.body.take(this.#held.shift()!)
    this.#isDelivering = false
    if (this.#isFlowing && this.#held.length === 0 && this.#trailers !== undefined) this.body.end(this.#trailers)
  }
}
