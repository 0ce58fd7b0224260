import { unreachable } from '../errors.ts'
import type { FlightOutcome } from '../forward/verdict.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import { FlightErrand } from './ask-origin.ts'
import { askingFor } from './asking.ts'
import { FIRST_ATTEMPT } from './attempt.ts'
import type { Core } from './core.ts'
import type { PeerReply } from './peers.ts'

/** Finds or fetches for another thread what this one owns: together with this thread's own clients and the other threads. */
export function answerPeer(core: Core, request: ProxyRequest, reply: PeerReply): void {
  if (core.tiers?.isBehind(core.clock.now()) === true) {
    return void core.tiers.caughtUp().then(() => answerPeer(core, request, reply))
  }
  const plan = core.plan(request)
  const found = core.lookup.find(request, plan)
  if (found.kind === 'fresh') return reply.stored(found.stored)
  if (core.lookup.unshareable(plan.key) !== undefined) return reply.released()
  // What may be served stale meanwhile the other thread decides for itself; it asks for something better.
  const lacking =
    found.kind === 'grace' ? ({ kind: 'validate', stored: found.stored, reason: 'stale' } as const) : found
  const keys = { flightKey: core.lookup.flightKey(request, plan), cacheKey: plan.key }
  const joined = core.flights.join(keys.flightKey, request)
  const asking = askingFor(lacking, request, FIRST_ATTEMPT)
  const errand = new FlightErrand({ core, request, plan, asking, whom: 'others', priority: 'client' })
  const outcome = joined ?? core.flights.lead(keys, request, errand)
  void outcome.then((settled) => pass(settled, reply))
}

function pass(outcome: FlightOutcome, reply: PeerReply): void {
  switch (outcome.kind) {
    case 'response':
      return reply.respond(outcome.response, outcome.body)
    case 'updated':
      return outcome.kept ? reply.stored(outcome.stored) : reply.released()
    case 'released':
      return reply.released()
    case 'failed':
      return reply.failed(outcome.error)
    default:
      return unreachable(outcome)
  }
}
