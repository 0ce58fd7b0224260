import type { Unshareable } from '../lookup/lookup.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { currentAgeSeconds } from '../rfc9111/age.ts'
import { requestDirectives } from '../rfc9111/directives.ts'
import type { LifetimeSource, StoredResponse } from '../rfc9111/stored-response.ts'
import { answerHere } from './answer-here.ts'
import type { Core } from './core.ts'
import { plannedRequest } from './planned-request.ts'
import { reasonToPass } from './reason-to-pass.ts'

/** What would happen to a request in one thread, by the same steps that a request goes through. Plain data. */
export type Explanation =
  /** Answered here, without cache or origin. */
  | { readonly kind: 'local'; readonly reason: string }
  /** Sent to the origin without a look-up. */
  | { readonly kind: 'pass'; readonly reason: string; readonly rule: string | undefined }
  | LookedUp

export interface LookedUp {
  readonly kind: 'lookup'
  /** Name of the rule that decided; undefined for the top level of the configuration. */
  readonly rule: string | undefined
  readonly key: string
  readonly found:
    | { readonly kind: 'fresh' | 'grace'; readonly stored: StoredView }
    | { readonly kind: 'validate'; readonly stored: StoredView; readonly reason: string }
    | { readonly kind: 'partial'; readonly stored: StoredView }
    | { readonly kind: 'miss'; readonly reason: string }
  /** Stored under this key, for any values of the selecting fields. */
  readonly variants: number
  /** Field names that select among them. */
  readonly selecting: readonly string[]
  /** What was found out about this key lately, where its responses could not be shared. */
  readonly unshareable: Unshareable | undefined
  readonly onlyIfCached: boolean
}

/** A stored response for people. */
export interface StoredView {
  readonly status: number
  readonly ageSeconds: number
  readonly lifetimeSeconds: number
  /** Where the lifetime is from. */
  readonly lifetimeSource: LifetimeSource
  readonly invalidated: boolean
}

/** Looks, and changes nothing: no counter, no order of use, no request. */
export function explain(core: Core, request: ProxyRequest): Explanation {
  const answer = answerHere(request)
  if (answer !== undefined) return { kind: 'local', reason: answer.detail }
  const plan = core.plan(request)
  const reason = plan.kind === 'pass' ? (plan.reason ?? 'rule') : reasonToPass(request)
  if (reason !== undefined) return { kind: 'pass', reason, rule: plan.rule }
  const variants = core.memory.peek(plan.key) ?? []
  const names = variants.flatMap(({ selecting }) => selecting.map(({ name }) => name))
  return {
    kind: 'lookup',
    rule: plan.rule,
    key: plan.key,
    found: found(core, plannedRequest(request, plan), plan),
    variants: variants.length,
    selecting: [...new Set(names)],
    unshareable: core.lookup.unshareable(plan.key),
    onlyIfCached: requestDirectives(request.fields).onlyIfCached,
  }
}

function found(core: Core, request: ProxyRequest, plan: Plan): LookedUp['found'] {
  const reuse = core.lookup.peek(request, plan)
  if (reuse.kind === 'miss') return { kind: 'miss', reason: reuse.reason }
  const stored = viewOf(reuse.stored, core.clock.now())
  if (reuse.kind === 'validate') return { kind: 'validate', stored, reason: reuse.reason }
  return { kind: reuse.kind, stored }
}

export function viewOf(stored: StoredResponse, nowMs: number): StoredView {
  return {
    status: stored.status,
    ageSeconds: currentAgeSeconds(stored, nowMs),
    lifetimeSeconds: stored.lifetime.seconds,
    lifetimeSource: stored.lifetime.source,
    invalidated: stored.invalidated,
  }
}
