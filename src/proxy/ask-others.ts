import type { FlightHandler } from '../forward/flight-purpose.ts'
import { hasField } from '../http/fields.ts'
import type { StoredResponse } from '../rfc9111/stored-response.ts'
import type { RemoteTiers } from '../tiers/remote-tiers.ts'
import { takeTurn } from '../tiers/take-turn.ts'
import type { Errand } from './ask-origin.ts'
import { usefulSeconds } from './keep-stored.ts'

/** For one upstream request: who may have its answer already, and what is to be done otherwise. */
export interface Question extends Pick<Errand, 'core' | 'request' | 'plan' | 'asking'> {
  readonly handler: FlightHandler
  toOrigin(): void
  /** Called with what has to be told that this box is done fetching. */
  onTurn(done: () => void): void
}

/** As long as others wait for a box that died while it was fetching, and the most that a client waits for one that lives. */
const LEASE_MS = 2_000
const WAIT_MS = 10_000

/**
 * Asks those that may have the answer, before the origin: the thread that owns the key, which asks on for all threads; the tiers
 * behind memory; and a box that is just fetching it. Whatever goes wrong there ends at the origin.
 */
export function askOthers(question: Question): void {
  const { core, request, plan, asking, handler } = question
  const heldResponseTimeMs = asking.kind === 'validation' ? asking.stored.responseTimeMs : undefined
  const asked = core.peers?.ask(
    plan.key,
    { request, heldResponseTimeMs },
    {
      onInterim: (status, fields) => handler.onInterim(status, fields),
      onResponse: (response) => handler.onResponse(response),
      onError: (error, cover) => handler.onError(error, cover),
      onStored: (stored) => handler.onStored(stored, undefined),
      onReleased: () => question.toOrigin(),
    },
  )
  if (asked !== undefined) return
  if (core.tiers === undefined) return question.toOrigin()
  askTiers(question, core.tiers).catch((cause: unknown) => {
    core.onFault(cause)
    question.toOrigin()
  })
}

async function askTiers(question: Question, tiers: RemoteTiers): Promise<void> {
  const { core, request, plan, handler } = question
  const patience = tiers.patience()
  const found = await tiers.find(plan.key, request.fields, patience)
  if (found !== undefined && isNews(question, found.stored)) {
    found.promote(usefulSeconds(core, plan, found.stored))
    return handler.onStored(found.stored, found.tier)
  }
  const { turns } = tiers
  if (turns === undefined || !mayWait(question)) return question.toOrigin()
  const turn = await takeTurn(turns, {
    clock: core.clock,
    key: plan.key,
    requestFields: request.fields,
    patience,
    leaseMs: LEASE_MS,
    waitMs: WAIT_MS,
    isUsable: (stored) => isNews(question, stored) && isReusable(question, stored),
  })
  if (turn.kind === 'stored') return handler.onStored(turn.stored, turns.name)
  question.onTurn(turn.done)
  question.toOrigin()
}

/** Whether it is more than this box has: to be reused, validated or served in grace like what was in memory. */
function isNews({ asking }: Question, stored: StoredResponse): boolean {
  return asking.kind !== 'validation' || stored.responseTimeMs > asking.stored.responseTimeMs
}

function isReusable({ core, request, plan }: Question, stored: StoredResponse): boolean {
  const { kind } = core.lookup.evaluate(request, plan, stored)
  return kind === 'fresh' || kind === 'grace'
}

/** Boxes wait for each other only where threads would: not for what is known not to be shared, nor with credentials. */
function mayWait({ core, request, plan }: Question): boolean {
  if (!core.settings.coalescing || core.lookup.unshareable(plan.key) !== undefined) return false
  return !hasField(request.fields, 'authorization')
}
