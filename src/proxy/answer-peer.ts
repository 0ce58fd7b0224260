import { unreachable } from '../errors.ts'
import type { FlightOutcome } from '../forward/verdict.ts'
import type { Plan } from '../policy/plan.ts'
import type { ProxyRequest } from '../request/proxy-request.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import { FlightErrand, refreshLater } from './ask-origin.ts'
import { askingFor } from './asking.ts'
import { type Attempt, FIRST_ATTEMPT, nextAttempt } from './attempt.ts'
import type { Core } from './core.ts'
import type { PeerQuestion, PeerReply } from './peers.ts'
import { coverFor } from './stale-on-error.ts'

interface Answering {
  readonly core: Core
  readonly question: PeerQuestion<ProxyRequest>
  readonly plan: Plan
  readonly reply: PeerReply
  readonly attempt: Attempt
}

/** Finds or fetches for another thread what this one owns: together with this thread's own clients and the other threads. */
export function answerPeer(core: Core, question: PeerQuestion<ProxyRequest>, reply: PeerReply): void {
  if (core.tiers?.isBehind(core.clock.now()) === true) {
    return void core.tiers.caughtUp().then(() => answerPeer(core, question, reply))
  }
  answer({ core, question, plan: core.plan(question.request), reply, attempt: FIRST_ATTEMPT })
}

function answer(answering: Answering): void {
  const { core, question, plan, reply, attempt } = answering
  const { request } = question
  const found = core.lookup.find(request, plan)
  if (found.kind === 'fresh') return reply.stored(found.stored)
  if (core.lookup.unshareable(plan.key) !== undefined) return reply.released()
  if (found.kind === 'grace' && isNews(question, found.stored)) {
    refreshLater(core, request, plan, found.stored)
    return reply.stored(found.stored)
  }
  const lacking =
    found.kind === 'grace' ? ({ kind: 'validate', stored: found.stored, reason: 'stale' } as const) : found
  const keys = { flightKey: core.lookup.flightKey(request, plan), cacheKey: plan.key }
  const joined = core.flights.join(keys.flightKey, request)
  const asking = askingFor(lacking, request, attempt)
  const whom = attempt.number === 0 ? 'others' : 'origin'
  const errand = new FlightErrand({ core, request, plan, asking, whom, priority: 'client' })
  const outcome = joined ?? core.flights.lead(keys, request, errand)
  void outcome.then((settled) => pass(answering, settled))
}

function pass(answering: Answering, outcome: FlightOutcome): void {
  const { core, question, plan, reply, attempt } = answering
  switch (outcome.kind) {
    case 'response':
      return reply.respond(outcome.response, outcome.body)
    case 'updated':
      return outcome.kept ? reply.stored(outcome.stored) : reply.released()
    case 'released':
      // A tier or another box had it: now it is in memory here.
      if (outcome.reason !== 'found' || attempt.number > 0) return reply.released()
      return answer({ ...answering, attempt: nextAttempt(attempt, { coalesce: true }) })
    case 'failed': {
      const cover = coverFor(core, question.request, plan)
      return reply.failed(outcome.error, cover !== undefined && isNews(question, cover) ? cover : undefined)
    }
    default:
      return unreachable(outcome)
  }
}

function isNews({ heldResponseTimeMs = 0 }: PeerQuestion<unknown>, { responseTimeMs }: StoredResponse): boolean {
  return responseTimeMs > heldResponseTimeMs
}
