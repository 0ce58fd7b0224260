import { z } from 'zod'
import { type LearnedExchange, mergedLearned } from '../../advise/learned.ts'
import { jsonRoute, type Route } from '../route.ts'
import { answersOf, noQuery, unanswered } from './common.ts'

const exchange = z.strictObject({
  timeMs: z.number(),
  method: z.string(),
  authority: z.string(),
  target: z.string().describe('Path and query; hashes stand for the values of parameters'),
  status: z.int(),
  bytes: z.number().describe('Of the body; 0 when it was cut'),
  cookies: z.array(z.string()).describe('Names of the cookies'),
  reason: z.string().describe('Why it was no hit; the word of `Cache-Status`'),
  lifetimeSeconds: z.number().nullable().describe('Freshness lifetime of what was stored; null when it was not stored'),
})

const learned = z.strictObject({
  sinceMs: z.number().describe('Since when all is there that was not left out by `sample`'),
  sample: z.int().describe('Of so many pages, one is remembered'),
  bytes: z.number().describe('Memory that the exchanges take, about'),
  bytesMax: z.number(),
  minutes: z.array(
    z.strictObject({
      minute: z.int().describe('Since the epoch'),
      requests: z.number(),
      hits: z.number(),
      originRequests: z.number().describe('Requests that the origins got: retries and refreshes too'),
    }),
  ),
  exchanges: z.array(exchange),
})

export const adviceAnswer = z.strictObject({
  learned: learned.nullable().describe('null where `learn` is off'),
  unanswered,
})

export const adviceRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/api/advice',
    summary: 'What `breakwater advise --live` reads: requests per minute, and the exchanges that were no hits',
    query: noQuery,
    answer: adviceAnswer,
    async handle({ threads }) {
      const gathered = await threads.ask('learned', undefined)
      const all = mergedLearned(answersOf(gathered).filter((one) => one !== undefined))
      return {
        learned:
          all === undefined ? null : { ...all, minutes: [...all.minutes], exchanges: all.exchanges.map(written) },
        unanswered: [...gathered.failed],
      }
    },
  }),
]

function written({ cookies, lifetimeSeconds, ...rest }: LearnedExchange): z.infer<typeof exchange> {
  return { ...rest, cookies: [...cookies], lifetimeSeconds: lifetimeSeconds ?? null }
}
