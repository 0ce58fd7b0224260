import { NameIndex } from '../../http1/name-index.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'

/** The fields that can decide how a request is read, whether it is a plain hit, or, often, which: one bit for each. */
export const FIELD = {
  host: 0,
  connection: 1,
  contentLength: 2,
  transferEncoding: 3,
  te: 4,
  upgrade: 5,
  expect: 6,
  via: 7,
  forwarded: 8,
  xForwardedProto: 9,
  authorization: 10,
  range: 11,
  ifRange: 12,
  ifMatch: 13,
  ifUnmodifiedSince: 14,
  cacheControl: 15,
  pragma: 16,
  ifNoneMatch: 17,
  ifModifiedSince: 18,
  accept: 19,
  acceptEncoding: 20,
  acceptLanguage: 21,
  cookie: 22,
  origin: 23,
  referer: 24,
  userAgent: 25,
} as const

/** `ifNoneMatch` is `if-none-match`. In the order of their numbers, which is that above. */
const NAMES = Object.keys(FIELD).map((name) => name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`))

const INDEX = new NameIndex(NAMES)

/** The name of a field of interest, in small letters. */
export function nameOf(field: number): string {
  return NAMES[field]!
}

/** The bits of several fields. */
export function bitsOf(fields: readonly number[]): number {
  return fields.reduce((bits, field) => bits | (1 << field), 0)
}

/** Which fields of interest a scanned request has. One object serves many requests, one after the other. */
export class RequestFields {
  readonly #places = new Int16Array(NAMES.length)
  #present = 0
  #repeated = 0

  /** Looks through the fields of `request` once. */
  of({ bytes, lines }: ScannedRequest): void {
    let present = 0
    let repeated = 0
    const { count } = lines
    for (let i = 0; i < count; i++) {
      const field = INDEX.find(bytes, lines.nameBegin(i), lines.nameEnd(i))
      if (field < 0) continue
      const bit = 1 << field
      if ((present & bit) === 0) this.#places[field] = i
      else repeated |= bit
      present |= bit
    }
    this.#present = present
    this.#repeated = repeated
  }

  has(field: number): boolean {
    return (this.#present & (1 << field)) !== 0
  }

  hasAny(bits: number): boolean {
    return (this.#present & bits) !== 0
  }

  isRepeated(field: number): boolean {
    return (this.#repeated & (1 << field)) !== 0
  }

  /** Where a field that is there stands among all: the first of its name. */
  place(field: number): number {
    return this.#places[field]!
  }

  /** The value of a field that is there once; undefined otherwise. @param request one that was looked through, or like it */
  value(field: number, request: ScannedRequest): string | undefined {
    return this.has(field) && !this.isRepeated(field) ? request.value(this.place(field)) : undefined
  }
}
