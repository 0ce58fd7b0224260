import { allValues, firstValue, type RawFields } from '../../http/fields.ts'
import type { OriginRequest } from '../origin-client.ts'

/** What of a request decides its member. */
export type HashBy =
  | { readonly kind: 'url' }
  | { readonly kind: 'address' }
  /** `name` is lower case. */
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }

/** The key of a request, or undefined where it has none. */
export function requestKey(by: HashBy, request: OriginRequest): string | undefined {
  switch (by.kind) {
    case 'url':
      return authorityOf(request) + request.target
    case 'address':
      return request.clientAddress
    case 'header':
      return firstValue(request.fields, by.name)
    case 'cookie':
      return cookieValue(request.fields, by.name)
  }
}

/** The host the request is for, as `ProxyRequest` has it. */
export function authorityOf(request: Pick<OriginRequest, 'authority' | 'fields'>): string {
  if (request.authority !== undefined) return request.authority
  return (request.fields[0] === 'Host' ? request.fields[1] : firstValue(request.fields, 'host')) ?? ''
}

/** The value of a cookie (RFC 6265 §4.2.1), or undefined. Of several with one name the first counts. */
export function cookieValue(fields: RawFields, name: string): string | undefined {
  for (const field of allValues(fields, 'cookie')) {
    for (const pair of field.split(';')) {
      const equals = pair.indexOf('=')
      if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
    }
  }
  return undefined
}
