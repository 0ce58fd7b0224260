import fc from 'fast-check'
import { lifetimeSources, type StoredResponse } from '../../src/rfc9111/stored-response.ts'

/** As object literals make them: deepEqual tells them from those without a prototype. */
export function plainRecord<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>
}

const latin1 = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
})
const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const seconds = fc.option(fc.nat(), { nil: undefined })
const timeMs = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 8e15 })

/** Any stored response, fields of any bytes included, and names that mean something to JavaScript. */
export const arbitraryStoredResponse: fc.Arbitrary<StoredResponse> = plainRecord({
  requestMethod: fc.constantFrom('GET', 'POST', 'constructor'),
  status: fc.integer({ min: 100, max: 999 }),
  reason: latin1,
  fields: fc
    .array(fc.tuple(fc.oneof(latin1, fc.constantFrom('__proto__', 'constructor', 'Set-Cookie')), latin1), {
      maxLength: 8,
    })
    .map((pairs) => pairs.flat()),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  requestTimeMs: timeMs,
  responseTimeMs: timeMs,
  dateMs: timeMs,
  ageFieldSeconds: fc.nat(),
  lifetime: plainRecord({
    seconds: fc.double({ noNaN: true, noDefaultInfinity: true }),
    source: fc.constantFrom(...lifetimeSources),
  }).map(({ seconds: value, source }) => ({ seconds: value + 0, source })),
  directives: plainRecord({
    noStore: fc.boolean(),
    noCache: fc.boolean(),
    noCacheFields: fc.array(latin1, { maxLength: 3 }),
    isPrivate: fc.boolean(),
    privateFields: fc.array(latin1, { maxLength: 3 }),
    isPublic: fc.boolean(),
    mustRevalidate: fc.boolean(),
    proxyRevalidate: fc.boolean(),
    mustUnderstand: fc.boolean(),
    noTransform: fc.boolean(),
    immutable: fc.boolean(),
    maxAgeSeconds: seconds,
    sMaxageSeconds: seconds,
    staleWhileRevalidateSeconds: seconds,
    staleIfErrorSeconds: seconds,
  }),
  selecting: fc.array(plainRecord({ name: latin1, value: fc.option(latin1, { nil: undefined }) }), { maxLength: 4 }),
  range: fc.option(
    plainRecord({ first: fc.nat(), last: fc.nat(), completeLength: fc.option(fc.nat(), { nil: undefined }) }),
    { nil: undefined },
  ),
  tags: fc.array(anyText, { maxLength: 4 }),
  invalidated: fc.boolean(),
})

/** Keys are made of what clients send; here of anything. */
export const arbitraryKey: fc.Arbitrary<string> = anyText
