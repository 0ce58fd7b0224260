import type { Clock } from '../clock.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { differsFor, unaccountedCookies } from '../rfc9111/litespeed.ts'
import { evaluateReuse, type MissReason, type Reuse } from '../rfc9111/reuse.ts'
import { stalenessSeconds } from '../rfc9111/stale.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { hasValidator } from '../rfc9111/validation.ts'
import { selectVariant, variantKey } from '../rfc9111/vary.ts'
import type { MemoryTier, Variants } from '../tiers/memory/memory-tier.ts'
import { RememberedKeys } from './remembered-keys.ts'

/** What was found out about a key whose responses could not be shared. */
export type Unshareable =
  /** Not storable, or not fresh for a moment: nobody is to wait for anybody. */
  | 'uncacheable'
  /** Only refused because the request carried credentials: others may share. */
  | 'credentials'

export interface LookupSettings {
  /** How long a key is remembered as uncacheable. */
  readonly rememberUncacheableMs: number
  readonly obeyRequestDirectives: boolean
}

/** How long a failing origin is not asked again for a key of which something stale can be served. */
const FAILING_MS = 1_000
/** How long the field names that a key varies by are remembered, to tell apart what may be asked together. */
const VARY_MS = 3_600_000

export type Found =
  | Exclude<Reuse, { kind: 'miss' }>
  | { readonly kind: 'miss'; readonly reason: 'uri-miss' | 'vary-miss' | MissReason }

/** From a request to what is stored for it, and what is known of its key. */
export class Lookup {
  readonly #clock: Clock
  readonly #memory: MemoryTier
  readonly #settings: LookupSettings
  readonly #unshareable: RememberedKeys<Unshareable>
  readonly #failing: RememberedKeys<true>
  readonly #vary: RememberedKeys<readonly string[]>
  readonly #cookies: RememberedKeys<readonly string[]>

  constructor(clock: Clock, memory: MemoryTier, settings: LookupSettings) {
    this.#clock = clock
    this.#memory = memory
    this.#settings = settings
    this.#unshareable = new RememberedKeys(clock)
    this.#failing = new RememberedKeys(clock)
    this.#vary = new RememberedKeys(clock)
    this.#cookies = new RememberedKeys(clock)
  }

  /** @param elsewhere what was just found for this request behind memory, which then is not looked into */
  find(request: ProxyRequest, plan: Plan, elsewhere?: StoredResponse): Found {
    if (elsewhere !== undefined) return this.#judge(request, plan, elsewhere)
    return this.#choose(request, plan, this.#memory.get(plan.key))
  }

  /** The same without counting, for a request that was looked up already. */
  peek(request: ProxyRequest, plan: Plan): Found {
    return this.#choose(request, plan, this.#memory.peek(plan.key))
  }

  #choose(request: ProxyRequest, plan: Plan, variants: Variants | undefined): Found {
    if (variants === undefined) return { kind: 'miss', reason: 'uri-miss' }
    const stored = selectVariant(variants, request.fields)
    if (stored === undefined) return { kind: 'miss', reason: 'vary-miss' }
    return this.#judge(request, plan, stored)
  }

  #judge(request: ProxyRequest, plan: Plan, stored: StoredResponse): Found {
    if (!this.#isRetained(plan, stored)) return { kind: 'miss', reason: 'uri-miss' }
    return this.evaluate(request, plan, stored)
  }

  /** Past its grace a stored response is only good for validation, and past `keep` for nothing. */
  #isRetained(plan: Plan, stored: StoredResponse): boolean {
    const { graceSeconds, refreshSeconds, keepSeconds } = plan.forResponse(stored.status, stored.fields)
    const { staleIfErrorSeconds = 0, staleWhileRevalidateSeconds = 0 } = stored.directives
    const servedSeconds = Math.max(graceSeconds, refreshSeconds, staleIfErrorSeconds, staleWhileRevalidateSeconds)
    const retainedSeconds = hasValidator(stored.fields) ? Math.max(servedSeconds, keepSeconds) : servedSeconds
    return stalenessSeconds(stored, this.#clock.now()) <= retainedSeconds
  }

  /** What may be done for this request with this stored response, now. */
  evaluate(request: ProxyRequest, plan: Plan, stored: StoredResponse): Reuse {
    const policy = plan.forResponse(stored.status, stored.fields)
    const unaccounted = unaccountedCookies(stored.fields, policy, plan.cookies)
    if (differsFor(request.receivedFields ?? request.fields, unaccounted, plan.cookies)) {
      return { kind: 'miss', reason: 'litespeed-vary' }
    }
    return evaluateReuse({
      stored,
      request,
      nowMs: this.#clock.now(),
      policy: { refreshSeconds: policy.refreshSeconds, obeyRequestDirectives: this.#settings.obeyRequestDirectives },
    })
  }

  /** Requests with the same flight key may be asked together: same key, same values of the fields it is known to vary by. */
  flightKey(request: ProxyRequest, plan: Plan): string {
    const names = this.#vary.get(plan.key)
    return names === undefined ? plan.key : `${plan.key}\n${variantKey(names, request.fields)}`
  }

  rememberVary(key: string, names: readonly string[]): void {
    if (names.length === 0) this.#vary.forget(key)
    else this.#vary.remember(key, names, VARY_MS)
  }

  /** Cookies by which the page differs, and which the origin has to see: those who have one of them are passed. */
  varyingCookies(key: string): readonly string[] | undefined {
    return this.#cookies.get(key)
  }

  rememberVaryingCookies(key: string, names: readonly string[]): void {
    this.#cookies.remember(key, names, VARY_MS)
  }

  unshareable(key: string): Unshareable | undefined {
    return this.#unshareable.get(key)
  }

  rememberUnshareable(key: string, why: Unshareable, nowMs?: number): void {
    this.#unshareable.remember(key, why, this.#settings.rememberUncacheableMs, nowMs)
  }

  rememberShareable(key: string): void {
    this.#unshareable.forget(key)
  }

  /** The origin failed for this key a moment ago. */
  failing(key: string): boolean {
    return this.#failing.get(key) === true
  }

  rememberFailing(key: string): void {
    this.#failing.remember(key, true, FAILING_MS)
  }
}
