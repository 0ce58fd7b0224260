import type { CacheSettings } from '../../src/config/config.ts'

/** `required`: the RFC says MUST. `optimal`: a cache may do otherwise, and a good one does not. */
export type CaseKind = 'required' | 'optimal'

/** How the response to a request was come by. */
export type Expected = 'cached' | 'not-cached' | 'etag-validated' | 'lm-validated'

/** One request to the proxy, and what the origin says where it is asked. */
export interface Step {
  /** Seconds that pass before it. */
  readonly after?: number
  readonly method?: string
  readonly target?: string
  /** `Name: value` lines. */
  readonly request?: readonly string[]
  /** Lines of the origin's response; `@+60` in a value is the date 60 seconds from then. */
  readonly response?: readonly string[]
  readonly status?: number
  /** Of the origin; `response 2` for the second step where none is given. */
  readonly body?: string
  /** The origin closes the connection instead. */
  readonly closes?: true
  /** An interim response before the final one. */
  readonly interim?: { readonly status: number; readonly fields: readonly string[] }
  readonly expect?: Expected
  readonly expectStatus?: number
  readonly expectBody?: string
  /** Lines that the client's response has, or with `!` before the name has not. */
  readonly expectFields?: readonly string[]
  /** Lines that the origin's request has. */
  readonly expectAsked?: readonly string[]
}

export interface ConformanceCase {
  readonly id: string
  readonly kind: CaseKind
  /** The sentence that it tests. */
  readonly what: string
  readonly steps: readonly Step[]
  readonly settings?: Partial<CacheSettings>
}

export interface CaseGroup {
  readonly title: string
  readonly section: string
  readonly cases: readonly ConformanceCase[]
}

export function required(id: string, what: string, ...steps: Step[]): ConformanceCase {
  return { id, kind: 'required', what, steps }
}

export function optimal(id: string, what: string, ...steps: Step[]): ConformanceCase {
  return { id, kind: 'optimal', what, steps }
}

/** Two equal requests: the second is answered from the cache, where the first response may be reused. */
export function isReused(...response: string[]): Step[] {
  return [{ response }, { response, expect: 'cached' }]
}

/** Two equal requests, both for the origin. */
export function isNotReused(...response: string[]): Step[] {
  return [{ response }, { response, expect: 'not-cached' }]
}
