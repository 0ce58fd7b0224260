import type { RawFields } from '../http/fields.ts'
import { spells } from './characters.ts'
import type { FieldLines } from './field-lines.ts'
import { KNOWN_METHODS } from './known-words.ts'
import { RequestLine } from './request-line.ts'
import { SectionReader, type SectionResult } from './section-reader.ts'
import { StatusLine } from './status-line.ts'

export interface HeadLimits {
  /** From the first byte of the start line (or an empty line before it) to the end of the empty line after the fields. */
  readonly headBytesMax: number
  readonly fieldsMax: number
  readonly targetBytesMax: number
}

export interface RequestHead {
  readonly method: string
  /** As it was sent, in any of the four forms of RFC 9112 §3.2; visible ASCII without `#`. */
  readonly target: string
  readonly minorVersion: 0 | 1
  readonly fields: RawFields
}

export interface ResponseHead {
  /** 100 to 599. */
  readonly status: number
  /** As it was sent, perhaps empty. */
  readonly reason: string
  readonly minorVersion: 0 | 1
  readonly fields: RawFields
}

/** `end` is the index after the head in the chunk given last. */
export type HeadResult<Head> = SectionResult<Head>

/**
 * Reads request heads from a connection, one after the other (RFC 9112 §2.1).
 *
 * The strings of a head are slices of one string of the whole head, which is the cheapest way to make them and right for
 * a hit. Who keeps one for long keeps all of the head; a key joined from several is a string of its own.
 */
export class RequestHeadReader extends SectionReader<RequestHead> {
  readonly #line: RequestLine

  constructor(limits: HeadLimits) {
    const line = new RequestLine(limits.targetBytesMax)
    super('request', line, { bytesMax: limits.headBytesMax, fieldsMax: limits.fieldsMax })
    this.#line = line
  }

  protected override build(bytes: Buffer, end: number, lines: FieldLines): RequestHead {
    return requestHead({ line: this.#line, lines, bytes, end })
  }
}

/** What was read of a request head: where its parts stand in the bytes. */
export interface RequestParts {
  readonly line: RequestLine
  readonly lines: FieldLines
  readonly bytes: Buffer
  readonly end: number
}

/**
 * The strings of a request head that was read.
 *
 * @param text all of it, one character a byte
 */
export function requestHead(
  { line, lines, bytes, end }: RequestParts,
  text: string = bytes.toString('latin1', 0, end),
): RequestHead {
  return {
    method:
      KNOWN_METHODS.find(bytes, line.methodBegin, line.methodEnd) ?? text.substring(line.methodBegin, line.methodEnd),
    target: text.substring(line.targetBegin, line.targetEnd),
    minorVersion: line.minorVersion,
    fields: lines.fields(bytes, text),
  }
}

/**
 * Reads response heads from an origin's connection (RFC 9112 §4). A peer's answer is refused with 502.
 * No string is a slice: what is stored must not keep alive what was dropped from the head.
 */
export class ResponseHeadReader extends SectionReader<ResponseHead> {
  readonly #line: StatusLine
  #reasonBefore = ''
  #reasonLength = 0

  constructor(limits: HeadLimits) {
    const line = new StatusLine()
    super('response', line, { bytesMax: limits.headBytesMax, fieldsMax: limits.fieldsMax })
    this.#line = line
  }

  protected override build(bytes: Buffer, _end: number, lines: FieldLines): ResponseHead {
    const line = this.#line
    const { reasonBegin, reasonEnd } = line
    const length = reasonEnd - reasonBegin
    if (this.#reasonLength !== length || !spells(this.#reasonBefore, length, bytes, reasonBegin)) {
      this.#reasonLength = length
      this.#reasonBefore = bytes.toString('latin1', reasonBegin, reasonEnd)
    }
    return {
      status: line.status,
      reason: this.#reasonBefore,
      minorVersion: line.minorVersion,
      fields: lines.fields(bytes),
    }
  }
}
