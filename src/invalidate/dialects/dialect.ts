import { allValues, combinedValue, type RawFields } from '../../http/fields.ts'
import type { ProxyRequest } from '../../request/proxy-request.ts'
import type { PurgeOrder } from '../orders.ts'

/** What a dialect looks at. */
export interface PurgeRequest extends Pick<ProxyRequest, 'method' | 'scheme' | 'authority' | 'target' | 'fields'> {
  /** Of those with a JSON body; empty otherwise. */
  readonly body: string
}

/** What a request asks for. */
export type Reading =
  | { readonly kind: 'orders'; readonly orders: readonly PurgeOrder[]; readonly answer: Answer }
  /** Fetch this page anew, and answer with it. */
  | { readonly kind: 'refresh' }
  /** Meant as a purge, and not understood: 400. */
  | { readonly kind: 'malformed'; readonly why: string }

/** What the sender expects to read, beside the report. */
export interface Answer {
  readonly message: string
  /** More members of the JSON body. */
  readonly members?: Readonly<Record<string, unknown>>
}

/** A pure function for one family of senders; undefined: the request is none of theirs. */
export type Dialect = (request: PurgeRequest) => Reading | undefined

export const PURGED: Answer = { message: 'Purged' }
export const BANNED: Answer = { message: 'Banned' }

export function orders(given: readonly PurgeOrder[], answer: Answer): Reading {
  return { kind: 'orders', orders: given, answer }
}

export function malformed(why: string): Reading {
  return { kind: 'malformed', why }
}

/** A field's value where it is there and says something. */
export function textOf(fields: RawFields, name: string): string | undefined {
  const value = combinedValue(fields, name)?.trim()
  return value === '' ? undefined : value
}

export function isOn(fields: RawFields, name: string): boolean {
  const [value] = allValues(fields, name)
  return value !== undefined && /^(1|true|yes|on)$/i.test(value.trim())
}

/** `Fastly-Soft-Purge: 1`; without it the site's own default counts. */
export function softness(fields: RawFields): { readonly soft?: true } {
  return isOn(fields, 'fastly-soft-purge') ? { soft: true } : {}
}
