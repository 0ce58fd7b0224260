import type { Redis } from 'ioredis'

/** So many bytes are worth asking for at once: whoever asks with others gets theirs when all have come. */
const BATCH_BYTES = 64 * 1024
const NAMES_MAX = 32
/** The part that a value has in what is taken for usual. */
const SMOOTHING = 1 / 16

interface Waiting {
  readonly name: string
  readonly resolve: (value: Buffer | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * Values that are asked for in one turn of the event loop, asked for with one command: what a value costs here is mostly a
 * command's cost. Where values are large each has a command of its own.
 */
export class BatchedReads {
  readonly #client: Redis
  #waiting: Waiting[] = []
  /** Of a value, found or not; at first nobody knows. */
  #usualBytes = BATCH_BYTES

  constructor(client: Redis) {
    this.#client = client
  }

  /** Rejects with what the library says. */
  get(name: string): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      // At the end of the turn, when all that has arrived was looked at.
      if (this.#waiting.length === 0) setImmediate(this.#ask)
      this.#waiting.push({ name, resolve, reject })
    })
  }

  readonly #ask = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    const together = Math.min(NAMES_MAX, Math.max(1, Math.floor(BATCH_BYTES / this.#usualBytes)))
    if (waiting.length <= together) return this.#askFor(waiting)
    for (let at = 0; at < waiting.length; at += together) this.#askFor(waiting.slice(at, at + together))
  }

  #askFor(some: readonly Waiting[]): void {
    // MGET for one as well: what is not a string is no value to it, where GET answers with an error.
    this.#client.mgetBuffer(some.map(({ name }) => name)).then(
      (values) => this.#answer(some, values),
      (error: unknown) => {
        for (const { reject } of some) reject(error)
      },
    )
  }

  #answer(some: readonly Waiting[], values: readonly (Buffer | null)[]): void {
    for (const [i, { resolve }] of some.entries()) {
      const value = values[i] ?? undefined
      this.#usualBytes += ((value?.length ?? 0) - this.#usualBytes) * SMOOTHING
      resolve(value)
    }
  }
}
