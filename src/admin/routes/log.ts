import { z } from 'zod'
import type { LogLevel } from '../../config/config.ts'
import type { Gathered } from '../../control/threads.ts'
import { jsonRoute, type Route } from '../route.ts'
import { answersOf, noQuery, unanswered, wholeNumber } from './common.ts'

const level = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])

const problem = z.strictObject({
  thread: z.int().nullable().describe('null for the main thread'),
  time: z.string(),
  level: z.enum(['warn', 'error', 'fatal']),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
})

export const logRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/api/problems',
    summary: 'Warnings and worse that were logged lately, the latest first',
    query: z.strictObject({ limit: wholeNumber({ min: 1, max: 500, default: 50 }) }),
    answer: z.strictObject({ problems: z.array(problem), unanswered }),
    async handle({ threads, mainLog }, { query }) {
      const { answers, failed } = await threads.ask('problems', undefined)
      const all = [
        ...(mainLog?.problems() ?? []).map((one) => ({ thread: null, ...one })),
        ...answers.flatMap(({ thread, answer }) => answer.map((one) => ({ thread, ...one }))),
      ]
      const latest = all.sort((one, other) => (one.time < other.time ? 1 : -1)).slice(0, query.limit)
      return { problems: latest.map((one) => ({ ...one, details: { ...one.details } })), unanswered: [...failed] }
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/log-level',
    summary: 'The least serious messages that are logged',
    query: noQuery,
    answer: z.strictObject({ level, unanswered }),
    handle: ({ threads }) => levelOf(threads.ask('logLevel', { set: undefined })),
  }),
  jsonRoute({
    method: 'POST',
    path: '/api/log-level',
    summary: 'Sets it, until the program is started again or its configuration is read again',
    query: noQuery,
    body: z.strictObject({ level }),
    answer: z.strictObject({ level, unanswered }),
    handle({ threads, mainLog }, { body }) {
      if (mainLog !== undefined) mainLog.level = body.level
      return levelOf(threads.ask('logLevel', { set: body.level }))
    },
  }),
]

async function levelOf(asked: Promise<Gathered<LogLevel>>) {
  const gathered = await asked
  return { level: answersOf(gathered)[0] ?? ('info' as const), unanswered: [...gathered.failed] }
}
