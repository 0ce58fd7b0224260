import { z } from 'zod'
import { BUCKETS, quantileMs } from '../../metrics/durations.ts'
import { OUTCOMES } from '../../metrics/outcomes.ts'
import { mergedPages } from '../../metrics/pages.ts'
import { SECONDS_KEPT, type Seconds, summedSeconds } from '../../metrics/seconds.ts'
import { summedHosts } from '../../metrics/traffic-counts.ts'
import { jsonRoute, type Route } from '../route.ts'
import { answersOf, noQuery, outcomeCounts, perOutcome, unanswered, wholeNumber } from './common.ts'

const milliseconds = z.number().nullable().describe('Milliseconds; null where nothing was answered')

const percentiles = { p50Ms: milliseconds, p90Ms: milliseconds, p99Ms: milliseconds }

const second = z.strictObject({
  second: z.int().describe('Seconds since the epoch'),
  outcomes: outcomeCounts,
  bytes: z.number(),
  ...percentiles,
})

const excess = z.number().describe('How much of the count may be too much')

export const trafficAnswer = z.strictObject({
  seconds: z.array(second),
  together: z.strictObject(percentiles).describe('Of all requests in these seconds'),
  unanswered,
})

export const pagesAnswer = z.strictObject({
  sinceMs: z.number().describe('Since when they count: five to ten minutes ago, or since the start'),
  traffic: z.array(
    z.strictObject({ url: z.string(), requests: z.number(), hits: z.number(), bytes: z.number(), excess }),
  ),
  misses: z.array(
    z.strictObject({ url: z.string(), misses: z.number(), reasons: z.record(z.string(), z.number()), excess }),
  ),
  slow: z.array(
    z.strictObject({
      url: z.string(),
      waitedMs: z.number().describe('Time that visitors waited because the origin was asked, together'),
      requests: z.number(),
      longestMs: z.number(),
      excess,
    }),
  ),
  unanswered,
})

export const trafficRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/api/traffic',
    summary: 'Requests, bytes and durations in each of the last seconds',
    query: z.strictObject({ seconds: wholeNumber({ min: 1, max: SECONDS_KEPT - 1, default: 60 }) }),
    answer: trafficAnswer,
    async handle({ threads }, { query }) {
      const gathered = await threads.ask('seconds', { count: query.seconds })
      const seconds = summedSeconds(answersOf(gathered))
      return {
        seconds: Array.from({ length: seconds.count }, (_, i) => secondOf(seconds, i)),
        together: percentilesOf(bucketsTogether(seconds)),
        unanswered: [...gathered.failed],
      }
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/hosts',
    summary: 'What was answered since the start, by host',
    query: noQuery,
    answer: z.strictObject({
      hosts: z.array(z.strictObject({ host: z.string(), outcomes: outcomeCounts, bytes: z.number() })),
      unanswered,
    }),
    async handle({ threads }) {
      const gathered = await threads.ask('hosts', undefined)
      const hosts = summedHosts(answersOf(gathered).flat())
      return {
        hosts: hosts.map(({ host, outcomes, bytes }) => ({ host, outcomes: perOutcome(outcomes), bytes })),
        unanswered: [...gathered.failed],
      }
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/pages',
    summary: 'Pages by traffic, by misses with their reasons, and by the time spent waiting for the origin',
    query: z.strictObject({ limit: wholeNumber({ min: 1, max: 500, default: 20 }) }),
    answer: pagesAnswer,
    async handle({ threads, clock }, { query: { limit } }) {
      // Each thread gives more than is asked for: what is in the middle of every list may lead when they are added up.
      const gathered = await threads.ask('pages', { limit: limit * 4 })
      const { sinceMs, traffic, misses, slow } = mergedPages(answersOf(gathered), limit)
      return {
        sinceMs: Number.isFinite(sinceMs) ? sinceMs : clock.now(),
        traffic: [...traffic],
        misses: misses.map((page) => ({ ...page, reasons: { ...page.reasons } })),
        slow: [...slow],
        unanswered: [...gathered.failed],
      }
    },
  }),
]

function secondOf({ first, outcomes, durations, bytes }: Seconds, i: number): z.infer<typeof second> {
  return {
    second: first + i,
    outcomes: perOutcome(outcomes.subarray(i * OUTCOMES.length, (i + 1) * OUTCOMES.length)),
    bytes: bytes[i] ?? 0,
    ...percentilesOf(durations.subarray(i * BUCKETS, (i + 1) * BUCKETS)),
  }
}

function percentilesOf(buckets: ArrayLike<number>) {
  return {
    p50Ms: quantileMs(buckets, 0.5) ?? null,
    p90Ms: quantileMs(buckets, 0.9) ?? null,
    p99Ms: quantileMs(buckets, 0.99) ?? null,
  }
}

function bucketsTogether({ durations }: Seconds): Float64Array {
  const sum = new Float64Array(BUCKETS)
  for (const [i, count] of durations.entries()) sum[i % BUCKETS]! += count
  return sum
}
