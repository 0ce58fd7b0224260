import { exactBuffer } from '../http/body.ts'
import type { RawFields } from '../http/fields.ts'
import type { ResponseDirectives } from './directives.ts'

/** Where a freshness lifetime came from: the word shown by logs and by `explain`. */
export const lifetimeSources = [
  'rule',
  's-maxage',
  'max-age',
  'x-accel-expires',
  'x-litespeed-cache-control',
  'x-reverse-proxy-ttl',
  'x-vc-ttl',
  'expires',
  'heuristic',
  'default',
  'none',
] as const

export type LifetimeSource = (typeof lifetimeSources)[number]

export interface FreshnessLifetime {
  readonly seconds: number
  readonly source: LifetimeSource
}

/** One selecting field of a stored response: its lower-case name and the normalised value that the request had. */
export interface SelectingField {
  readonly name: string
  /** undefined: the request did not have the field */
  readonly value: string | undefined
}

/** The part of the representation that a stored 206 holds (RFC 9110 §14.4): first and last byte, both included. */
export interface StoredRange {
  readonly first: number
  readonly last: number
  /** undefined: `*`, not known */
  readonly completeLength: number | undefined
}

/** What a tier keeps for one variant of one cache key. Immutable; freshening makes a new one. */
export interface StoredResponse {
  readonly requestMethod: string
  readonly status: number
  readonly reason: string
  /** End-to-end fields as received and allowed to be stored (RFC 9111 §3.1), in order. */
  readonly fields: RawFields
  /** The whole content, or the stored range of it. What is kept for long has it in memory of its own (`withOwnBody`). */
  readonly body: Buffer
  readonly requestTimeMs: number
  readonly responseTimeMs: number
  /** The Date field's value, or the time of receipt where it was missing or invalid (RFC 9110 §6.6.1). */
  readonly dateMs: number
  /** The Age field's value at receipt; 0 without one. */
  readonly ageFieldSeconds: number
  readonly lifetime: FreshnessLifetime
  /** The directives in force for this cache: of the first targeted field understood, else of Cache-Control. */
  readonly directives: ResponseDirectives
  readonly selecting: readonly SelectingField[]
  readonly range: StoredRange | undefined
  readonly tags: readonly string[]
  /** Set when invalidated softly: to be validated before reuse, whatever its freshness. */
  readonly invalidated: boolean
}

/**
 * Whether two stored responses are one and the same: a tier may make a new object each time it is asked for what it keeps. Of those
 * that came with the same bytes at the same moment it does not matter which is which.
 */
export function isSameStored(one: StoredResponse, other: StoredResponse): boolean {
  if (one === other) return true
  return (
    one.requestTimeMs === other.requestTimeMs &&
    one.responseTimeMs === other.responseTimeMs &&
    one.dateMs === other.dateMs &&
    one.status === other.status &&
    one.requestMethod === other.requestMethod &&
    one.invalidated === other.invalidated &&
    one.range?.first === other.range?.first &&
    one.range?.last === other.range?.last &&
    isSameList(one.fields, other.fields) &&
    isSameList(selectingTexts(one), selectingTexts(other)) &&
    one.body.equals(other.body)
  )
}

function selectingTexts({ selecting }: StoredResponse): readonly (string | undefined)[] {
  return selecting.flatMap(({ name, value }) => [name, value])
}

function isSameList(some: readonly (string | undefined)[], others: readonly (string | undefined)[]): boolean {
  return some.length === others.length && some.every((text, i) => text === others[i])
}

/** The same with its body in exactly its own memory: a small one may be part of something larger, which it would hold. */
export function withOwnBody(stored: StoredResponse): StoredResponse {
  const { body } = stored
  return body.buffer.byteLength === body.length ? stored : { ...stored, body: exactBuffer([body], body.length) }
}
