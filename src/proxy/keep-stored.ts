import type { Plan } from '../policy/plan.ts'
import { stalenessSeconds } from '../rfc9111/stale.ts'
import { type StoredResponse, withOwnBody } from '../rfc9111/stored-response.ts'
import { hasValidator } from '../rfc9111/validation.ts'
import { keep } from '../storing/keep.ts'
import type { Core } from './core.ts'

/** Puts a complete response into memory at once, and into the tiers behind it some time after. */
export function keepStored(core: Core, plan: Plan, stored: StoredResponse): void {
  keep(core.memory, plan.key, stored, core.clock.now())
  putBehind(core, plan, stored)
}

/** Into the tiers behind memory, for as long as it may be of use: while fresh, in its grace, and for validation. */
export function putBehind(core: Core, plan: Plan, stored: StoredResponse): void {
  // It waits there to be written.
  core.tiers?.put(plan.key, withOwnBody(stored), usefulSeconds(core, plan, stored))
}

/** For how long from now it may be of use. */
export function usefulSeconds(core: Core, plan: Plan, stored: StoredResponse): number {
  const policy = plan.forResponse(stored.status, stored.fields)
  const { staleIfErrorSeconds = 0, staleWhileRevalidateSeconds = 0 } = stored.directives
  const kept = hasValidator(stored.fields) ? policy.keepSeconds : 0
  const pastFreshness = Math.max(
    policy.graceSeconds,
    policy.refreshSeconds,
    kept,
    staleIfErrorSeconds,
    staleWhileRevalidateSeconds,
  )
  return pastFreshness - stalenessSeconds(stored, core.clock.now())
}
