import { parseHttpDate } from '../http/date.ts'
import { type EntityTag, parseEntityTag, parseEntityTagList, weakMatch } from '../http/entity-tag.ts'
import { allValues, combinedValue, firstValue, type RawFields } from '../http/fields.ts'
import type { StoredResponse } from './stored-response.ts'

/**
 * The conditions of a validation request for a stored response (RFC 9111 §4.3.1): both validators, so that an origin that
 * understands only one has it. They replace the client's own conditions.
 *
 * @returns name, value, …; empty when there is nothing to validate by
 */
export function validationFields(stored: Pick<StoredResponse, 'fields'>): string[] {
  const fields: string[] = []
  const etag = firstValue(stored.fields, 'etag')
  if (etag !== undefined && etag !== '') fields.push('If-None-Match', etag)
  const lastModified = firstValue(stored.fields, 'last-modified')
  // As received, not reformatted: some origins compare the text.
  if (lastModified !== undefined && lastModified !== '') fields.push('If-Modified-Since', lastModified)
  return fields
}

export function hasValidator(fields: RawFields): boolean {
  return validationFields({ fields }).length > 0
}

export interface ConditionalInput {
  readonly requestFields: RawFields
  /** Of the stored response: */
  readonly status: number
  readonly fields: RawFields
  readonly dateMs: number
}

export type ConditionalAnswer = 'not-modified' | 'full'

/**
 * How a stored response answers the conditions of a GET or HEAD (RFC 9111 §4.3.2, RFC 9110 §13.2.2): If-None-Match by weak
 * comparison; If-Modified-Since only without it. If-Match and If-Unmodified-Since are for the origin alone.
 */
export function answersConditional({ requestFields, status, fields, dateMs }: ConditionalInput): ConditionalAnswer {
  // RFC 9110 §13.2.1: conditions are ignored when the answer without them would not be a success.
  if (status < 200 || status > 299) return 'full'
  const ifNoneMatch = combinedValue(requestFields, 'if-none-match')
  if (ifNoneMatch !== undefined) return matchesAny(ifNoneMatch, entityTagOf(fields)) ? 'not-modified' : 'full'
  const ifModifiedSince = allValues(requestFields, 'if-modified-since')
  const since = ifModifiedSince[0]
  // RFC 9110 §13.1.3: ignored when it is not a valid date, or more than one.
  if (since === undefined || ifModifiedSince.length > 1) return 'full'
  const sinceMs = parseHttpDate(since, dateMs)
  return sinceMs !== undefined && modifiedMs(fields, dateMs) <= sinceMs ? 'not-modified' : 'full'
}

/** The entity tag of a response, undefined without a readable one. */
export function entityTagOf(fields: RawFields): EntityTag | undefined {
  const etag = firstValue(fields, 'etag')
  return etag === undefined ? undefined : parseEntityTag(etag)
}

function matchesAny(ifNoneMatch: string, etag: EntityTag | undefined): boolean {
  const wanted = parseEntityTagList(ifNoneMatch)
  if (wanted === '*') return true
  return etag !== undefined && wanted.some((tag) => weakMatch(tag, etag))
}

/** Last-Modified; without it the Date, else the time of receipt (RFC 9111 §4.3.2), in whole seconds as dates are. */
function modifiedMs(fields: RawFields, dateMs: number): number {
  const lastModified = firstValue(fields, 'last-modified')
  const lastModifiedMs = lastModified === undefined ? undefined : parseHttpDate(lastModified, dateMs)
  return lastModifiedMs ?? Math.floor(dateMs / 1000) * 1000
}
