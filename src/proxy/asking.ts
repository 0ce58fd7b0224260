import type { UpstreamConditions } from '../forward/upstream-request.ts'
import { hasField } from '../http/fields.ts'
import type { Found } from '../lookup/lookup.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { completionFields } from '../rfc9111/partial.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { validationFields } from '../rfc9111/validation.ts'
import type { Attempt } from './attempt.ts'

/** What an upstream request on behalf of the cache asks of the representation. */
export type Asking =
  /** What the client asked: its own conditions and range. */
  | { readonly kind: 'client' }
  /** All of it: others will get it too. */
  | { readonly kind: 'whole' }
  /** Whether the stored response is still good (RFC 9111 §4.3.1); where it has no validator, for another in its place. */
  | { readonly kind: 'validation'; readonly stored: StoredResponse }
  /** What the stored part lacks, if it is still a part of the same (RFC 9111 §3.4). */
  | { readonly kind: 'completion'; readonly stored: StoredResponse; readonly fields: readonly string[] }

export const CLIENT: Asking = { kind: 'client' }
const WHOLE: Asking = { kind: 'whole' }

/** Asks for as little as serves the client and the cache. What the origin did not honour once is not asked again. */
export function askingFor(found: Exclude<Found, { kind: 'fresh' | 'grace' }>, request: ProxyRequest, attempt: Attempt) {
  if (attempt.unconditional) return WHOLE
  if (found.kind === 'validate') return { kind: 'validation', stored: found.stored } satisfies Asking
  if (found.kind === 'partial' && request.method === 'GET') {
    const fields = completionFields(found.stored)
    if (fields !== undefined) return { kind: 'completion', stored: found.stored, fields } satisfies Asking
  }
  // The first time the client's own conditions, which may save the origin a body; whoever waited beside it and got
  // nothing from its 304 then asks without. A range stays: the whole may be large, and nobody else may want it.
  return attempt.number === 0 || hasField(request.fields, 'range') ? CLIENT : WHOLE
}

export function conditionsOf(asking: Asking): UpstreamConditions {
  switch (asking.kind) {
    case 'client':
      return 'client'
    case 'whole':
      return 'none'
    case 'validation':
      return validationFields(asking.stored)
    case 'completion':
      return asking.fields
  }
}
