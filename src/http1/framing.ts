import type { RawFields } from '../http/fields.ts'
import type { RequestHead, ResponseHead } from './head.ts'
import type { Refused } from './refused.ts'

export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

export function requestFraming(_head: RequestHead): Framing | Refused {
  throw new Error('Not written yet')
}

export function responseFraming(_head: ResponseHead, _requestMethod: string): Framing | Refused {
  throw new Error('Not written yet')
}

export function connectionOptions(_fields: RawFields): string[] {
  throw new Error('Not written yet')
}

export function connectionPersists(_head: { readonly minorVersion: 0 | 1; readonly fields: RawFields }): boolean {
  throw new Error('Not written yet')
}
