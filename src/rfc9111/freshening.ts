import { parseHttpDate } from '../http/date.ts'
import { strongMatch, weakMatch } from '../http/entity-tag.ts'
import { filterFields, firstValue, hasField, type RawFields } from '../http/fields.ts'
import type { FreshnessPolicy } from './freshness.ts'
import { responseMetadata } from './metadata.ts'
import { isSameStored, type StoredResponse } from './stored-response.ts'
import { fieldsToStore, forbidsStoring, type StoringPolicy, withDate } from './storing.ts'
import { entityTagOf, hasValidator } from './validation.ts'
import { matches, selectingFields, varyNames } from './vary.ts'

/** A 304, or the response to a HEAD, that may freshen stored responses. */
export interface FresheningResponse {
  readonly fields: RawFields
  readonly requestTimeMs: number
  readonly responseTimeMs: number
}

export interface FresheningContext {
  /** Fields of the request that it answers: a changed `Vary` selects by them. */
  readonly requestFields: RawFields
  readonly policy: FreshnessPolicy & Pick<StoringPolicy, 'setCookie'>
}

/**
 * Fields that stay as stored (RFC 9111 §3.2): Content-Length by rule; Content-Encoding and Content-Range because they say how
 * to read the bytes that are kept. So does a stored ETag, because it names them, and a 304 may send it weakened.
 */
const keptAsStored: ReadonlySet<string> = new Set(['content-length', 'content-encoding', 'content-range'])

/**
 * A stored response with its fields and times updated (RFC 9111 §3.2, §4.3.4): every field of the newer response replaces or
 * joins the stored ones, with the exceptions above and those that are never stored.
 *
 * The result may have become unstorable; ask `mayStayStored` before giving it to a tier.
 */
export function freshen(
  stored: StoredResponse,
  response: FresheningResponse,
  { requestFields, policy }: FresheningContext,
): StoredResponse {
  const fields = withDate(updatedFields(stored, response), response.responseTimeMs)
  const metadata = responseMetadata({ status: stored.status, fields, responseTimeMs: response.responseTimeMs, policy })
  return {
    ...stored,
    fields: fieldsToStore(fields, metadata.directives, policy.setCookie),
    requestTimeMs: response.requestTimeMs,
    responseTimeMs: response.responseTimeMs,
    ...metadata,
    selecting: updatedSelecting(stored, fields, requestFields),
    invalidated: false,
  }
}

/** Whether a freshened response is still allowed in a shared store: a 304 may say `no-store`, `private` or `Vary: *`. */
export function mayStayStored(freshened: StoredResponse): boolean {
  return (
    forbidsStoring(freshened.directives, freshened.status) === undefined && !varyNames(freshened.fields).includes('*')
  )
}

export interface FresheningSelection {
  /** The stored responses of the cache key. */
  readonly candidates: readonly StoredResponse[]
  /** Fields of the client's request: only what could have answered it is freshened. */
  readonly requestFields: RawFields
  /** Fields of the 304. */
  readonly responseFields: RawFields
  /** The stored response whose validators the request carried. */
  readonly validated: StoredResponse
}

/**
 * Which stored responses a 304 freshens (RFC 9111 §4.3.4), `validated` first where it is one of them. With a strong validator:
 * all that have the same one. With a weak one: the most recent that has it. Without any: `validated`, because nothing else was
 * asked about. Empty when the 304 is about something that is not stored: then the request goes out again without conditions.
 */
export function selectForFreshening(selection: FresheningSelection): readonly StoredResponse[] {
  const { candidates, requestFields, responseFields, validated } = selection
  if (!hasValidator(responseFields)) return [validated]
  const possible = [validated]
  for (const candidate of newestFirst(candidates)) {
    if (!isSameStored(candidate, validated) && matches(candidate.selecting, requestFields)) possible.push(candidate)
  }
  const etag = entityTagOf(responseFields)
  if (etag === undefined) return possible.filter((stored) => hasSameDate(stored, responseFields)).slice(0, 1)
  const compare = etag.weak ? weakMatch : strongMatch
  const same = possible.filter((stored) => {
    const storedTag = entityTagOf(stored.fields)
    return storedTag !== undefined && compare(storedTag, etag)
  })
  return etag.weak ? same.slice(0, 1) : same
}

/**
 * What the response to a HEAD makes of a stored GET response (RFC 9111 §4.3.5): freshened when validators and length agree,
 * otherwise invalidated. Other statuses say nothing about it, except that it is gone.
 */
export function freshenFromHead(
  stored: StoredResponse,
  response: FresheningResponse & { readonly status: number },
  context: FresheningContext,
): StoredResponse {
  if (response.status === 404 || response.status === 410) return { ...stored, invalidated: true }
  if (response.status !== 200 || stored.status !== 200) return stored
  return describesStored(stored, response.fields)
    ? freshen(stored, response, context)
    : { ...stored, invalidated: true }
}

function updatedFields(stored: StoredResponse, response: FresheningResponse): string[] {
  const kept = new Set(keptAsStored)
  if (hasField(stored.fields, 'etag')) kept.add('etag')
  const updates = filterFields(response.fields, (name) => !kept.has(name))
  const updated = filterFields(stored.fields, (name) => name !== 'date' && !hasField(updates, name))
  return updated.concat(updates)
}

function updatedSelecting(
  stored: StoredResponse,
  fields: RawFields,
  requestFields: RawFields,
): StoredResponse['selecting'] {
  const names = varyNames(fields)
  const before = varyNames(stored.fields)
  if (names.length === before.length && names.every((name) => before.includes(name))) return stored.selecting
  const selecting = selectingFields(fields, requestFields)
  return selecting === 'never' ? stored.selecting : selecting
}

function newestFirst(candidates: readonly StoredResponse[]): readonly StoredResponse[] {
  return candidates.toSorted((a, b) => b.dateMs - a.dateMs || b.responseTimeMs - a.responseTimeMs)
}

/** §4.3.5: each of Content-Length, ETag, Last-Modified that the HEAD has is that of the stored response. */
function describesStored(stored: StoredResponse, fields: RawFields): boolean {
  const length = firstValue(fields, 'content-length')
  if (length !== undefined && length !== String(stored.body.length)) return false
  const etag = entityTagOf(fields)
  const storedTag = entityTagOf(stored.fields)
  if (etag !== undefined && (storedTag === undefined || !weakMatch(etag, storedTag))) return false
  return !hasField(fields, 'last-modified') || hasSameDate(stored, fields)
}

function hasSameDate(stored: StoredResponse, fields: RawFields): boolean {
  const before = firstValue(stored.fields, 'last-modified')
  const now = firstValue(fields, 'last-modified')
  if (before === undefined || now === undefined) return false
  if (before === now) return true
  const beforeMs = parseHttpDate(before, stored.dateMs)
  return beforeMs !== undefined && beforeMs === parseHttpDate(now, stored.dateMs)
}
