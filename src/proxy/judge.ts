import { ProxyError } from '../errors.ts'
import type { Verdict } from '../forward/flight.ts'
import type { UpstreamConditions } from '../forward/upstream-request.ts'
import { firstValue, hasField } from '../http/fields.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { CachePolicy, Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { freshen, freshenFromHead, mayStayStored, selectForFreshening } from '../rfc9111/freshening.ts'
import { mayServeStaleOnError } from '../rfc9111/stale.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { selectVariant } from '../rfc9111/vary.ts'
import { keep } from '../storing/keep.ts'
import { prepareStoring, type Refusal } from '../storing/prepare-storing.ts'
import type { Core } from './core.ts'

/** What was asked, for which the origin now answers. */
export interface Asked {
  readonly core: Core
  readonly request: ProxyRequest
  readonly plan: Plan
  /** What is to be validated, undefined when nothing was stored. */
  readonly stored: StoredResponse | undefined
  readonly conditions: UpstreamConditions
}

/** What is to be done with a response, once its head is known. Stores nothing but what a 304 freshens. */
export function judge(asked: Asked, response: OriginResponse): Verdict {
  const { core, plan, stored } = asked
  if (response.status === 304) return judgeNotModified(asked, response)
  const policy = plan.forResponse(response.status, firstValue(response.fields, 'content-type'))
  if (response.status >= 500 && stored !== undefined) {
    const graceSeconds = plan.forResponse(stored.status, firstValue(stored.fields, 'content-type')).graceSeconds
    if (mayServeStaleOnError(stored, { nowMs: core.clock.now(), graceSeconds })) {
      return { kind: 'failed', error: originError(response) }
    }
  }
  if (asked.request.method === 'HEAD' && stored !== undefined) freshenByHead(asked, stored, response, policy)
  return judgeStoring(asked, response, policy)
}

/** A HEAD tells whether the stored GET response is still that of the origin (RFC 9111 §4.3.5). */
function freshenByHead(
  { core, request, plan }: Asked,
  stored: StoredResponse,
  response: OriginResponse,
  policy: CachePolicy,
): void {
  const fresh = freshenFromHead(stored, response, { requestFields: request.fields, policy })
  if (fresh !== stored) replace(core, plan, stored, mayStayStored(fresh) ? fresh : undefined)
}

function judgeStoring({ core, request, plan }: Asked, response: OriginResponse, policy: CachePolicy): Verdict {
  const prepared = prepareStoring({ request, response, policy, bodyBytesMax: core.settings.objectBytesMax })
  if (prepared.kind === 'refused') {
    rememberRefusal(core, plan, prepared.reason)
    return { kind: 'deliver', reason: prepared.reason }
  }
  core.lookup.rememberVary(plan.key, prepared.varyNames)
  // A part cannot be built before its body; it is not shared either.
  const onArrival = response.status === 206 ? undefined : prepared.build(Buffer.alloc(0))
  const reusable = (other: ProxyRequest): boolean => {
    if (onArrival === undefined || selectVariant([onArrival], other.fields) === undefined) return false
    const reuse = core.lookup.evaluate(other, plan, onArrival)
    return reuse.kind === 'fresh' || reuse.kind === 'grace'
  }
  if (reusable(request)) core.lookup.rememberShareable(plan.key)
  else core.lookup.rememberUnshareable(plan.key, 'uncacheable')
  return {
    kind: 'store',
    storeBytesMax: core.settings.objectBytesMax,
    mayShare: reusable,
    keep: (body) => {
      const stored = prepared.build(body)
      if (stored !== undefined) keep(core.memory, plan.key, stored)
    },
  }
}

/** Our own condition was answered: what is stored is good again (RFC 9111 §4.3.3). */
function judgeNotModified({ core, request, plan, stored, conditions }: Asked, response: OriginResponse): Verdict {
  if (conditions === 'client') {
    const asked = hasField(request.fields, 'if-none-match') || hasField(request.fields, 'if-modified-since')
    return asked ? { kind: 'deliver', reason: 'not-modified' } : { kind: 'failed', error: unaskedNotModified(response) }
  }
  if (stored === undefined) return { kind: 'failed', error: unaskedNotModified(response) }
  const candidates = core.memory.peek(plan.key) ?? [stored]
  const chosen = selectForFreshening({
    candidates,
    requestFields: request.fields,
    responseFields: response.fields,
    validated: stored,
  })
  // About something that is not stored any more, or never was.
  if (!chosen.includes(stored)) return { kind: 'refetch' }
  let own = stored
  for (const other of chosen) {
    const policy = plan.forResponse(other.status, firstValue(other.fields, 'content-type'))
    const fresh = freshen(other, response, { requestFields: request.fields, policy })
    if (other === stored) own = fresh
    replace(core, plan, other, mayStayStored(fresh) ? fresh : undefined)
  }
  return { kind: 'freshened', stored: own }
}

/** Puts `successor` in the place of what is stored; undefined removes it. What left the tier meanwhile stays away. */
function replace(core: Core, plan: Plan, stored: StoredResponse, successor: StoredResponse | undefined): void {
  core.memory.update(plan.key, (other) => (other === stored ? successor : other))
}

/** Refusals by what a single request carried say nothing about the key; the others spare the next ones the waiting. */
function rememberRefusal(core: Core, plan: Plan, reason: Refusal): void {
  switch (reason) {
    case 'consent':
    case 'authorization':
      return core.lookup.rememberUnshareable(plan.key, 'credentials')
    case 'content-range':
    case 'method':
    case 'request-no-store':
      return
    default:
      core.lookup.rememberUnshareable(plan.key, 'uncacheable')
  }
}

function originError(response: OriginResponse): ProxyError {
  return new ProxyError('ORIGIN_ERROR', `The origin "${response.origin}" answered ${response.status}`, {
    source: 'origin',
    status: 502,
  })
}

function unaskedNotModified(response: OriginResponse): ProxyError {
  return new ProxyError(
    'ORIGIN_BAD_RESPONSE',
    `The origin "${response.origin}" answered 304 to a request without a condition`,
    {
      source: 'origin',
      status: 502,
    },
  )
}
