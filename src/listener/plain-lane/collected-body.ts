import { type BodySource, BufferBody } from '../../http/body.ts'
import type { RequestHead } from '../../http1/head.ts'

/** A request with a short body, which is collected before the request is handled. */
export class CollectedBody {
  readonly head: RequestHead
  readonly #bytes: Buffer
  #filled = 0

  constructor(head: RequestHead, length: number) {
    this.head = head
    this.#bytes = Buffer.allocUnsafeSlow(length)
  }

  get isComplete(): boolean {
    return this.#filled === this.#bytes.length
  }

  /** The body, once it is complete; undefined for one of no bytes, which is none. */
  get source(): BodySource | undefined {
    return this.#bytes.length === 0 ? undefined : new BufferBody(this.#bytes)
  }

  /** Takes what belongs to the body from index `at` up to `to`. @returns the index of the first byte behind it */
  take(chunk: Buffer, at: number, to: number): number {
    const end = Math.min(to, at + this.#bytes.length - this.#filled)
    chunk.copy(this.#bytes, this.#filled, at, end)
    this.#filled += end - at
    return end
  }
}
