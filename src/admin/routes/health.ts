import { z } from 'zod'
import { processFacts } from '../../metrics/process-facts.ts'
import { prometheusText } from '../../metrics/prometheus.ts'
import type { AdminParts } from '../admin-parts.ts'
import { jsonRoute, type Route, textRoute, WithStatus } from '../route.ts'
import { noQuery } from './common.ts'

/** How long a thread may take before it counts as not ready. */
const READY_MS = 1_000

const readiness = z.strictObject({ ready: z.boolean(), reason: z.string() })

export const healthRoutes: readonly Route[] = [
  textRoute({
    path: '/metrics',
    summary: 'All metrics in the text format of Prometheus',
    query: noQuery,
    answerType: 'text/plain',
    async handle({ threads, version }) {
      const [{ answers, failed }, process] = await Promise.all([
        threads.ask('snapshot', undefined),
        processFacts(version),
      ])
      const snapshots = answers.map(({ thread, answer }) => ({ thread, snapshot: answer }))
      return prometheusText({ process, threads: snapshots, unanswered: failed.length })
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the process lives: to be restarted when it does not answer',
    admission: 'anyone',
    query: noQuery,
    answer: z.strictObject({ alive: z.literal(true) }),
    handle: async () => ({ alive: true as const }),
  }),
  jsonRoute({
    method: 'GET',
    path: '/readyz',
    summary: 'Whether it is of use to send requests here',
    admission: 'anyone',
    query: noQuery,
    answer: readiness,
    otherStatuses: { 503: 'Not ready: draining, no thread answers, or no origin and nothing stored' },
    async handle(parts) {
      const state = await readinessOf(parts)
      return state.ready ? state : new WithStatus(503, state)
    },
  }),
]

async function readinessOf({ threads, isDraining }: AdminParts): Promise<z.infer<typeof readiness>> {
  if (isDraining()) return { ready: false, reason: 'draining' }
  const { answers } = await threads.ask('snapshot', undefined, { withinMs: READY_MS })
  if (answers.length === 0) return { ready: false, reason: 'no thread answers' }
  if (answers.some(({ answer }) => !answer.isSick)) return { ready: true, reason: 'an origin may be asked' }
  const hasStored = answers.some(({ answer }) => answer.memory.keys > 0)
  return hasStored
    ? { ready: true, reason: 'no origin may be asked, but pages are stored that may be served stale' }
    : { ready: false, reason: 'no origin may be asked, and nothing is stored' }
}
