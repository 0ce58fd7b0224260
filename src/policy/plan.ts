import type { CacheSettings } from '../config/config.ts'
import type { FieldChanges } from '../http/field-changes.ts'
import type { RawFields } from '../http/fields.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { KeyedLine } from './cache-key.ts'
import type { CookieHandling } from './cookies.ts'
import type { FieldReader } from './field-reader.ts'

export type { CookieHandling, FieldChanges }

/** What `Set-Cookie` of a response does to storing it: refuse, remove the field, or store it as it is. */
export type SetCookiePolicy = 'pass' | 'strip' | 'store'

/** The caching settings in force for one response, after the configuration's rules. */
export interface CachePolicy {
  /** Name of the rule they come from, undefined for the configuration's top level. */
  readonly rule: string | undefined
  /** false: a rule says that this response is not stored (`cache: pass`). */
  readonly store: boolean
  /** `freshness`: replaces whatever the origin says, except no-store and private. */
  readonly freshnessSeconds: number | undefined
  /** `defaultFreshness`: used where the origin gives no explicit lifetime. */
  readonly defaultFreshnessSeconds: number | undefined
  /** `grace`: how long past freshness a response may be served while the origin fails. */
  readonly graceSeconds: number
  /** `refresh`: how long past freshness it may be served while it is refreshed in the background. */
  readonly refreshSeconds: number
  /** `negative`: lifetime for 404 and 410 (5xx at most 1 s) without explicit freshness. */
  readonly negativeSeconds: number | undefined
  readonly setCookie: SetCookiePolicy
  /** `deceptionGuard`: pages at the addresses of static files are not stored where they may be one visitor's own. */
  readonly deceptionGuard: boolean
  /** How long past freshness a response with a validator is kept at all. */
  readonly keepSeconds: number
  /** `originFields`: fields of other caches that count. */
  readonly originFields: CacheSettings['originFields']
  readonly responseFields: FieldChanges
}

/** What is to happen with one request, before anything is looked up. */
export interface Plan {
  readonly kind: 'cache' | 'pass'
  /** For `pass`: the reason word (`method`, `rule`, `cookie`). */
  readonly reason: string | undefined
  /** Name of the rule that decided the request phase. */
  readonly rule: string | undefined
  /** Primary cache key (RFC 9111 §2): length-prefixed scheme, authority, target after key rules. */
  readonly key: string
  readonly requestFields: FieldChanges
  readonly cookies: CookieHandling
  /** A rule may have conditions on fields of the response. */
  readonly readsResponseFields: boolean
  /** The policy for a response with this status and these fields: the first rule whose conditions all match. */
  forResponse(status: number, fields: RawFields): CachePolicy
}

/** What of a request is decided before its fields are looked at. */
export interface PlannedLine extends KeyedLine {
  readonly method: string
}

/** What is left to be decided by the fields of requests with one line; good for all of them. */
export interface LinePlan {
  /** Whether all requests with this line have the same plan, whatever their fields say. */
  readonly isForAll: boolean
  readonly line: PlannedLine
  /** The plan, mostly the same object for the same decision. Asks for those fields alone that decide something. */
  of(fieldOf: FieldReader): Plan
}

export interface Planner {
  (request: ProxyRequest): Plan
  forLine(line: PlannedLine): LinePlan
}
