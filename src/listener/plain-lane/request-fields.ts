import { NameIndex } from '../../http1/name-index.ts'
import type { ScannedRequest } from '../../http1/request-scanner.ts'

/** The fields that can decide how a request is read or answered, at most 32; all others matter to the origin alone. */
const NAMES = [
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'],
  ...['via', 'forwarded', 'x-forwarded-for', 'x-forwarded-proto'],
  ...['authorization', 'cache-control', 'cookie', 'pragma', 'range', 'if-range'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
  ...['accept', 'accept-encoding', 'accept-language', 'origin', 'referer', 'user-agent'],
] as const

export type FieldOfInterest = (typeof NAMES)[number]

const INDEX = new NameIndex(NAMES)
const ABSENT = -1

/** Positions in `NAMES`, so that asking for one costs an array access. */
const SLOT = Object.fromEntries(NAMES.map((name, slot) => [name, slot])) as Record<FieldOfInterest, number>

/** Which fields of interest a scanned request has. One object serves all requests, one after the other. */
export class RequestFields {
  readonly #places = new Int16Array(NAMES.length)
  /** One bit for each name that is there more than once. */
  #repeated = 0
  #request: ScannedRequest | undefined

  /** Looks through the fields of `request` once. */
  of(request: ScannedRequest): void {
    const { bytes, lines } = request
    const places = this.#places
    this.#request = request
    this.#repeated = 0
    places.fill(ABSENT)
    for (let i = 0; i < lines.count; i++) {
      const slot = INDEX.find(bytes, lines.nameBegin(i), lines.nameEnd(i))
      if (slot < 0) continue
      if (places[slot] === ABSENT) places[slot] = i
      else this.#repeated |= 1 << slot
    }
  }

  has(name: FieldOfInterest): boolean {
    return this.#places[SLOT[name]] !== ABSENT
  }

  isRepeated(name: FieldOfInterest): boolean {
    return (this.#repeated & (1 << SLOT[name])) !== 0
  }

  /** The value of a field that is there once; undefined otherwise. */
  value(name: FieldOfInterest): string | undefined {
    return this.isRepeated(name) ? undefined : this.first(name)
  }

  /** The first value of a field. */
  first(name: FieldOfInterest): string | undefined {
    const place = this.#places[SLOT[name]]!
    return place === ABSENT ? undefined : this.#request!.value(place)
  }
}
