import { parseHttpDate } from '../http/date.ts'
import { type EntityTag, strongMatch, weakMatch } from '../http/entity-tag.ts'
import { firstValue, lowerName, type RawFields } from '../http/fields.ts'
import type { FreshnessPolicy } from './freshness.ts'
import { responseMetadata } from './metadata.ts'
import type { StoredResponse } from './stored-response.ts'
import { fieldsToStore, forbidsStoring, type StoringPolicy } from './storing.ts'
import { entityTagOf, hasValidator } from './validation.ts'
import { selectingFields, varyNames } from './vary.ts'

/** A 304, or the response to a HEAD, that may freshen stored responses. */
export interface FresheningResponse {
  readonly fields: RawFields
  readonly requestTimeMs: number
  readonly responseTimeMs: number
}

export interface FresheningInput {
  readonly response: FresheningResponse
  /** Fields of the request that it answers: a changed `Vary` selects by them. */
  readonly requestFields: RawFields
  readonly policy: FreshnessPolicy & Pick<StoringPolicy, 'setCookie'>
}

/**
 * Fields that stay as stored (RFC 9111 §3.2): Content-Length by rule; Content-Encoding and Content-Range because they say how
 * to read the bytes that are kept; ETag because it names them, and a 304 may send it weakened.
 */
const keptWhenStored: ReadonlySet<string> = new Set(['content-length', 'content-encoding', 'content-range', 'etag'])

/**
 * A stored response with its fields and times updated (RFC 9111 §3.2, §4.3.4): every field of the newer response replaces or
 * joins the stored ones, with the exceptions above and those that are never stored.
 *
 * The result may have become unstorable; ask `mayStayStored` before giving it to a tier.
 */
export function freshen(stored: StoredResponse, { response, requestFields, policy }: FresheningInput): StoredResponse {
  const fields = updatedFields(stored, response, policy)
  const metadata = responseMetadata({ status: stored.status, fields, responseTimeMs: response.responseTimeMs, policy })
  return {
    ...stored,
    fields: fieldsToStore(fields, metadata.directives, policy.setCookie === 'pass' ? 'store' : policy.setCookie),
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

/**
 * Which stored responses a 304 freshens (RFC 9111 §4.3.4). With a strong validator: all that have the same one. With a weak
 * one: the most recent that has it. Without any: `validated`, the one whose validators the request carried and so what "not
 * modified" speaks of. Empty when the 304 is about something that is not stored: then the request goes out again without
 * conditions.
 */
export function selectForFreshening(
  candidates: readonly StoredResponse[],
  response: { readonly fields: RawFields },
  validated: StoredResponse | undefined,
): readonly StoredResponse[] {
  const etag = entityTagOf(response.fields)
  if (etag !== undefined) return selectByTag(candidates, etag)
  if (!hasValidator(response.fields)) return validated === undefined ? [] : [validated]
  const lastModified = firstValue(response.fields, 'last-modified')
  return mostRecent(candidates.filter((stored) => firstValue(stored.fields, 'last-modified') === lastModified))
}

/**
 * What the response to a HEAD makes of a stored GET response (RFC 9111 §4.3.5): freshened when validators and length agree,
 * otherwise invalidated. Other statuses say nothing about it, except that it is gone.
 */
export function freshenFromHead(stored: StoredResponse, status: number, input: FresheningInput): StoredResponse {
  if (status === 404 || status === 410) return { ...stored, invalidated: true }
  if (status !== 200 || stored.status !== 200) return stored
  return describesStored(stored, input.response.fields) ? freshen(stored, input) : { ...stored, invalidated: true }
}

function updatedFields(
  stored: StoredResponse,
  response: FresheningResponse,
  policy: FresheningInput['policy'],
): string[] {
  const kept = new Set(
    [...keptWhenStored].filter((name) => name === 'content-length' || firstValue(stored.fields, name) !== undefined),
  )
  kept.add('content-range')
  if (policy.setCookie !== 'store') kept.add('set-cookie').add('set-cookie2')
  const added: string[] = []
  const replaced = new Set<string>()
  for (let i = 0; i < response.fields.length; i += 2) {
    const name = lowerName(response.fields[i]!)
    if (kept.has(name)) continue
    replaced.add(name)
    added.push(response.fields[i]!, response.fields[i + 1]!)
  }
  const fields: string[] = []
  for (let i = 0; i < stored.fields.length; i += 2) {
    if (!replaced.has(lowerName(stored.fields[i]!))) fields.push(stored.fields[i]!, stored.fields[i + 1]!)
  }
  return fields.concat(added)
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

function selectByTag(candidates: readonly StoredResponse[], etag: EntityTag): readonly StoredResponse[] {
  const compare = etag.weak ? weakMatch : strongMatch
  const matching = candidates.filter((stored) => {
    const storedTag = entityTagOf(stored.fields)
    return storedTag !== undefined && compare(storedTag, etag)
  })
  return etag.weak ? mostRecent(matching) : matching
}

function mostRecent(candidates: readonly StoredResponse[]): readonly StoredResponse[] {
  const [newest] = candidates.toSorted((a, b) => b.dateMs - a.dateMs || b.responseTimeMs - a.responseTimeMs)
  return newest === undefined ? [] : [newest]
}

/** §4.3.5: each of Content-Length, ETag, Last-Modified that the HEAD has is that of the stored response. */
function describesStored(stored: StoredResponse, fields: RawFields): boolean {
  const length = firstValue(fields, 'content-length')
  if (length !== undefined && length !== String(stored.body.length)) return false
  const etag = entityTagOf(fields)
  const storedTag = entityTagOf(stored.fields)
  if (etag !== undefined && (storedTag === undefined || !weakMatch(etag, storedTag))) return false
  const lastModified = firstValue(fields, 'last-modified')
  if (lastModified === undefined) return true
  const storedLastModified = firstValue(stored.fields, 'last-modified')
  return storedLastModified !== undefined && sameDate(lastModified, storedLastModified, stored.dateMs)
}

function sameDate(a: string, b: string, nowMs: number): boolean {
  return a === b || (parseHttpDate(a, nowMs) ?? a) === (parseHttpDate(b, nowMs) ?? b)
}
