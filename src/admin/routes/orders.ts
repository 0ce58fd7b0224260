import { z } from 'zod'
import type { Explanation } from '../../proxy/explain.ts'
import { AdminError } from '../admin-error.ts'
import { askedRequest } from '../asked-url.ts'
import { jsonRoute, type Route } from '../route.ts'
import { verdictOf } from '../verdict.ts'
import { answersOf, noQuery, storedView, unanswered } from './common.ts'
import { ordersOf, purgeOrder } from './purge-order.ts'

/** It waits for other boxes. */
const PURGE_MS = 10_000

const explanation = z.strictObject({
  thread: z.int(),
  kind: z.enum(['local', 'pass', 'lookup']),
  rule: z.string().nullable().describe('The rule that decided; null for the top level of the configuration'),
  key: z.string().nullable(),
  found: z.enum(['fresh', 'grace', 'validate', 'partial', 'miss']).nullable(),
  reason: z.string().nullable().describe('The word of Cache-Status'),
  stored: storedView.nullable(),
  variants: z.int(),
  selecting: z.array(z.string()).describe('Names of the fields that select among the variants'),
  unshareable: z.enum(['uncacheable', 'credentials']).nullable().describe('What was found out about it lately'),
})

export const explainAnswer = z.strictObject({
  url: z.string(),
  outcome: z.enum(['hit', 'stale', 'revalidated', 'miss', 'pass', 'local']),
  why: z.string(),
  change: z.string().nullable().describe('What would make it a hit; null for one that is'),
  lately: z.array(z.string()).describe('Why it was no hit lately, most frequent first'),
  tier: z.strictObject({ tier: z.string(), stored: storedView }).nullable(),
  threads: z.array(explanation),
  unanswered,
})

export const purgeAnswer = z.strictObject({
  matched: z.int().describe('Stored responses in the memory of this box that were concerned'),
  threads: z.strictObject({ asked: z.int(), acknowledged: z.int() }),
  boxes: z.array(z.strictObject({ name: z.string(), acknowledged: z.boolean() })),
  published: z
    .enum(['now', 'later', 'nobody'])
    .describe('Whether other boxes know: now; when Redis is reached; there are none'),
  complete: z.boolean().describe('All threads and boxes have it in force'),
})

export const orderRoutes: readonly Route[] = [
  jsonRoute({
    method: 'POST',
    path: '/api/explain',
    summary: 'What would happen to a request and why, and what would make it a hit; nothing is sent to the origin',
    query: noQuery,
    body: z.strictObject({
      url: z.string(),
      method: z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$/)
        .default('GET'),
      fields: z
        .array(z.strictObject({ name: z.string().min(1).max(256), value: z.string().max(8_192) }))
        .max(100)
        .default([]),
    }),
    answer: explainAnswer,
    async handle({ threads }, { body }) {
      const asked = askedRequest(
        body.url,
        body.method,
        body.fields.flatMap(({ name, value }) => [name, value]),
      )
      const [gathered, behind] = await Promise.all([
        threads.ask('explain', asked),
        threads.ask('findBehind', asked, { threads: [0] }),
      ])
      const answers = answersOf(gathered)
      const tier = answersOf(behind)[0]
      const lately = [...new Set(answers.flatMap((one) => one.lately))]
      const told = { explanations: answers.map((one) => one.explanation), lately, tier }
      const { outcome, why, change = null } = verdictOf(told)
      return {
        url: body.url,
        outcome,
        why,
        change,
        lately,
        tier: tier ?? null,
        threads: gathered.answers.map(({ thread, answer }) => threadView(thread, answer.explanation)),
        unanswered: [...gathered.failed],
      }
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/api/purge',
    summary: 'Purges by URL, tag, prefix or pattern, or everything: softly where nothing else is said',
    query: noQuery,
    body: z.strictObject({ orders: z.array(purgeOrder).min(1).max(1_000) }),
    answer: purgeAnswer,
    otherStatuses: { 503: 'No thread could take the order' },
    async handle({ threads }, { body, peerAddress: from }) {
      const orders = ordersOf(body.orders)
      for (let thread = 0; thread < threads.count; thread++) {
        const { answers } = await threads.ask('purge', { orders, from }, { threads: [thread], withinMs: PURGE_MS })
        const report = answers[0]?.answer
        if (report !== undefined) {
          const isComplete =
            report.threads.acknowledged === report.threads.asked &&
            report.published !== 'later' &&
            report.boxes.every(({ acknowledged }) => acknowledged)
          return { ...report, boxes: [...report.boxes], complete: isComplete }
        }
      }
      throw new AdminError(503, 'no thread could take the order')
    },
  }),
]

function threadView(thread: number, explained: Explanation): z.infer<typeof explanation> {
  const looked = explained.kind === 'lookup' ? explained : undefined
  const found = looked?.found
  return {
    thread,
    kind: explained.kind,
    rule: (explained.kind === 'local' ? undefined : explained.rule) ?? null,
    key: looked?.key ?? null,
    found: found?.kind ?? null,
    reason:
      explained.kind === 'lookup' ? (found !== undefined && 'reason' in found ? found.reason : null) : explained.reason,
    stored: found !== undefined && 'stored' in found ? found.stored : null,
    variants: looked?.variants ?? 0,
    selecting: [...(looked?.selecting ?? [])],
    unshareable: looked?.unshareable ?? null,
  }
}
