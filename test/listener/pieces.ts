import { ProxyError } from '../../src/errors.ts'
import type { BodySink, BodySource } from '../../src/http/body.ts'
import type { RawFields } from '../../src/http/fields.ts'

/** A body whose pieces the test gives one by one. */
export class ScriptedBody implements BodySource {
  readonly length: number | undefined
  cancelled: ProxyError | undefined
  #sink: BodySink | undefined
  #onStarted: () => void = () => {}
  readonly started: Promise<void>
  #onWanted: () => void = () => {}

  constructor(length?: number) {
    this.length = length
    this.started = new Promise((resolve) => {
      this.#onStarted = resolve
    })
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#onStarted()
  }

  resume(): void {
    this.#onWanted()
  }

  cancel(reason: ProxyError): void {
    this.cancelled = reason
    this.#onWanted()
  }

  /** Resolves when the reader wants more, or has cancelled. */
  async write(bytes: string | Buffer): Promise<void> {
    await this.started
    if (this.cancelled !== undefined) return
    const wanted = new Promise<void>((resolve) => {
      this.#onWanted = resolve
    })
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    if (!this.#sink!.write(chunk)) await wanted
  }

  async end(trailers: RawFields = []): Promise<void> {
    await this.started
    this.#sink!.end(trailers)
  }

  async fail(): Promise<void> {
    await this.started
    this.#sink!.fail(new ProxyError('ORIGIN_CUT', 'cut', { source: 'origin', status: 502 }))
  }
}

/** Reads a body slowly or not at all, and tells how it ended. */
export class CollectingSink implements BodySink {
  readonly chunks: Buffer[] = []
  trailers: RawFields | undefined
  error: ProxyError | undefined
  accepts = true
  #onOver: () => void = () => {}
  readonly over: Promise<void>

  constructor() {
    this.over = new Promise((resolve) => {
      this.#onOver = resolve
    })
  }

  get bytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1')
  }

  write(chunk: Buffer): boolean {
    this.chunks.push(chunk)
    return this.accepts
  }

  end(trailers: RawFields): void {
    this.trailers = trailers
    this.#onOver()
  }

  fail(error: ProxyError): void {
    this.error = error
    this.#onOver()
  }
}
