import type { Duplex } from 'node:stream'

/** Reads a connection piece by piece: each method waits for what it needs. One reader at a time. */
export class ByteReader {
  readonly #patienceMs: number
  #chunks: Buffer[] = []
  #size = 0
  #ended = false
  #wasReset = false
  #wake: () => void = () => {}

  /** @param patienceMs how long to wait for the next bytes before the test is told what is missing */
  constructor(connection: Duplex, patienceMs: number) {
    this.#patienceMs = patienceMs
    connection.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#size += chunk.length
      this.#wake()
    })
    connection.on('end', () => this.#finish())
    connection.on('close', () => this.#finish())
    connection.on('error', () => {
      this.#wasReset = true
      this.#finish()
    })
  }

  /** Nothing more will come; what came may still wait to be read. */
  get ended(): boolean {
    return this.#ended
  }

  /** The connection broke instead of ending. */
  get wasReset(): boolean {
    return this.#wasReset
  }

  /** Received and not read yet. */
  get buffered(): Buffer {
    return this.#joined()
  }

  /** A line without its CRLF, as latin1. A bare LF ends none. */
  async line(): Promise<string> {
    const line = await this.lineOrEnd()
    if (line !== undefined) return line
    throw new Error(`Connection ended within a line, after ${JSON.stringify(this.#joined().toString('latin1'))}`)
  }

  /** A line, or undefined when the connection ends first. */
  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = this.#joined().indexOf('\r\n')
      if (end !== -1) return this.#take(end + 2).toString('latin1', 0, end)
      if (this.#ended) return undefined
      await this.#more('a line')
    }
  }

  /** Exactly `length` bytes, or fewer and not `complete` when the connection ends first. */
  async upTo(length: number): Promise<{ bytes: Buffer; complete: boolean }> {
    while (this.#size < length && !this.#ended) await this.#more(`${length} bytes`)
    const bytes = this.#take(Math.min(length, this.#size))
    return { bytes, complete: bytes.length === length }
  }

  /** Waits until the other side has ended the connection. What has been received stays readable. */
  async end(): Promise<void> {
    while (!this.#ended) await this.#more('the end of the connection')
  }

  #finish(): void {
    this.#ended = true
    this.#wake()
  }

  #joined(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!
  }

  #take(length: number): Buffer {
    const joined = this.#joined()
    this.#chunks = [joined.subarray(length)]
    this.#size -= length
    return joined.subarray(0, length)
  }

  #more(awaited: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const start = JSON.stringify(this.#joined().toString('latin1', 0, 200))
        reject(new Error(`Waited ${this.#patienceMs} ms for ${awaited}; received so far ${this.#size} bytes: ${start}`))
      }, this.#patienceMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
