import { ProxyError, unreachable } from '../errors.ts'
import { readerOf } from '../policy/field-reader.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { ProxyResponse, RequestHandler } from '../request/proxy-response.ts'
import { requestDirectives } from '../rfc9111/directives.ts'
import { answerHere } from './answer-here.ts'
import { answerPurge } from './answer-purge.ts'
import { refreshLater } from './ask-origin.ts'
import { type Attempt, FIRST_ATTEMPT } from './attempt.ts'
import type { Core } from './core.ts'
import { fetchForCache } from './fetch-for-cache.ts'
import { passThrough } from './pass-through.ts'
import { plannedRequest } from './planned-request.ts'
import { reasonToPass } from './reason-to-pass.ts'

const ONLY_IF_CACHED = { status: 504, detail: 'only-if-cached' }

/** The life of one request, in order. Each step lives in the folder of its name. */
export function createRequestHandler(core: Core): RequestHandler {
  return (received) => {
    const request = withoutOwnCookies(core, received)
    try {
      const response = handleRequest(core, request)
      return response instanceof Promise ? response.catch((cause) => internalError(core, request, cause)) : response
    } catch (cause) {
      return internalError(core, request, cause)
    }
  }
}

/** Those of stickiness are for nobody but the pool. */
export function withoutOwnCookies({ ownCookies }: Core, request: ProxyRequest): ProxyRequest {
  const taken = ownCookies?.takeOut(request.fields)
  return taken === undefined ? request : { ...request, fields: taken.fields, ownCookies: taken.own }
}

function handleRequest(core: Core, request: ProxyRequest): ProxyResponse | Promise<ProxyResponse> {
  const purged = answerPurge(core, request, (page) => handleRequest(core, page))
  if (purged !== undefined) return purged
  const answer = answerHere(request)
  if (answer !== undefined) return core.responder.local(request, answer)

  const plan = core.plans.find(request)?.of(readerOf(request.fields)) ?? core.plan(request)
  const reason = plan.kind === 'pass' ? (plan.reason ?? 'rule') : reasonToPass(request)
  if (reason !== undefined) return passThrough(core, request, plan, reason)

  const planned = plannedRequest(request, plan)
  const { tiers } = core
  if (tiers?.isBehind(core.clock.now()) === true) {
    return tiers.caughtUp().then(() => serveFromCache(core, planned, plan, FIRST_ATTEMPT))
  }
  return serveFromCache(core, planned, plan, FIRST_ATTEMPT)
}

/** Lookup and what follows from it; comes back here when a request is released from a flight. */
export function serveFromCache(
  core: Core,
  request: ProxyRequest,
  plan: Plan,
  attempt: Attempt,
): ProxyResponse | Promise<ProxyResponse> {
  if (hasVaryingCookie(core, request, plan)) return passWithCookies(core, request, plan)
  const found = core.lookup.find(request, plan, attempt.found)
  switch (found.kind) {
    case 'fresh':
      return core.responder.stored(request, plan, found.stored, { outcome: 'hit', ...fromTier(attempt) })
    case 'grace':
      refreshLater(core, request, plan, found.stored)
      return core.responder.stored(request, plan, found.stored, { outcome: 'stale', detail: 'refreshing' })
    case 'validate':
    case 'partial':
    case 'miss':
      if (found.kind === 'miss' && found.reason === 'litespeed-vary') return passWithCookies(core, request, plan)
      // RFC 9111 §5.2.1.7: the client would rather have nothing than wait for the origin.
      if (requestDirectives(request.fields).onlyIfCached) return core.responder.local(request, ONLY_IF_CACHED)
      return fetchForCache({ core, request, plan, found, attempt, again: serveFromCache })
    default:
      return unreachable(found)
  }
}

/** What the origin is known to make of a cookie is not in memory, nor in any key. */
function hasVaryingCookie({ lookup }: Core, { fields, receivedFields }: ProxyRequest, { key, cookies }: Plan): boolean {
  const names = lookup.varyingCookies(key)
  return names !== undefined && cookies.hasOneOf(receivedFields ?? fields, names)
}

function passWithCookies(core: Core, request: ProxyRequest, plan: Plan): Promise<ProxyResponse> {
  const { receivedFields, ...planned } = request
  return passThrough(core, { ...planned, fields: receivedFields ?? request.fields }, plan, 'litespeed-vary')
}

/** A hit in a tier behind memory says which. */
function fromTier({ tier }: Attempt): { detail?: string } {
  return tier === undefined ? {} : { detail: tier }
}

/** The answer to what must not happen. */
export function internalError(core: Core, request: ProxyRequest, cause: unknown): ProxyResponse {
  const error = new ProxyError('INTERNAL', `Cannot handle ${request.method} ${request.target}`, {
    source: 'internal',
    status: 500,
    cause,
  })
  core.onFailure(error)
  return core.responder.failure(request, error)
}
