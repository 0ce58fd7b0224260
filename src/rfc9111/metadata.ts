import { parseHttpDate } from '../http/date.ts'
import { allValues, firstValue, type RawFields } from '../http/fields.ts'
import { parseAge } from './age.ts'
import type { ResponseDirectives } from './directives.ts'
import { type FreshnessPolicy, freshnessLifetime } from './freshness.ts'
import type { FreshnessLifetime } from './stored-response.ts'
import { type EffectiveDirectives, effectiveDirectives } from './targeted.ts'

/** What the header section of a response says to this cache; computed once, stored with the response. */
export interface ResponseMetadata {
  /** The Date field's value, or the time of receipt where it is missing or invalid (RFC 9110 §6.6.1). */
  readonly dateMs: number
  readonly ageFieldSeconds: number
  readonly directives: ResponseDirectives
  readonly lifetime: FreshnessLifetime
}

export interface MetadataInput {
  readonly status: number
  readonly fields: RawFields
  readonly responseTimeMs: number
  readonly policy: FreshnessPolicy
  /** Absent: read from the fields. */
  readonly effective?: EffectiveDirectives
}

/** Reads times, directives and freshness lifetime of a response. */
export function responseMetadata(input: MetadataInput): ResponseMetadata {
  const { status, fields, responseTimeMs, policy } = input
  const effective = input.effective ?? effectiveDirectives(fields, responseTimeMs, policy.originFields)
  const date = firstValue(fields, 'date')
  const dateMs = (date === undefined ? undefined : parseHttpDate(date, responseTimeMs)) ?? responseTimeMs
  const { directives, from, plainLifetime } = effective
  const lifetime = freshnessLifetime({ status, fields, directives, from, plainLifetime, dateMs, policy })
  return {
    dateMs,
    ageFieldSeconds: parseAge(allValues(fields, 'age')),
    // A rule's lifetime replaces what the origin says of reuse; no-store and private stay.
    directives: lifetime.source === 'rule' && directives.noCache ? { ...directives, noCache: false } : directives,
    lifetime,
  }
}
