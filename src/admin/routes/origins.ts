import { z } from 'zod'
import type { MemberState } from '../../origin/member-state.ts'
import { AdminError } from '../admin-error.ts'
import { jsonRoute, type Route } from '../route.ts'
import { answersOf, noQuery, unanswered } from './common.ts'

const condition = z.enum(['up', 'slow-start', 'held-down', 'probed-sick', 'draining'])

const origin = z.strictObject({
  pool: z.string(),
  origin: z.string(),
  url: z.string(),
  condition: condition.describe('The worst that a thread sees'),
  reason: z.string().nullable().describe('What the condition follows from'),
  sinceMs: z.number(),
  threads: z.partialRecord(condition, z.int()).describe('How many threads see it so'),
  backup: z.boolean(),
  weight: z.number(),
  active: z.int(),
  waiting: z.int(),
  connections: z.int(),
  limit: z.number().describe('Requests that it may have at a time, all threads together'),
  latencyMs: z.number().nullable().describe('To the head of a response, a moving mean'),
  requests: z.number(),
  failures: z.number(),
  timeouts: z.number(),
  retries: z.number(),
  hedges: z.number(),
})

const WORST = ['draining', 'probed-sick', 'held-down', 'slow-start', 'up'] as const

const order = z.strictObject({ origin: z.string(), pool: z.string().optional() })
const done = z.strictObject({ origin: z.string(), threads: z.int().describe('That did it'), unanswered })

export const originsAnswer = z.strictObject({ origins: z.array(origin), unanswered })

export const originRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/api/origins',
    summary: 'The origins, their health and their load',
    query: noQuery,
    answer: originsAnswer,
    async handle({ threads }) {
      const gathered = await threads.ask('snapshot', undefined)
      const states = answersOf(gathered).flatMap(({ origins }) => origins)
      const byName = Map.groupBy(states, ({ pool, origin: name }) => JSON.stringify([pool, name]))
      return { origins: [...byName.values()].map(asOne), unanswered: [...gathered.failed] }
    },
  }),
  orderRoute('drain', 'Takes an origin out: it gets nothing new, and what is under way is finished'),
  orderRoute('enable', 'Gives an origin its share again'),
]

function orderRoute(name: 'drain' | 'enable', summary: string): Route {
  return jsonRoute({
    method: 'POST',
    path: `/api/origins/${name}`,
    summary,
    query: noQuery,
    body: order,
    answer: done,
    otherStatuses: { 404: 'There is no origin of this name' },
    async handle({ threads }, { body }) {
      const gathered = await threads.orderOrigin({ origin: body.origin, pool: body.pool, order: name })
      const found = answersOf(gathered).filter((one) => one.found).length
      if (found === 0 && gathered.failed.length === 0) throw new AdminError(404, `there is no origin "${body.origin}"`)
      return { origin: body.origin, threads: found, unanswered: [...gathered.failed] }
    },
  })
}

/** One origin as its threads see it; there is one at least. */
function asOne(states: readonly MemberState[]): z.infer<typeof origin> {
  const worst = [...states].sort((one, other) => WORST.indexOf(one.condition) - WORST.indexOf(other.condition))[0]!
  const sum = (of: (state: MemberState) => number): number => states.reduce((total, state) => total + of(state), 0)
  const known = states.flatMap(({ latencyMs }) => latencyMs ?? [])
  const threads: Partial<Record<MemberState['condition'], number>> = {}
  for (const { condition: seen } of states) threads[seen] = (threads[seen] ?? 0) + 1
  return {
    pool: worst.pool,
    origin: worst.origin,
    url: worst.url,
    condition: worst.condition,
    reason: worst.reason ?? null,
    sinceMs: worst.sinceMs,
    threads,
    backup: worst.backup,
    weight: worst.weight,
    active: sum(({ active }) => active),
    waiting: sum(({ waiting }) => waiting),
    connections: sum(({ connections }) => connections),
    limit: sum(({ limit }) => limit),
    latencyMs: known.length === 0 ? null : known.reduce((total, ms) => total + ms, 0) / known.length,
    requests: sum(({ counts }) => counts.requests),
    failures: sum(({ counts }) => counts.failures),
    timeouts: sum(({ counts }) => counts.timeouts),
    retries: sum(({ counts }) => counts.retries),
    hedges: sum(({ counts }) => counts.hedges),
  }
}
