import { z } from 'zod'
import { summedMemory } from '../../control/site-counts.ts'
import { OUTCOMES } from '../../metrics/outcomes.ts'
import { processFacts } from '../../metrics/process-facts.ts'
import { summedTraffic, type TrafficCounts } from '../../metrics/traffic-counts.ts'
import { jsonRoute, type Route } from '../route.ts'
import { answersOf, noQuery, outcomeCounts, perOutcome, unanswered } from './common.ts'

export const statusAnswer = z.strictObject({
  version: z.string(),
  node: z.string(),
  startedMs: z.number().describe('Milliseconds since the epoch'),
  uptimeSeconds: z.number(),
  draining: z.boolean().describe('It was told to stop, and finishes what is under way'),
  listen: z.array(z.string()).describe('Where traffic is served'),
  threads: z.array(
    z.strictObject({
      thread: z.int(),
      utilization: z.number().describe('Part of the last one to two minutes in which it was busy'),
      eventLoopDelayMs: z.strictObject({ p50: z.number(), p99: z.number(), max: z.number() }),
      heapUsedBytes: z.number(),
      externalBytes: z.number(),
    }),
  ),
  requests: z.number(),
  outcomes: outcomeCounts,
  reasons: z.array(
    z.strictObject({
      outcome: z.enum(OUTCOMES),
      forward: z.string().nullable(),
      detail: z.string().nullable(),
      count: z.number(),
    }),
  ),
  hitRatio: z
    .number()
    .nullable()
    .describe('Part of the requests that got a stored response; null before the first one'),
  collapsed: z.number().describe('Requests that were answered by the upstream request of another'),
  responseBytes: z.number(),
  connections: z.int(),
  flights: z.int().describe('Upstream requests under way on behalf of the cache'),
  memory: z.strictObject({
    keys: z.int(),
    bytes: z.number(),
    bytesMax: z.number(),
    hits: z.number(),
    misses: z.number(),
    stored: z.number(),
    evicted: z.number(),
    refused: z.number(),
  }),
  process: z.strictObject({ cpuSeconds: z.number(), residentBytes: z.number() }),
  unanswered,
})

export const statusRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/api/status',
    summary: 'What runs, and what it did since its start',
    query: noQuery,
    answer: statusAnswer,
    async handle({ threads, version, clock, startedMs, addresses, isDraining }) {
      const [gathered, facts] = await Promise.all([threads.ask('snapshot', undefined), processFacts(version)])
      const snapshots = answersOf(gathered)
      const traffic = summedTraffic(snapshots.map((one) => one.traffic))
      const sum = (of: (one: (typeof snapshots)[number]) => number): number =>
        snapshots.reduce((total, one) => total + of(one), 0)
      const outcomes = outcomesOf(traffic)
      const requests = outcomes.reduce((total, count) => total + count, 0)
      return {
        version,
        node: facts.nodeVersion,
        startedMs,
        uptimeSeconds: Math.floor((clock.now() - startedMs) / 1000),
        draining: isDraining(),
        listen: [...addresses],
        threads: gathered.answers.map(({ thread, answer: { health } }) => ({
          thread,
          utilization: health.utilization,
          eventLoopDelayMs: health.eventLoopDelayMs,
          heapUsedBytes: health.heapUsedBytes,
          externalBytes: health.externalBytes,
        })),
        requests,
        outcomes: perOutcome(outcomes),
        reasons: traffic.reasons.map(({ outcome, forward = null, detail = null, count }) => ({
          outcome,
          forward,
          detail,
          count,
        })),
        hitRatio: requests === 0 ? null : ((outcomes[0] ?? 0) + (outcomes[1] ?? 0) + (outcomes[2] ?? 0)) / requests,
        collapsed: traffic.collapsed,
        responseBytes: traffic.responseBytes,
        connections: sum((one) => one.connections),
        flights: sum((one) => one.flights),
        memory: summedMemory(snapshots.map(({ memory }) => memory)),
        process: { cpuSeconds: facts.cpuSeconds, residentBytes: facts.residentBytes },
        unanswered: [...gathered.failed],
      }
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/configuration',
    summary: 'The configuration in force, defaults included and secrets left out',
    query: noQuery,
    answer: z.unknown(),
    handle: async ({ configuration }) => configuration(),
  }),
]

/** In the order of `OUTCOMES`. */
function outcomesOf({ reasons }: TrafficCounts): number[] {
  return OUTCOMES.map((outcome) => reasons.reduce((total, one) => total + (one.outcome === outcome ? one.count : 0), 0))
}
