import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseResponseDirectives } from '../../src/rfc9111/directives.ts'
import type { StoredResponse } from '../../src/rfc9111/stored-response.ts'
import { CompactResponses } from '../../src/tiers/compact-response.ts'

const text = fc.oneof(
  fc.constantFrom('Vary', 'Date', 'no-cache', ''),
  fc.string({ unit: 'binary-ascii', maxLength: 300 }),
)
const moment = fc.nat({ max: 2 ** 42 })

const response: fc.Arbitrary<StoredResponse> = fc.record(
  {
    requestMethod: fc.constantFrom('GET', 'HEAD'),
    status: fc.integer({ min: 200, max: 599 }),
    reason: text,
    fields: fc.array(fc.tuple(text, text), { maxLength: 30 }).map((pairs) => pairs.flat()),
    body: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    requestTimeMs: moment,
    responseTimeMs: moment,
    dateMs: moment,
    ageFieldSeconds: fc.nat(),
    lifetime: fc.record(
      { seconds: fc.nat(), source: fc.constantFrom('max-age', 'heuristic') },
      { noNullPrototype: true },
    ),
    directives: fc.constantFrom('max-age=1', 'private').map((value) => parseResponseDirectives([value])),
    selecting: fc.array(
      fc.record({ name: text, value: fc.option(text, { nil: undefined }) }, { noNullPrototype: true }),
      { maxLength: 3 },
    ),
    range: fc.option(fc.constant({ first: 0, last: 9, completeLength: undefined }), { nil: undefined }),
    tags: fc.array(text, { maxLength: 5 }),
    invalidated: fc.boolean(),
  },
  { noNullPrototype: true },
)

describe('compact stored responses', () => {
  it('say the same as those they are made of, however many strings were shared before', () => {
    const compact = new CompactResponses()
    fc.assert(
      fc.property(response, (stored) => {
        const copy = compact.of(stored)
        assert.deepEqual(copy, stored)
        assert.deepEqual(Object.keys(copy).sort(), Object.keys(stored).sort())
      }),
    )
  })

  it('have the same body, not a copy', () => {
    fc.assert(fc.property(response, (stored) => new CompactResponses().of(stored).body === stored.body))
  })
})
