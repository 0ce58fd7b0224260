import { formatHttpDate, parseHttpDate } from '../http/date.ts'
import type { ResponseDirectives } from '../rfc9111/directives.ts'
import {
  lifetimeSources,
  type SelectingField,
  type StoredRange,
  type StoredResponse,
} from '../rfc9111/stored-response.ts'
import { FrequentWords } from './frequent-words.ts'

/*
 * Variants of a key as bytes, for this process only:
 *
 *   number of variants
 *   of each: the head, then its body
 *
 * A count is 7 bits a byte, the lowest first, the highest bit set when more follow. A text is a count that says what
 * it is (TEXT_…) times 4, and its characters; a list is a count and that many.
 */

const TEXT_WORD = 0
const TEXT_LATIN1 = 1
const TEXT_UTF16 = 2
/** An IMF-fixdate; seconds since the epoch instead of a length. */
const TEXT_DATE = 3
const DATE_LENGTH = 29

/** Bytes of a head beside its texts, and of a text beside its characters, at the very most. */
const HEAD_BYTES_MAX = 200
const TEXT_BYTES_MAX = 8

const INVALIDATED = 1
const RANGE = 2
const COMPLETE_LENGTH = 4

const NO_SELECTING: readonly SelectingField[] = []
const NO_TEXTS: readonly string[] = []
const NO_BYTES = Buffer.alloc(0)

/** Makes bytes of stored responses and stored responses of bytes. What it made can be read by itself only, as it knows the words. */
export class PackedResponses {
  readonly #words = new FrequentWords()
  readonly #head = new HeadWriter(this.#words)
  readonly #bytesMax: number

  /** @param bytesMax more are not packed */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** @returns the bytes in pieces, good until the next call; undefined when there are too many */
  pack(variants: readonly StoredResponse[]): readonly Buffer[] | undefined {
    if (bytesAtMost(variants) > this.#bytesMax) return undefined
    const head = this.#head
    head.start(this.#bytesMax)
    head.count(variants.length)
    const pieces: Buffer[] = []
    for (const stored of variants) {
      head.response(stored)
      pieces.push(head.piece(), stored.body)
    }
    return pieces
  }

  /** @returns responses that share no memory with `bytes` */
  unpack(bytes: Buffer): readonly StoredResponse[] {
    const reader = new HeadReader(bytes, this.#words)
    const variants = reader.count()
    return Array.from({ length: variants }, () => reader.response())
  }
}

function bytesAtMost(variants: readonly StoredResponse[]): number {
  let bytes = TEXT_BYTES_MAX
  for (const { reason, requestMethod, fields, tags, selecting, directives, body } of variants) {
    bytes += HEAD_BYTES_MAX + body.length + textBytesMax(reason) + textBytesMax(requestMethod)
    for (const text of fields) bytes += textBytesMax(text)
    for (const text of tags) bytes += textBytesMax(text)
    for (const text of directives.noCacheFields) bytes += textBytesMax(text)
    for (const text of directives.privateFields) bytes += textBytesMax(text)
    for (const { name, value } of selecting) bytes += textBytesMax(name) + textBytesMax(value ?? '')
  }
  return bytes
}

function textBytesMax(text: string): number {
  return text.length * 2 + TEXT_BYTES_MAX
}

/** The reader has them in this order. */
const FLAGS = [
  'noStore',
  'noCache',
  'isPrivate',
  'isPublic',
  'mustRevalidate',
  'proxyRevalidate',
  'mustUnderstand',
  'noTransform',
  'immutable',
] as const

const SECONDS = ['maxAgeSeconds', 'sMaxageSeconds', 'staleWhileRevalidateSeconds', 'staleIfErrorSeconds'] as const

class HeadWriter {
  readonly #words: FrequentWords
  #bytes = NO_BYTES
  #start = 0
  #at = 0

  constructor(words: FrequentWords) {
    this.#words = words
  }

  start(bytesMax: number): void {
    if (this.#bytes.length < bytesMax) this.#bytes = Buffer.allocUnsafeSlow(bytesMax)
    this.#start = 0
    this.#at = 0
  }

  /** What was written since the last one. */
  piece(): Buffer {
    const piece = this.#bytes.subarray(this.#start, this.#at)
    this.#start = this.#at
    return piece
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
    if (range === undefined) return
    this.#number(range.first)
    this.#number(range.last)
    if (range.completeLength !== undefined) this.#number(range.completeLength)
  }

  #directives(directives: ResponseDirectives): void {
    let flags = 0
    for (const [i, name] of FLAGS.entries()) if (directives[name]) flags |= 1 << i
    for (const [i, name] of SECONDS.entries()) if (directives[name] !== undefined) flags |= 1 << (FLAGS.length + i)
    this.count(flags)
    for (const name of SECONDS) {
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
    for (const text of texts) this.#text(text)
  }

  #text(text: string): void {
    if (text.length === DATE_LENGTH) {
      const seconds = secondsOf(text)
      if (seconds !== undefined) return this.count(seconds * 4 + TEXT_DATE)
    }
    const word = this.#words.numberOf(text)
    if (word !== undefined) return this.count(word * 4 + TEXT_WORD)
    const start = this.#at
    this.count(text.length * 4 + TEXT_LATIN1)
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0xff) {
        this.#at = start
        this.count(text.length * 4 + TEXT_UTF16)
        this.#at += this.#bytes.write(text, this.#at, 'utf16le')
        return
      }
      this.#bytes[this.#at++] = code
    }
  }
}

/** Of a date that is written just as we would. */
function secondsOf(text: string): number | undefined {
  if (!text.endsWith(' GMT')) return undefined
  const ms = parseHttpDate(text, 0)
  return ms !== undefined && ms >= 0 && formatHttpDate(ms) === text ? ms / 1000 : undefined
}

class HeadReader {
  readonly #bytes: Buffer
  readonly #words: FrequentWords
  #at = 0

  constructor(bytes: Buffer, words: FrequentWords) {
    this.#bytes = bytes
    this.#words = words
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
    const body = Buffer.allocUnsafeSlow(length)
    this.#at += this.#bytes.copy(body, 0, this.#at)
    return body
  }

  #directives(): ResponseDirectives {
    const flags = this.count()
    const isSet = (i: number) => (flags & (1 << i)) !== 0
    const seconds = (i: number) => (isSet(FLAGS.length + i) ? this.#number() : undefined)
    return {
      noStore: isSet(0),
      noCache: isSet(1),
      isPrivate: isSet(2),
      isPublic: isSet(3),
      mustRevalidate: isSet(4),
      proxyRevalidate: isSet(5),
      mustUnderstand: isSet(6),
      noTransform: isSet(7),
      immutable: isSet(8),
      maxAgeSeconds: seconds(0),
      sMaxageSeconds: seconds(1),
      staleWhileRevalidateSeconds: seconds(2),
      staleIfErrorSeconds: seconds(3),
      noCacheFields: this.#texts(),
      privateFields: this.#texts(),
    }
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
