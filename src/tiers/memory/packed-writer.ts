import { formatHttpDate, IMF_FIXDATE_LENGTH, parseHttpDate } from '../../http/date.ts'
import type { ResponseDirectives } from '../../rfc9111/directives.ts'
import { lifetimeSources, type StoredRange, type StoredResponse } from '../../rfc9111/stored-response.ts'
import { isLatin1 } from '../../tables/latin1.ts'
import type { Bytes } from './block-store.ts'
import type { FrequentWords } from './frequent-words.ts'
import {
  COMPLETE_LENGTH,
  FLAGS,
  INVALIDATED,
  RANGE,
  SECONDS,
  TEXT_DATE,
  TEXT_LATIN1,
  TEXT_UTF16,
  TEXT_WORD,
} from './packed-format.ts'

const FLAG_NAMES = Object.keys(FLAGS) as readonly (keyof typeof FLAGS)[]
const SECONDS_NAMES = Object.keys(SECONDS) as readonly (keyof typeof SECONDS)[]

/** Writes stored responses as packed-format.ts says, into memory that it uses again. */
export class PackedWriter implements Bytes {
  readonly #words: FrequentWords
  #bytes = Buffer.alloc(0)
  #at = 0

  constructor(words: FrequentWords) {
    this.#words = words
  }

  get bytes(): Buffer {
    return this.#bytes
  }

  /** How many were written. */
  get length(): number {
    return this.#at
  }

  /** @param bytesMax behind those that it begins with */
  start({ bytes, length }: Bytes, bytesMax: number): void {
    if (this.#bytes.length < length + bytesMax) this.#bytes = Buffer.allocUnsafeSlow(length + bytesMax)
    this.#at = bytes.copy(this.#bytes, 0, 0, length)
  }

  count(value: number): void {
    let rest = value
    while (rest > 127) {
      this.#bytes[this.#at++] = 128 | (rest % 128)
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  response(stored: StoredResponse): void {
    const { range, lifetime } = stored
    this.count(stored.body.length)
    this.count(
      (stored.invalidated ? INVALIDATED : 0) +
        (range === undefined ? 0 : RANGE) +
        (range?.completeLength === undefined ? 0 : COMPLETE_LENGTH),
    )
    this.#text(stored.requestMethod)
    this.#number(stored.status)
    this.#text(stored.reason)
    this.#number(stored.requestTimeMs)
    this.#number(stored.responseTimeMs)
    this.#number(stored.dateMs)
    this.#number(stored.ageFieldSeconds)
    this.#number(lifetime.seconds)
    this.count(lifetimeSources.indexOf(lifetime.source))
    this.#texts(stored.fields)
    this.#texts(stored.tags)
    this.#directives(stored.directives)
    this.count(stored.selecting.length)
    for (const { name, value } of stored.selecting) {
      this.#text(name)
      this.count(value === undefined ? 0 : 1)
      if (value !== undefined) this.#text(value)
    }
    if (range !== undefined) this.#range(range)
    this.#at += stored.body.copy(this.#bytes, this.#at)
  }

  #range({ first, last, completeLength }: StoredRange): void {
    this.#number(first)
    this.#number(last)
    if (completeLength !== undefined) this.#number(completeLength)
  }

  #directives(directives: ResponseDirectives): void {
    let flags = 0
    for (const name of FLAG_NAMES) if (directives[name]) flags |= FLAGS[name]
    for (const name of SECONDS_NAMES) if (directives[name] !== undefined) flags |= SECONDS[name]
    this.count(flags)
    for (const name of SECONDS_NAMES) {
      const seconds = directives[name]
      if (seconds !== undefined) this.#number(seconds)
    }
    this.#texts(directives.noCacheFields)
    this.#texts(directives.privateFields)
  }

  /** Whole ones, not negative, are a count; the others their 8 bytes. */
  #number(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0) && value < 2 ** 51)
      return this.count(value * 2)
    this.count(1)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  #texts(texts: readonly string[]): void {
    this.count(texts.length)
    // Not by an iterator: it is garbage, six times for each response.
    for (let i = 0; i < texts.length; i++) this.#text(texts[i]!)
  }

  #text(text: string): void {
    if (text.length === IMF_FIXDATE_LENGTH) {
      const seconds = secondsOf(text)
      if (seconds !== undefined) return this.count(seconds * 4 + TEXT_DATE)
    }
    const word = this.#words.numberOf(text)
    if (word !== undefined) return this.count(word * 4 + TEXT_WORD)
    const isOneByte = isLatin1(text)
    this.count(text.length * 4 + (isOneByte ? TEXT_LATIN1 : TEXT_UTF16))
    this.#at += this.#bytes.write(text, this.#at, isOneByte ? 'latin1' : 'utf16le')
  }
}

/** Of a date that is written just as we would. */
function secondsOf(text: string): number | undefined {
  if (!text.endsWith(' GMT')) return undefined
  const ms = parseHttpDate(text, 0)
  return ms !== undefined && ms >= 0 && formatHttpDate(ms) === text ? ms / 1000 : undefined
}
