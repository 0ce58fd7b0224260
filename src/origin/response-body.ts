import type { ProxyError } from '../errors.ts'
import type { BodySink, BodySource } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'

/** What the reader of a body asks of the connection it comes from. */
export interface BodyFlow {
  /** The reader takes bytes (again). */
  bodyWanted(): void
  bodyCancelled(reason: ProxyError): void
}

type Ending =
  | { readonly kind: 'end'; readonly trailers: RawFields }
  | { readonly kind: 'fail'; readonly error: ProxyError }

/**
 * The body of a response as it comes off the connection. Pieces pass through without a copy; those that arrive before the
 * reader takes them are held, at most what one read of the socket brought, because the connection is paused then.
 */
export class ResponseBody implements BodySource {
  readonly length: number | undefined
  readonly #flow: BodyFlow
  #sink: BodySink | undefined
  #held: Buffer[] = []
  #ending: Ending | undefined
  #flowing = false
  #delivering = false
  #closed = false

  constructor(length: number | undefined, flow: BodyFlow) {
    this.length = length
    this.#flow = flow
  }

  start(sink: BodySink): void {
    if (this.#closed || this.#sink !== undefined) return
    this.#sink = sink
    this.resume()
  }

  resume(): void {
    if (this.#closed || this.#sink === undefined || this.#flowing) return
    this.#flowing = true
    // Asked for by the sink while it is given a piece: the delivery under way goes on with it.
    if (this.#delivering) return
    this.#deliver()
    if (this.#flowing && this.#ending === undefined && !this.#closed) this.#flow.bodyWanted()
  }

  cancel(reason: ProxyError): void {
    if (this.#closed) return
    this.detach()
    this.#flow.bodyCancelled(reason)
  }

  /** The reader takes bytes now. */
  get isFlowing(): boolean {
    return this.#flowing && !this.#closed
  }

  /** For the connection: a piece of the body. */
  push(chunk: Buffer): void {
    if (this.#closed) return
    this.#held.push(chunk)
    this.#deliver()
  }

  /** For the connection: the body is complete. */
  finish(trailers: RawFields): void {
    this.#ending ??= { kind: 'end', trailers }
    this.#deliver()
  }

  /** For the connection: nothing more will come and the body is not complete. */
  break(error: ProxyError): void {
    this.#ending ??= { kind: 'fail', error }
    this.#deliver()
  }

  /** The sink hears nothing more. */
  detach(): void {
    this.#closed = true
    this.#held = []
    this.#sink = undefined
  }

  #deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    // Also after a throw of the sink the connection must be able to fail the body.
    try {
      while (this.#flowing && this.#held.length > 0) this.#deliverOne()
    } finally {
      this.#delivering = false
    }
    if (this.#flowing && this.#ending !== undefined) this.#deliverEnding(this.#ending)
  }

  #deliverOne(): void {
    const chunk = this.#held.shift()!
    this.#flowing = false
    const more = this.#sink?.write(chunk) ?? false
    // `resume` called meanwhile has set it already.
    this.#flowing ||= more
    if (this.#closed) this.#flowing = false
  }

  #deliverEnding(ending: Ending): void {
    const sink = this.#sink
    this.detach()
    if (ending.kind === 'end') sink?.end(ending.trailers)
    else sink?.fail(ending.error)
  }
}
