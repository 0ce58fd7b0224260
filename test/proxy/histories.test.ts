import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Happening, HistoryWorld } from './support/history-world.ts'

/** `HISTORIES=50000` runs that many, from another seed each time; the default run is always the same. */
const histories = Number(process.env.HISTORIES ?? 2_000)
const seed = process.env.HISTORIES === undefined ? 20_260_101 : undefined

const target = fc.constantFrom('/a', '/b')
const rarely = fc.nat(9).map((roll) => roll === 0)
const client = fc.record({
  target,
  language: fc.constantFrom('en', 'de'),
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
  cookies: rarely,
  authorization: rarely,
  hasCopy: rarely,
  range: fc.constantFrom(undefined, undefined, undefined, 'bytes=0-3', 'bytes=2-', 'bytes=4-5'),
})
const directive = fc.constantFrom(
  ...['no-store', 'private', 'no-cache', 'must-revalidate', 'public'],
  ...['stale-while-revalidate=30', 'stale-if-error=60'],
)
const manner = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 200, 404, 400, 500),
  maxAge: fc.constantFrom(undefined, 0, 10, 60, 60),
  directives: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.uniqueArray(directive, { maxLength: 2 }) },
  ),
  hasEtag: fc.boolean(),
  varies: rarely,
  setsCookie: rarely,
})
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('request'), client }) as fc.Arbitrary<Happening> },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait'),
      seconds: fc.constantFrom(0, 1, 9, 10, 11, 45, 70, 3600, 30_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('manner'), manner }) as fc.Arbitrary<Happening> },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change'), target }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('unsafe'),
      target,
      location: fc.constantFrom(undefined, '/a', '/b'),
      fails: rarely,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('down'), isDown: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'hold' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release'), reversed: fc.boolean() }) },
)

describe('random histories of requests, changes, failures and time', () => {
  it('never serves what RFC 9111 forbids', { timeout: 3_600_000 }, async () => {
    let replies = 0
    let withoutOrigin = 0
    const property = fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 30 }), async (happenings) => {
      const world = new HistoryWorld()
      for (const one of happenings) await world.happens(one)
      await world.ends()
      replies += world.replies
      withoutOrigin += world.repliesWithoutOrigin
      assert.deepEqual(world.forbidden, [])
    })
    await fc.assert(property, { numRuns: histories, ...(seed === undefined ? {} : { seed }) })
    // A proxy that asks the origin every time is always right, and no cache.
    assert.ok(withoutOrigin > replies / 6, `${withoutOrigin} of ${replies} replies without the origin`)
  })
})
