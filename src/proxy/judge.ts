import { ProxyError } from '../errors.ts'
import type { Verdict } from '../forward/verdict.ts'
import { filterFields, hasField, type RawFields, withField } from '../http/fields.ts'
import type { OriginResponse } from '../origin/origin-client.ts'
import type { CachePolicy, Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { freshen, freshenFromHead, mayStayStored, selectForFreshening } from '../rfc9111/freshening.ts'
import { differsFor, unaccountedCookies } from '../rfc9111/litespeed.ts'
import { isSameStored, type StoredResponse } from '../rfc9111/stored-response.ts'
import { hasValidator } from '../rfc9111/validation.ts'
import { selectVariant } from '../rfc9111/vary.ts'
import { prepareStoring, type Refusal } from '../storing/prepare-storing.ts'
import { retagged } from '../storing/response-tags.ts'
import type { Asking } from './asking.ts'
import type { Core } from './core.ts'
import { judgeCompletion } from './judge-completion.ts'
import { keepStored, putBehind } from './keep-stored.ts'
import { coverFor } from './stale-on-error.ts'

/** What was asked, for which the origin now answers. */
export interface Asked {
  readonly core: Core
  readonly request: ProxyRequest
  readonly plan: Plan
  readonly asking: Asking
  /** The key was invalidated since: the answer is older than that, and changes nothing that is stored. */
  readonly doomed: boolean
}

/** What is to be done with a response, once its head is known. Stores nothing but what a 304 or a HEAD freshens. */
export function judge(asked: Asked, response: OriginResponse): Verdict {
  const { core, request, plan, asking } = asked
  const { status } = response
  if (status >= 500 && coverFor(core, request, plan) !== undefined) {
    return { kind: 'failed', error: originError(response), status }
  }
  if (
    asking.kind === 'completion' &&
    isForOthers(core, request, plan, response.fields, plan.forResponse(status, response.fields))
  )
    return { kind: 'refetch' }
  if (asking.kind === 'completion' && status < 500 && status !== 200) return judgeCompletion(asked, asking, response)
  if (status === 304) return judgeNotModified(asked, response)
  const policy = plan.forResponse(status, response.fields)
  if (request.method === 'HEAD' && asking.kind === 'validation') freshenByHead(asked, asking.stored, response, policy)
  return judgeStoring(asked, response, policy)
}

/** A HEAD tells whether the stored GET response is still that of the origin (RFC 9111 §4.3.5). */
function freshenByHead(
  { core, request, plan, doomed }: Asked,
  stored: StoredResponse,
  response: OriginResponse,
  policy: CachePolicy,
): void {
  if (doomed) return
  const { announcedLength } = response
  // The length is framing, so it is not among the fields; here it describes the stored response.
  const fields =
    announcedLength === undefined
      ? response.fields
      : withField(response.fields, 'Content-Length', String(announcedLength))
  const fresh = freshenFromHead(stored, { ...response, fields }, { requestFields: request.fields, policy })
  if (fresh !== stored) replace(core, plan, stored, mayStayStored(fresh) ? fresh : undefined)
}

function judgeStoring({ core, request, plan }: Asked, response: OriginResponse, policy: CachePolicy): Verdict {
  const prepared = prepareStoring({
    request,
    response,
    policy,
    cookies: plan.cookies,
    bodyBytesMax: core.settings.objectBytesMax,
  })
  if (prepared.kind === 'refused') {
    const { reason } = prepared
    if (lacksCookies(core, request, plan, response.fields, policy)) return { kind: 'refetch' }
    // Those who wait must not all ask an origin that is failing: they try once more in all, and are told.
    if (response.status >= 500) return { kind: 'deliver', reason, followersFail: originError(response) }
    rememberRefusal(core, plan, reason, response.status)
    return { kind: 'deliver', reason }
  }
  if (lacksCookies(core, request, plan, response.fields, policy)) return { kind: 'refetch' }
  core.lookup.rememberVary(plan.key, prepared.varyNames)
  const { head } = prepared
  const mayShare = (other: ProxyRequest): boolean => {
    if (head === undefined || selectVariant([head], other.fields) === undefined) return false
    const reuse = core.lookup.evaluate(other, plan, head)
    return reuse.kind === 'fresh' || reuse.kind === 'grace'
  }
  if (head !== undefined) {
    if (mayShare(withoutDemands(request))) core.lookup.rememberShareable(plan.key)
    else core.lookup.rememberUnshareable(plan.key, 'uncacheable')
  }
  return {
    kind: 'store',
    storeBytesMax: core.settings.objectBytesMax,
    mayShare,
    keep: (body) => {
      const stored = prepared.build(body)
      if (stored !== undefined) keepStored(core, plan, stored)
    },
  }
}

/**
 * Whether the origin says that its pages differ by a cookie that was withheld from it as noise: what it sent is not for who
 * asked, who is passed instead when looking again.
 */
function lacksCookies(
  core: Core,
  { fields: sentFields, receivedFields }: ProxyRequest,
  { key, cookies }: Plan,
  fields: RawFields,
  policy: CachePolicy,
): boolean {
  const names = unaccountedCookies(fields, policy, cookies)
  if (names === 'unknown' || names.length === 0) return false
  core.lookup.rememberVaryingCookies(key, names)
  if (receivedFields === undefined) return false
  return names.some((name) => cookies.hasOneOf(receivedFields, [name]) && !cookies.hasOneOf(sentFields, [name]))
}

/** Whether what is stored turns out, by the origin's newest word, not to be for who asked. */
function isForOthers(
  core: Core,
  { fields, receivedFields }: ProxyRequest,
  plan: Plan,
  newest: RawFields,
  policy: CachePolicy,
) {
  const names = unaccountedCookies(newest, policy, plan.cookies)
  if (names !== 'unknown' && names.length > 0) core.lookup.rememberVaryingCookies(plan.key, names)
  return differsFor(receivedFields ?? fields, names, plan.cookies)
}

/** The request as anybody could have made it: what one client demands of a cache says nothing about the key. */
function withoutDemands(request: ProxyRequest): ProxyRequest {
  if (!hasField(request.fields, 'cache-control') && !hasField(request.fields, 'pragma')) return request
  const fields = filterFields(request.fields, (name) => name !== 'cache-control' && name !== 'pragma')
  return { ...request, fields }
}

/** Our own condition was answered: what is stored is good again (RFC 9111 §4.3.3). */
function judgeNotModified({ core, request, plan, asking, doomed }: Asked, response: OriginResponse): Verdict {
  if (asking.kind !== 'validation' || !hasValidator(asking.stored.fields)) {
    const asked =
      asking.kind === 'client' &&
      (hasField(request.fields, 'if-none-match') || hasField(request.fields, 'if-modified-since'))
    return asked ? { kind: 'deliver', reason: 'not-modified' } : { kind: 'failed', error: unaskedNotModified(response) }
  }
  const { stored } = asking
  const chosen = selectForFreshening({
    candidates: doomed ? [stored] : (core.memory.peek(plan.key) ?? [stored]),
    requestFields: request.fields,
    responseFields: response.fields,
    validated: stored,
  })
  // About something that is not stored any more, or never was.
  if (!chosen.includes(stored)) return { kind: 'refetch' }
  let own = stored
  let kept = false
  for (const other of chosen) {
    const policy = plan.forResponse(other.status, other.fields)
    const freshened = freshen(other, response, { requestFields: request.fields, policy })
    const fresh = retagged(freshened, request, response.fields)
    if (isForOthers(core, request, plan, fresh.fields, policy)) {
      if (!doomed) replace(core, plan, other, undefined)
      return { kind: 'refetch' }
    }
    const successor = mayStayStored(fresh) ? fresh : undefined
    const replaced = !doomed && replace(core, plan, other, successor)
    if (other !== stored) continue
    own = fresh
    kept = replaced && successor !== undefined
    if (kept) putBehind(core, plan, fresh)
  }
  return { kind: 'updated', stored: own, kept }
}

/**
 * Puts `successor` in the place of what is stored; undefined removes it. What left the tier meanwhile stays away.
 *
 * @returns whether it was still there
 */
function replace(core: Core, plan: Plan, stored: StoredResponse, successor: StoredResponse | undefined): boolean {
  let found = false
  core.memory.update(plan.key, (other) => {
    if (!isSameStored(other, stored)) return other
    found = true
    return successor
  })
  return found
}

/** Statuses above 400 that are about the resource. All others may be about the one request that got them. */
const ABOUT_THE_RESOURCE = new Set([401, 403, 404, 405, 410, 414, 451])

/** Refusals by what a single request carried say nothing about the key; the others spare the next ones the waiting. */
function rememberRefusal(core: Core, plan: Plan, reason: Refusal, status: number): void {
  if (status >= 400 && !ABOUT_THE_RESOURCE.has(status)) return
  switch (reason) {
    case 'consent':
    case 'authorization':
    case 'deception':
      return core.lookup.rememberUnshareable(plan.key, 'credentials')
    case 'content-range':
    case 'litespeed-vary':
    case 'method':
    case 'request-no-store':
      return
    default:
      core.lookup.rememberUnshareable(plan.key, 'uncacheable')
  }
}

function originError({ origin, status }: OriginResponse): ProxyError {
  return new ProxyError('ORIGIN_ERROR', `The origin "${origin}" answered ${status}`, {
    source: 'origin',
    status: status === 503 || status === 504 ? status : 502,
    retryable: true,
  })
}

function unaskedNotModified({ origin }: OriginResponse): ProxyError {
  return new ProxyError('ORIGIN_BAD_RESPONSE', `The origin "${origin}" answered 304 to a request without a condition`, {
    source: 'origin',
    status: 502,
  })
}
