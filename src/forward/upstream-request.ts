import { changedFields, type FieldChanges } from '../http/field-changes.ts'
import type { RawFields } from '../http/fields.ts'
import { fieldsWithout, NameSet } from '../http/name-set.ts'
import type { OriginRequest } from '../origin/origin-client.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'

/**
 * Which conditions and ranges go upstream:
 * - `client`: the client's own, as they came (a pass, or the first request for something that is not stored);
 * - `none`: the whole representation is wanted, since others will get it too;
 * - a field list: our own validation request (RFC 9111 §4.3.1).
 */
export type UpstreamConditions = 'client' | 'none' | RawFields

export interface UpstreamOptions {
  readonly conditions: UpstreamConditions
  readonly changes: FieldChanges
  /** Via, X-Forwarded-*, Forwarded: what this proxy adds after everything else was removed. */
  readonly forwardingFields: readonly string[]
  /** What its place in a queue depends on; a visitor's with nothing to cover when absent. */
  readonly waiting?: Pick<OriginRequest, 'priority' | 'hasCover'>
}

const CONDITIONS = new NameSet([
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'if-range',
  'range',
])

/** The request that goes to the origin, written anew from the normalised one: nothing is copied through unread. */
export function upstreamRequest(request: ProxyRequest, options: UpstreamOptions): OriginRequest {
  const { conditions } = options
  const kept = conditions === 'client' ? request.fields : fieldsWithout(request.fields, CONDITIONS)
  const fields = ['Host', request.authority, ...changedFields(kept, options.changes)]
  if (typeof conditions !== 'string') fields.push(...conditions)
  fields.push(...options.forwardingFields)
  return {
    method: request.method,
    target: request.target,
    fields,
    body: request.body,
    expectsContinue: request.expectsContinue,
    authority: request.authority,
    clientAddress: request.clientAddress,
    ownCookies: request.ownCookies,
    upgrade: request.upgrade,
    ...options.waiting,
  }
}
