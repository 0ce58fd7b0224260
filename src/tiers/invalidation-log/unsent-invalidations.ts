import { randomBytes } from 'node:crypto'
import type { CompileInvalidation, Invalidation } from '../invalidation.ts'
import type { Invalidatable, InvalidationVerdict } from '../tier.ts'
import { InvalidationIndex, noPosition } from './invalidation-index.ts'

/** More than that waiting for Redis become one, of everything. */
const UNSENT_MAX = 1_000
const everythingPurged: Invalidation = { scope: 'everything', value: '', soft: false }
/** Behind every position that a record can be compared from here. */
const unsentPosition = '1'

export interface UnsentInvalidation {
  /** By which it is known again when it is read in the log. */
  readonly token: string
  readonly invalidation: Invalidation
}

/** What was said here and was not yet read in the log: in force on this box already. */
export class UnsentInvalidations {
  readonly #compile: CompileInvalidation
  readonly #unsent = new Map<string, Invalidation>()
  /** Of these, what is on its way to Redis. */
  readonly #underWay = new Set<string>()
  #index: InvalidationIndex

  constructor(compile: CompileInvalidation) {
    this.#compile = compile
    this.#index = this.#newIndex()
  }

  get size(): number {
    return this.#unsent.size
  }

  add(invalidation: Invalidation): UnsentInvalidation {
    const isTooMuch = this.#unsent.size >= UNSENT_MAX
    if (isTooMuch) this.#unsent.clear()
    const said = isTooMuch ? everythingPurged : invalidation
    const token = randomBytes(12).toString('hex')
    this.#unsent.set(token, said)
    this.#index.add(unsentPosition, said)
    return { token, invalidation: said }
  }

  list(): readonly UnsentInvalidation[] {
    return Array.from(this.#unsent, ([token, invalidation]) => ({ token, invalidation }))
  }

  has(token: string): boolean {
    return this.#unsent.has(token)
  }

  /** It stands in the log now, for us like for all others. */
  settle(token: string): void {
    if (this.#unsent.delete(token) && this.#unsent.size === 0) this.#index = this.#newIndex()
  }

  /** @param inLog what the log says of it, to which this adds what the log has not got yet */
  verdict(about: Invalidatable, inLog: InvalidationVerdict): InvalidationVerdict {
    if (inLog === 'purged' || this.#unsent.size === 0) return inLog
    const unsent = this.#index.verdict(about, noPosition)
    return unsent === 'valid' ? inLog : unsent
  }

  /** Sends one; it stays here until it is read in the log. @returns what `append` does, or undefined when that failed */
  async send(
    { token, invalidation }: UnsentInvalidation,
    append: (said: UnsentInvalidation) => Promise<string>,
  ): Promise<string | undefined> {
    this.#underWay.add(token)
    try {
      return await append({ token, invalidation })
    } catch {
      // That Redis cannot be reached is told by the reader of the log, once.
      return undefined
    } finally {
      this.#underWay.delete(token)
    }
  }

  /** Sends all that is not under way. */
  async sendAll(append: (said: UnsentInvalidation) => Promise<string>): Promise<void> {
    for (const [token, invalidation] of [...this.#unsent]) {
      if (!this.#underWay.has(token)) await this.send({ token, invalidation }, append)
    }
  }

  #newIndex(): InvalidationIndex {
    return new InvalidationIndex(this.#compile, { horizon: noPosition, entriesMax: UNSENT_MAX })
  }
}
