import { formatHttpDate } from '../../http/date.ts'
import type { ResponseDirectives } from '../../rfc9111/directives.ts'
import {
  lifetimeSources,
  type SelectingField,
  type StoredRange,
  type StoredResponse,
} from '../../rfc9111/stored-response.ts'
import type { FrequentWords } from './frequent-words.ts'
import {
  COMPLETE_LENGTH,
  FLAGS,
  INVALIDATED,
  RANGE,
  SECONDS,
  TEXT_DATE,
  TEXT_LATIN1,
  TEXT_WORD,
} from './packed-format.ts'

const NO_SELECTING: readonly SelectingField[] = []
const NO_TEXTS: readonly string[] = []

/** Reads what was packed as packed-format.ts says, with the words that it was written with. */
export class PackedReader {
  readonly #bytes: Buffer
  readonly #words: FrequentWords
  readonly #isLasting: boolean
  #at = 0

  /** @param isLasting what is read may be kept for long */
  constructor(bytes: Buffer, words: FrequentWords, isLasting: boolean) {
    this.#bytes = bytes
    this.#words = words
    this.#isLasting = isLasting
  }

  count(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++]!
      if (byte < 128) return value + byte * factor
      value += (byte - 128) * factor
    }
  }

  response(): StoredResponse {
    const bodyBytes = this.count()
    const flags = this.count()
    return {
      requestMethod: this.#text(),
      status: this.#number(),
      reason: this.#text(),
      requestTimeMs: this.#number(),
      responseTimeMs: this.#number(),
      dateMs: this.#number(),
      ageFieldSeconds: this.#number(),
      lifetime: { seconds: this.#number(), source: lifetimeSources[this.count()]! },
      fields: this.#texts(),
      tags: this.#texts(),
      directives: this.#directives(),
      selecting: this.#selecting(),
      range: (flags & RANGE) === 0 ? undefined : this.#range((flags & COMPLETE_LENGTH) !== 0),
      invalidated: (flags & INVALIDATED) !== 0,
      body: this.#body(bodyBytes),
    }
  }

  #body(length: number): Buffer {
    // For a moment a part of something larger is enough: memory of its own is the dearest part of a small body.
    const body = this.#isLasting ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length)
    this.#at += this.#bytes.copy(body, 0, this.#at)
    return body
  }

  #directives(): ResponseDirectives {
    const flags = this.count()
    return {
      noStore: (flags & FLAGS.noStore) !== 0,
      noCache: (flags & FLAGS.noCache) !== 0,
      isPrivate: (flags & FLAGS.isPrivate) !== 0,
      isPublic: (flags & FLAGS.isPublic) !== 0,
      mustRevalidate: (flags & FLAGS.mustRevalidate) !== 0,
      proxyRevalidate: (flags & FLAGS.proxyRevalidate) !== 0,
      mustUnderstand: (flags & FLAGS.mustUnderstand) !== 0,
      noTransform: (flags & FLAGS.noTransform) !== 0,
      immutable: (flags & FLAGS.immutable) !== 0,
      maxAgeSeconds: this.#seconds(flags & SECONDS.maxAgeSeconds),
      sMaxageSeconds: this.#seconds(flags & SECONDS.sMaxageSeconds),
      staleWhileRevalidateSeconds: this.#seconds(flags & SECONDS.staleWhileRevalidateSeconds),
      staleIfErrorSeconds: this.#seconds(flags & SECONDS.staleIfErrorSeconds),
      noCacheFields: this.#texts(),
      privateFields: this.#texts(),
    }
  }

  /** @param flag 0: there are none */
  #seconds(flag: number): number | undefined {
    return flag === 0 ? undefined : this.#number()
  }

  #selecting(): readonly SelectingField[] {
    const length = this.count()
    if (length === 0) return NO_SELECTING
    return Array.from({ length }, () => ({ name: this.#text(), value: this.count() === 0 ? undefined : this.#text() }))
  }

  #range(hasCompleteLength: boolean): StoredRange {
    const first = this.#number()
    return { first, last: this.#number(), completeLength: hasCompleteLength ? this.#number() : undefined }
  }

  #number(): number {
    const value = this.count()
    if (value % 2 === 0) return value / 2
    this.#at += 8
    return this.#bytes.readDoubleLE(this.#at - 8)
  }

  #texts(): readonly string[] {
    const length = this.count()
    if (length === 0) return NO_TEXTS
    const texts: string[] = []
    for (let i = 0; i < length; i++) texts.push(this.#text())
    return texts
  }

  #text(): string {
    const said = this.count()
    const kind = said % 4
    const value = (said - kind) / 4
    if (kind === TEXT_WORD) return this.#words.word(value)
    if (kind === TEXT_DATE) return formatHttpDate(value * 1000)
    const start = this.#at
    this.#at += kind === TEXT_LATIN1 ? value : value * 2
    return kind === TEXT_LATIN1
      ? this.#bytes.toString('latin1', start, this.#at)
      : this.#bytes.toString('utf16le', start, this.#at)
  }
}
