import type { BodySink, BodySource } from '../http/body.ts'

/**
 * A large body in memory, given to the connection slice by slice: so that a client that leaves early is seen early, and
 * what the log calls sent is what was sent.
 */
export class SlicedBody implements BodySource {
  static readonly SLICE_BYTES = 256 * 1024
  readonly length: number
  readonly #bytes: Buffer
  #sink: BodySink | undefined
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.length = bytes.length
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.resume()
  }

  resume(): void {
    while (this.#sink !== undefined) {
      if (this.#at === this.#bytes.length) {
        const sink = this.#sink
        this.#sink = undefined
        return sink.end([])
      }
      const slice = this.#bytes.subarray(this.#at, this.#at + SlicedBody.SLICE_BYTES)
      this.#at += slice.length
      if (!this.#sink.write(slice)) return
    }
  }

  cancel(): void {
    this.#sink = undefined
  }
}
