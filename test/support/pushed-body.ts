import type { ProxyError } from '../../src/errors.ts'
import type { BodySink, BodySource } from '../../src/http/body.ts'

/** A body that a test pushes piece by piece, and whose reader it can watch. */
export class PushedBody implements BodySource {
  readonly length: number | undefined
  cancelled: ProxyError | undefined
  /** The reader asked for a pause and has not resumed. */
  held = false
  #sink: BodySink | undefined

  constructor(length?: number) {
    this.length = length
  }

  get started(): boolean {
    return this.#sink !== undefined
  }

  start(sink: BodySink): void {
    this.#sink = sink
  }

  resume(): void {
    this.held = false
  }

  cancel(reason: ProxyError): void {
    this.cancelled = reason
    this.#sink = undefined
  }

  push(text: string | Buffer): void {
    if (this.held) throw new Error('pushed while held')
    if (this.#sink?.write(Buffer.from(text)) === false) this.held = true
  }

  end(): void {
    this.#sink?.end([])
  }

  fail(error: ProxyError): void {
    this.#sink?.fail(error)
  }
}
