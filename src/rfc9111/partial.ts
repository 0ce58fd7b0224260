import { exactBuffer } from '../http/body.ts'
import { parseHttpDate } from '../http/date.ts'
import { parseEntityTag, strongMatch } from '../http/entity-tag.ts'
import { allValues, firstValue, type RawFields, withField, withoutField } from '../http/fields.ts'
import { type ByteRange, formatContentRange, parseContentRange, parseRange, resolveRanges } from '../http/range.ts'
import type { StoredRange, StoredResponse } from './stored-response.ts'
import { entityTagOf } from './validation.ts'

/** How a stored response answers the `Range` of a request. */
export type RangeAnswer =
  /** No range to honour: the whole stored content with its own status. */
  | { readonly kind: 'whole' }
  /** 206 with these parts: positions in the representation, of which the stored body may hold only a part. */
  | { readonly kind: 'parts'; readonly ranges: readonly ByteRange[]; readonly completeLength: number | undefined }
  | { readonly kind: 'unsatisfiable'; readonly completeLength: number }
  /** The bytes are not all stored. */
  | { readonly kind: 'not-held' }

interface RangeRequest {
  readonly method: string
  readonly fields: RawFields
}

/** Decides what a request with `Range` gets out of a stored response (RFC 9110 §14.2, RFC 9111 §3.3-3.4). */
export function answerRange(stored: StoredResponse, request: RangeRequest): RangeAnswer {
  const range = stored.range
  const otherwise: RangeAnswer = range === undefined ? { kind: 'whole' } : { kind: 'not-held' }
  // RFC 9110 §14.2: only GET has ranges, and only what would be a 200 is divided.
  if (request.method !== 'GET' || (range === undefined && stored.status !== 200)) return otherwise
  const values = allValues(request.fields, 'range')
  const specs = values.length === 1 ? parseRange(values[0]!) : undefined
  if (specs === undefined || !ifRangeAllows(request.fields, stored)) return otherwise
  const completeLength = range === undefined ? stored.body.length : range.completeLength
  if (completeLength === undefined) return rangesOfUnknownLength(range!, specs)
  const resolved = resolveRanges(specs, completeLength)
  if (resolved.kind === 'unsatisfiable') return { kind: 'unsatisfiable', completeLength }
  if (range !== undefined && !resolved.ranges.every((part) => within(part, range))) return otherwise
  return { kind: 'parts', ranges: resolved.ranges, completeLength }
}

/** Whether a stored 206 has all that the request asks for (RFC 9111 §3.3: nothing else may be answered from it). */
export function holdsRequestedRanges(stored: StoredResponse, request: RangeRequest): boolean {
  const kind = answerRange(stored, request).kind
  return kind === 'parts' || kind === 'unsatisfiable'
}

/** The bytes of a part, out of the whole content or the stored range. */
export function bytesOf(stored: Pick<StoredResponse, 'body' | 'range'>, part: ByteRange): Buffer {
  const offset = stored.range?.first ?? 0
  return stored.body.subarray(part.first - offset, part.last - offset + 1)
}

/**
 * Whether `If-Range` lets the `Range` be honoured (RFC 9110 §13.1.5): strong comparison of entity tags; a date must be exactly
 * the Last-Modified, and that one strong.
 */
function ifRangeAllows(requestFields: RawFields, stored: Pick<StoredResponse, 'fields' | 'dateMs'>): boolean {
  const value = firstValue(requestFields, 'if-range')
  if (value === undefined) return true
  const sinceMs = parseHttpDate(value, stored.dateMs)
  if (sinceMs !== undefined) return strongLastModifiedMs(stored) === sinceMs
  const wanted = value.includes('"') ? parseEntityTag(value) : undefined
  const etag = entityTagOf(stored.fields)
  return wanted !== undefined && etag !== undefined && strongMatch(wanted, etag)
}

/**
 * The range of a 206 (RFC 9110 §15.3.7), where it holds one: multipart, and a `Content-Range` that is missing, repeated or not
 * of the body's length give undefined.
 */
export function storedRangeOf(fields: RawFields, bodyLength: number | undefined): StoredRange | undefined {
  const values = allValues(fields, 'content-range')
  const range = values.length === 1 ? parseContentRange(values[0]!) : undefined
  if (range === undefined || (bodyLength !== undefined && range.last - range.first + 1 !== bodyLength)) return undefined
  return range
}

/** Whether a 206 is the answer to the request's `Range` and not some other part (RFC 9110 §14.4, §15.3.7). */
export function isRequestedRange(requestFields: RawFields, range: StoredRange): boolean {
  const specs = parseRange(firstValue(requestFields, 'range') ?? '')
  if (specs === undefined) return false
  return specs.some((spec) => {
    if ('suffixLength' in spec) {
      // Of an unknown length the first byte cannot be known either.
      if (range.completeLength === undefined) return true
      return range.last === range.completeLength - 1 && range.first >= range.completeLength - spec.suffixLength
    }
    return range.first === spec.first && (spec.last === undefined || range.last <= spec.last)
  })
}

/**
 * Fields of the request that would complete a stored 206 (RFC 9111 §3.4): what is missing after it, only if it is still the
 * same representation.
 *
 * @returns undefined when it cannot be completed with one range, or has no strong validator to combine by
 */
export function completionFields(stored: StoredResponse): string[] | undefined {
  const range = stored.range
  const etag = firstValue(stored.fields, 'etag')
  if (range === undefined || etag === undefined || entityTagOf(stored.fields)?.weak !== false) return undefined
  const length = range.completeLength
  if (range.first === 0) {
    if (length !== undefined && range.last === length - 1) return undefined
    return ['Range', `bytes=${range.last + 1}-`, 'If-Range', etag]
  }
  if (length !== undefined && range.last === length - 1)
    return ['Range', `bytes=0-${range.first - 1}`, 'If-Range', etag]
  return undefined
}

/**
 * Joins two parts of one representation (RFC 9111 §3.4, RFC 9110 §15.3.7.3): both with the same strong entity tag, overlapping
 * or touching. The newer one's fields count, as it is the more recent; when the whole is there it becomes a 200.
 *
 * @returns undefined when they must not or cannot be joined
 */
export function combine(older: StoredResponse, newer: StoredResponse): StoredResponse | undefined {
  const first = older.range
  const second = newer.range
  if (first === undefined || second === undefined) return undefined
  const olderTag = entityTagOf(older.fields)
  const newerTag = entityTagOf(newer.fields)
  if (olderTag === undefined || newerTag === undefined || !strongMatch(olderTag, newerTag)) return undefined
  const completeLength = second.completeLength ?? first.completeLength
  if (first.completeLength !== undefined && first.completeLength !== completeLength) return undefined
  if (second.first > first.last + 1 || first.first > second.last + 1) return undefined

  const range = { first: Math.min(first.first, second.first), last: Math.max(first.last, second.last), completeLength }
  if (completeLength !== undefined && range.last >= completeLength) return undefined
  const body = joinedBody(older, newer)
  const whole = range.first === 0 && completeLength === body.length
  const fields = whole
    ? withoutField(newer.fields, 'content-range')
    : withField(newer.fields, 'Content-Range', formatContentRange(range))
  return {
    ...newer,
    status: whole ? 200 : 206,
    reason: whole ? 'OK' : newer.reason,
    fields: withoutField(fields, 'content-length'),
    body,
    range: whole ? undefined : range,
  }
}

function joinedBody(older: StoredResponse, newer: StoredResponse): Buffer {
  const first = older.range!
  const second = newer.range!
  const before = Math.max(0, second.first - first.first)
  const after = Math.max(0, first.last - second.last)
  const pieces = [older.body.subarray(0, before), newer.body, older.body.subarray(older.body.length - after)]
  return exactBuffer(pieces, before + newer.body.length + after)
}

function rangesOfUnknownLength(held: StoredRange, specs: NonNullable<ReturnType<typeof parseRange>>): RangeAnswer {
  const spec = specs.length === 1 ? specs[0]! : undefined
  if (spec === undefined || 'suffixLength' in spec || spec.last === undefined) return { kind: 'not-held' }
  const part = { first: spec.first, last: spec.last }
  return within(part, held) ? { kind: 'parts', ranges: [part], completeLength: undefined } : { kind: 'not-held' }
}

function within(part: ByteRange, held: ByteRange): boolean {
  return part.first >= held.first && part.last <= held.last
}

/** Last-Modified as a strong validator (RFC 9110 §8.8.2.2): at least one second before the Date of the response. */
function strongLastModifiedMs({ fields, dateMs }: Pick<StoredResponse, 'fields' | 'dateMs'>): number | undefined {
  const value = firstValue(fields, 'last-modified')
  const lastModifiedMs = value === undefined ? undefined : parseHttpDate(value, dateMs)
  return lastModifiedMs !== undefined && dateMs - lastModifiedMs >= 1000 ? lastModifiedMs : undefined
}
