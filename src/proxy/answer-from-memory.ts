import type { RawFields } from '../http/fields.ts'
import { isPurge } from '../invalidate/read-purge.ts'
import type { LinePlan, Plan } from '../policy/plan.ts'
import type { OwnCookies } from '../request/own-cookies.ts'
import type { Exchange, ProxyRequest } from '../request/proxy-request.ts'
import { AT_ONCE_BODY_BYTES_MAX, PreparedResponse } from '../respond/prepared-response.ts'
import { currentAgeSeconds } from '../rfc9111/age.ts'
import { requestDirectives } from '../rfc9111/directives.ts'
import { unaccountedCookies } from '../rfc9111/litespeed.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { Variants } from '../tiers/memory/memory-tier.ts'
import type { Core } from './core.ts'
import { MissAtOnce } from './miss-at-once.ts'
import { PassByPlan, PassOfUncacheable } from './pass-at-once.ts'
import { PassByTemplate } from './pass-by-template.ts'
import { type RememberedHit, RememberedHits } from './remembered-hits.ts'
import type { ShortWay } from './short-way.ts'

/**
 * A plain GET or HEAD that a lane would like answered at once. It is what its `ProxyRequest` would be, but with its fields
 * asked for by name, as most are never looked at. The lane makes none of a request with a body, `Authorization`, `Range`,
 * `If-Range`, `If-Match`, `If-Unmodified-Since` or a `Connection` that names fields.
 */
export interface MemoryRequest {
  readonly method: 'GET' | 'HEAD'
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  /** `Cache-Control`, `Pragma`, `If-None-Match`, `If-Modified-Since`, as far as they are there. */
  readonly decisive: RawFields
  /** Whether a short way is of use, too; without it only a hit is. */
  readonly takesShortWay: boolean
  /** Whether `field` can say what the request has under this name. */
  knows(name: string): boolean
  /** The value of an end-to-end field, undefined without it. */
  field(name: string): string | undefined
}

/**
 * Answers from memory in the same turn, or says that the request is to be sent to the origin for itself alone; or undefined: then it
 * goes the general way, which finds the same or more.
 */
export type AnswerFromMemory = (request: MemoryRequest) => PreparedResponse | ShortWay | undefined

/** Bytes that prepared responses may take, beside the memory tier's own. */
const PREPARED_BYTES_MAX = 32 * 1024 * 1024
/** Longer ones are looked at each time. */
const SELECTION_LENGTH_MAX = 512

/**
 * The short way of a hit: by the same steps as `createRequestHandler`, in the same order, over the few fields that they
 * read. What they make is remembered for the second in which it stays the same.
 */
export function createMemoryAnswers(core: Core): AnswerFromMemory {
  const { plans } = core
  const hits = new RememberedHits(PREPARED_BYTES_MAX)

  return (received) => {
    const request = core.ownCookies === undefined ? received : withoutOwnCookies(core.ownCookies, received)
    if (request === undefined) return undefined
    // It may be somebody who purges.
    if (core.purging?.refreshByNoCache === true && requestDirectives(request.decisive).noCache) return undefined
    // After this process stood still the general way waits until it is known what was invalidated meanwhile.
    if (core.tiers?.isBehind(core.clock.now()) === true) return undefined
    const planned = plans.get(request)
    const linePlan = planned ?? core.plan.forLine(request)
    plans.hold(linePlan)
    const plan = planOf(linePlan, request)
    if (plan === undefined) return undefined
    if (plan.kind === 'pass') return shortWayOfPass(core, request, plan)
    const variants = core.memory.peek(plan.key)
    if (planned === undefined && isAskedForAgain(core, plan, variants)) plans.set(request, linePlan)
    if (variants === undefined) return shortWayToOrigin(core, request, plan)

    const known = hits.of(variants) ?? (core.memory.isUnpacked(plan.key) ? hits.begin(variants) : undefined)
    if (known === undefined) return findHit(core, request, plan, variants)?.prepared
    const selection = selectionOf(request, known.names)
    const before = selection === undefined ? undefined : known.get(selection)
    if (before !== undefined && suits(before, plan, core.clock.now())) {
      core.memory.countHit()
      return before.prepared
    }
    const hit = findHit(core, request, plan, variants)
    if (hit !== undefined && selection !== undefined) hits.remember(known, selection, hit, core.clock.now())
    return hit?.prepared
  }
}

/**
 * Lines of misses are seldom asked for again soon, and those of pages that memory does not keep ready, but those of what cannot be
 * stored: plans kept in vain are garbage of the dear kind.
 */
function isAskedForAgain({ lookup, memory }: Core, { key }: Plan, variants: Variants | undefined): boolean {
  return variants === undefined ? lookup.unshareable(key) === 'uncacheable' : memory.isUnpacked(key)
}

/** For a request that is not looked up; undefined where it is more than that. */
function shortWayOfPass(core: Core, request: MemoryRequest, plan: Plan): ShortWay | undefined {
  return request.takesShortWay && !isPurgeByPath(core, request) ? new PassByPlan(core, plan) : undefined
}

/** For a request that nothing is stored for; undefined where more has to be looked at. */
function shortWayToOrigin(core: Core, request: MemoryRequest, plan: Plan): ShortWay | undefined {
  const { lookup, peers, tiers } = core
  if (!request.takesShortWay) return undefined
  if (lookup.varyingCookies(plan.key) !== undefined || isPurgeByPath(core, request)) return undefined
  if (requestDirectives(request.decisive).onlyIfCached) return undefined
  const isUncacheable = lookup.unshareable(plan.key) === 'uncacheable'
  // What nobody is to wait for is asked of the origin alone, which a box or a thread beside others does on the general way.
  if (isUncacheable && (peers !== undefined || tiers !== undefined)) return undefined
  core.memory.countMiss()
  if (!isUncacheable) return new MissAtOnce(core, plan)
  const isAsUsual = request.method === 'GET' && request.decisive.length === 0
  const templates = isAsUsual ? core.templates.of(plan.key) : undefined
  if (templates === undefined || templates.areInVain) return new PassOfUncacheable(core, plan)
  return new PassByTemplate(core, plan, templates)
}

function isPurgeByPath({ purging }: Core, request: MemoryRequest): boolean {
  return purging !== undefined && isPurge(request, purging.paths)
}

/** @returns undefined when it cannot be told whether some are ours */
function withoutOwnCookies(own: OwnCookies, request: MemoryRequest): MemoryRequest | undefined {
  if (!request.knows('cookie')) return undefined
  const cookie = request.field('cookie')
  const taken = cookie === undefined ? undefined : own.takeOut(['cookie', cookie])
  if (taken === undefined) return request
  const { method, scheme, authority, target, decisive, takesShortWay } = request
  return {
    ...{ method, scheme, authority, target, decisive, takesShortWay },
    knows: (name) => request.knows(name),
    field: (name) => (name === 'cookie' ? taken.fields[1] : request.field(name)),
  }
}

const NOTHING = (): undefined => undefined

/** The plan, or undefined where a field decides about it that is not known here. */
function planOf(linePlan: LinePlan, request: MemoryRequest): Plan | undefined {
  return linePlan.isForAll ? linePlan.of(NOTHING) : planByFields(linePlan, request)
}

function planByFields(linePlan: LinePlan, request: MemoryRequest): Plan | undefined {
  let isKnown = true
  const plan = linePlan.of((name) => {
    if (request.knows(name)) return request.field(name)
    isKnown = false
    return undefined
  })
  return isKnown ? plan : undefined
}

/** The same steps as for every request; undefined for all that is not a fresh hit. */
function findHit(core: Core, request: MemoryRequest, plan: Plan, variants: Variants): RememberedHit | undefined {
  const fields = fieldsRead(request, variants)
  if (fields === undefined) return undefined
  const probe = new Probe(request, plan.cookies.withoutNoise(fields))
  const found = core.lookup.peek(probe, plan)
  if (found.kind !== 'fresh' || found.stored.range !== undefined) return undefined
  const { stored } = found
  const policy = plan.forResponse(stored.status, stored.fields)
  // The general way looks at the cookies of the request, which are not known here.
  const unaccounted = unaccountedCookies(stored.fields, policy, plan.cookies)
  if (unaccounted === 'unknown' || unaccounted.length > 0) return undefined
  const ageSeconds = currentAgeSeconds(stored, core.clock.now())
  const response = core.responder.stored(probe, plan, stored, { outcome: 'hit' })
  if (response.body !== undefined && stored.body.length > AT_ONCE_BODY_BYTES_MAX) return undefined
  // Counts the hit, and makes the key recently used.
  core.memory.get(plan.key)
  return { plan, stored, ageSeconds, prepared: new PreparedResponse(response) }
}

/** Whether what was found for a like request still is what would be found. */
function suits(hit: RememberedHit, plan: Plan, nowMs: number): boolean {
  if (hit.ageSeconds !== currentAgeSeconds(hit.stored, nowMs)) return false
  return hit.plan === plan || isLikePlan(hit.plan, plan, hit.stored)
}

/** Plans with the same key that mean the same for what is stored, as those of two targets with and without noise in them. */
function isLikePlan(one: Plan, other: Plan, { status, fields }: StoredResponse): boolean {
  return one.rule === other.rule && one.forResponse(status, fields) === other.forResponse(status, fields)
}

/** One string for all of the request that decides about a hit; undefined where it cannot be told. */
function selectionOf(request: MemoryRequest, names: readonly string[]): string | undefined {
  let selection: string = request.method
  for (const name of names) {
    if (!request.knows(name)) return undefined
    const value = request.field(name)
    // Nothing that a client can send as a value is like the want of one.
    selection += value === undefined ? '\n-' : `\n=${value}`
  }
  for (const text of request.decisive) selection += `\n${text}`
  return selection.length > SELECTION_LENGTH_MAX ? undefined : selection
}

/** A request without an exchange: nothing of a hit is ever told to it. */
const NO_EXCHANGE: Exchange = { interim: () => {}, onGone: () => {} }
const NO_FIELDS: RawFields = []

/** Those fields alone that reuse and these variants' selection read; undefined when that cannot be told. */
function fieldsRead(request: MemoryRequest, variants: Variants): RawFields | undefined {
  let fields = request.decisive
  for (const { selecting } of variants) {
    for (const { name } of selecting) {
      if (!request.knows(name)) return undefined
      const value = request.field(name)
      if (value !== undefined && !fields.includes(name)) fields = [...fields, name, value]
    }
  }
  return fields
}

/** The request as the steps want it, with the fields that they read. */
class Probe implements ProxyRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  readonly fields: RawFields
  readonly version = '1.1'
  readonly forwarding = NO_FIELDS
  readonly isForwarded = false
  readonly clientAddress = ''
  readonly peerAddress = ''
  readonly receivedMs = 0
  readonly body = undefined
  readonly expectsContinue = false
  readonly acceptsTrailers = false
  readonly upgrade = undefined
  readonly exchange = NO_EXCHANGE

  constructor({ method, scheme, authority, target }: MemoryRequest, fields: RawFields) {
    this.method = method
    this.scheme = scheme
    this.authority = authority
    this.target = target
    this.fields = fields
  }
}
