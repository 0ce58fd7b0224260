import { z } from 'zod'
import { mergedStored } from '../../control/stored-pages.ts'
import { AdminError } from '../admin-error.ts'
import { askedRequest } from '../asked-url.ts'
import { jsonRoute, type Route } from '../route.ts'
import { answersOf, noQuery, storedView, unanswered, wholeNumber } from './common.ts'

/** A search looks at every key, in slices. */
const SEARCH_MS = 15_000

const tierCounts = z.record(z.string(), z.number()).describe('Since the start')
const latencyMs = z.number().nullable().describe('Of its answers, on average; null before the first one')

const variant = z.strictObject({
  ...storedView.shape,
  bodyBytes: z.int(),
  selecting: z.array(z.strictObject({ name: z.string(), value: z.string().nullable() })),
  tags: z.array(z.string()),
  fields: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  storedMs: z.number(),
})

export const storeRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/api/stored',
    summary: 'What is in memory: URLs by prefix, by tag or both, in their order, page by page',
    query: z.strictObject({
      prefix: z.string().max(2_048).optional().describe('What the URL begins with'),
      tag: z.string().max(1_024).optional(),
      after: z.string().max(8_192).optional().describe('The `next` of the page before'),
      limit: wholeNumber({ min: 1, max: 1_000, default: 50 }),
    }),
    answer: z.strictObject({
      pages: z.array(z.strictObject({ url: z.string(), variants: z.int(), bytes: z.number(), newest: storedView })),
      next: z.string().nullable().describe('`after` for the next page; null at the end'),
      matched: z.int().describe('Keys that were found, of all threads'),
      unanswered,
    }),
    async handle({ threads }, { query: { prefix, tag, after, limit } }) {
      const gathered = await threads.ask('searchStored', { prefix, tag, after, limit }, { withinMs: SEARCH_MS })
      const results = answersOf(gathered)
      const pages = mergedStored(results, limit)
      return {
        pages,
        next: pages.length < limit ? null : (pages.at(-1)?.url ?? null),
        matched: results.reduce((total, { matched }) => total + matched, 0),
        unanswered: [...gathered.failed],
      }
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/stored/one',
    summary: 'What is in memory for one URL, with all its variants',
    query: z.strictObject({ url: z.string().describe('http://example.com/path') }),
    answer: z.strictObject({
      key: z.string(),
      threads: z.array(z.int()).describe('Threads that have it'),
      bytes: z.number().describe('All that it takes in memory, in all threads'),
      hits: z
        .number()
        .nullable()
        .describe('In the last five to ten minutes; null when it is not among the busiest pages'),
      variants: z.array(variant).describe('As one thread has them, the newest first'),
      unanswered,
    }),
    otherStatuses: { 404: 'Nothing is stored for this URL' },
    async handle({ threads }, { query: { url } }) {
      const gathered = await threads.ask('storedFor', askedRequest(url))
      const having = gathered.answers.filter(({ answer }) => answer.variants.length > 0)
      const [first] = having
      if (first === undefined) throw new AdminError(404, `nothing is stored for ${url}`)
      const hits = gathered.answers.flatMap(({ answer }) => answer.hits ?? [])
      return {
        key: first.answer.key,
        threads: having.map(({ thread }) => thread),
        bytes: having.reduce((total, { answer }) => total + answer.bytes, 0),
        hits: hits.length === 0 ? null : hits.reduce((total, count) => total + count, 0),
        variants: first.answer.variants.map((one) => ({
          ...one,
          selecting: [...one.selecting],
          tags: [...one.tags],
          fields: [...one.fields],
        })),
        unanswered: [...gathered.failed],
      }
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/tiers',
    summary: 'The tiers behind memory, as each thread sees them',
    query: noQuery,
    answer: z.strictObject({
      tiers: z.array(
        z.strictObject({ thread: z.int(), tier: z.string(), state: z.string(), counts: tierCounts, latencyMs }),
      ),
      unanswered,
    }),
    async handle({ threads }) {
      const { answers, failed } = await threads.ask('snapshot', undefined)
      const tiers = answers.flatMap(({ thread, answer }) =>
        answer.tiers.map(({ tier, state, counts: { latency, ...counts } }) => ({
          thread,
          tier,
          state,
          counts,
          latencyMs: latency.count === 0 ? null : latency.sumMs / latency.count,
        })),
      )
      return { tiers, unanswered: [...failed] }
    },
  }),
]
