import { changedFields, type FieldChanges } from '../http/field-changes.ts'
import type { RawFields } from '../http/fields.ts'
import { fieldsWithout, NameSet } from '../http/name-set.ts'
import type { KeptLines } from '../http1/kept-lines.ts'
import { fieldLines } from '../http1/writer.ts'
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
  const changed = changedFields(kept, options.changes)
  const fields = ['Host', request.authority, ...changed]
  if (typeof conditions !== 'string') fields.push(...conditions)
  fields.push(...options.forwardingFields)
  return {
    method: request.method,
    target: request.target,
    fields,
    lines: request.lines?.fields === changed ? linesOf(request.lines, request.authority, options) : undefined,
    body: request.body,
    expectsContinue: request.expectsContinue,
    authority: request.authority,
    clientAddress: request.clientAddress,
    ownCookies: request.ownCookies,
    upgrade: request.upgrade,
    priority: options.waiting?.priority,
    hasCover: options.waiting?.hasCover,
  }
}

/** The lines of a request whose own go on unchanged. */
function linesOf({ text }: KeptLines, authority: string, { forwardingFields }: UpstreamOptions): string {
  if (lastKnown?.authority !== authority || lastKnown.forwardingFields !== forwardingFields) {
    const [host, added] = [fieldLines(['Host', authority]), fieldLines(forwardingFields)]
    lastKnown = { authority, forwardingFields, host, added }
  }
  return lastKnown.host + text + lastKnown.added
}

/** What was added last: requests of one client, or of one balancer, come together. */
let lastKnown:
  | { readonly authority: string; readonly forwardingFields: RawFields; readonly host: string; readonly added: string }
  | undefined
