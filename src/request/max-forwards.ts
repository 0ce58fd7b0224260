import { allValues, type RawFields, withField } from '../http/fields.ts'
import type { ProxyRequest } from './proxy-request.ts'

export type MaxForwards =
  /** This proxy is the final recipient. */
  | { readonly kind: 'answer-here' }
  /** The fields to forward, counted down by one. */
  | { readonly kind: 'forward'; readonly fields: RawFields }

/**
 * Max-Forwards of OPTIONS and TRACE (RFC 9110 §7.6.2); other methods ignore it. TRACE is never forwarded: it would show
 * an origin's view of the request, cookies and internal fields included, to a script; the answer is 405.
 */
export function maxForwards(request: Pick<ProxyRequest, 'method' | 'fields'>): MaxForwards {
  const { method, fields } = request
  if (method === 'TRACE') return { kind: 'answer-here' }
  if (method !== 'OPTIONS') return { kind: 'forward', fields }
  const values = allValues(fields, 'max-forwards')
  // Repeated or malformed, it says nothing; the origin may judge.
  if (values.length !== 1 || !/^[0-9]{1,9}$/.test(values[0]!)) return { kind: 'forward', fields }
  const left = Number(values[0])
  if (left === 0) return { kind: 'answer-here' }
  return { kind: 'forward', fields: withField(fields, 'Max-Forwards', String(left - 1)) }
}
