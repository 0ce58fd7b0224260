import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseResponseDirectives } from '../../../src/rfc9111/directives.ts'
import type { StoredResponse } from '../../../src/rfc9111/stored-response.ts'
import { MemoryTier } from '../../../src/tiers/memory/memory-tier.ts'

function stored(bytes: number, name = 'x'): StoredResponse {
  return {
    requestMethod: 'GET',
    status: 200,
    reason: 'OK',
    fields: ['X-Name', name],
    body: Buffer.alloc(bytes),
    requestTimeMs: 0,
    responseTimeMs: 0,
    dateMs: 0,
    ageFieldSeconds: 0,
    lifetime: { seconds: 60, source: 'max-age' },
    directives: parseResponseDirectives([]),
    selecting: [],
    range: undefined,
    tags: [],
    invalidated: false,
  }
}

const never = (): boolean => false
const always = (): boolean => true

function tier(settings: Partial<MemoryTier['settings']> = {}): MemoryTier {
  return new MemoryTier({ bytesMax: 100_000, objectBytesMax: 50_000, variantsMax: 3, ...settings })
}

describe('the memory tier', () => {
  it('stays within its budget in bytes, least recently used first out', () => {
    const memory = tier()
    for (let i = 0; i < 20; i++) memory.put(`/${i}`, stored(10_000), always)
    assert.ok(memory.counts().bytes <= 100_000)
    assert.equal(memory.get('/0'), undefined)
    assert.equal(memory.get('/19')?.length, 1)
    assert.equal(memory.counts().evicted, 20 - memory.counts().keys)
  })

  it('expires all that is there in one moment, and nothing that comes after it, however old that is', () => {
    const memory = tier()
    for (const key of ['/a', '/b', '/c']) memory.put(key, stored(10), always)
    assert.equal(memory.peek('/a')?.[0]?.lifetime.seconds, 60)
    memory.expireAll(20_000)
    memory.put('/c', stored(10), always)
    memory.put('/d', stored(10), always)
    memory.update('/b', (one) => one)
    const lifetimes = ['/a', '/b', '/c', '/d'].map((key) => memory.get(key)?.[0]?.lifetime.seconds)
    assert.deepEqual(lifetimes, [20, 20, 60, 60])
    memory.expireAll(30_000)
    assert.deepEqual([memory.get('/a')?.[0]?.lifetime.seconds, memory.get('/d')?.[0]?.lifetime.seconds], [20, 30])
  })

  it('counts what a stored response needs beyond its body', () => {
    const memory = tier()
    memory.put('/', stored(0), always)
    assert.ok(memory.counts().bytes > 150)
  })

  it('counts what a variant is selected by, which clients make as long as they like', () => {
    const memory = tier()
    memory.put('/', { ...stored(0), selecting: [{ name: 'cookie', value: 'x'.repeat(16_000) }] }, always)
    assert.ok(memory.counts().bytes > 16_000)
  })

  it('refuses a body above the largest size and keeps what it has', () => {
    const memory = tier()
    memory.put('/', stored(10, 'old'), always)
    assert.equal(memory.put('/', stored(60_000, 'new'), always), false)
    assert.equal(memory.get('/')?.[0]?.fields[1], 'old')
    assert.equal(memory.counts().refused, 1)
  })

  it('refuses what is above the whole budget and keeps what it has', () => {
    const memory = tier({ objectBytesMax: 1_000_000 })
    memory.put('/', stored(10, 'old'), always)
    assert.equal(memory.put('/', stored(200_000, 'new'), always), false)
    assert.equal(memory.get('/')?.[0]?.fields[1], 'old')
  })

  it('puts the newest variant first, in place of the one it succeeds', () => {
    const memory = tier()
    memory.put('/', stored(1, 'a'), never)
    memory.put('/', stored(1, 'b'), never)
    memory.put('/', stored(1, 'a2'), (other) => other.fields[1] === 'a')
    assert.deepEqual(
      memory.get('/')?.map((variant) => variant.fields[1]),
      ['a2', 'b'],
    )
  })

  it('A-VA-04 keeps a bounded number of variants, the oldest out', () => {
    const memory = tier()
    for (const name of ['a', 'b', 'c', 'd']) memory.put('/', stored(1, name), never)
    assert.deepEqual(
      memory.get('/')?.map((variant) => variant.fields[1]),
      ['d', 'c', 'b'],
    )
  })

  it('drops old variants rather than a key whose variants together are above the budget', () => {
    const memory = tier()
    memory.put('/', stored(40_000, 'a'), never)
    memory.put('/', stored(40_000, 'b'), never)
    memory.put('/', stored(40_000, 'c'), never)
    assert.deepEqual(
      memory.get('/')?.map((variant) => variant.fields[1]),
      ['c', 'b'],
    )
  })

  it('counts hits and misses', () => {
    const memory = tier()
    memory.put('/', stored(1), always)
    memory.get('/')
    memory.get('/other')
    assert.deepEqual([memory.counts().hits, memory.counts().misses], [1, 1])
  })

  it('removes a key whose last variant is dropped', () => {
    const memory = tier()
    memory.put('/', stored(1), always)
    memory.update('/', () => undefined)
    assert.equal(memory.counts().keys, 0)
    assert.equal(memory.counts().bytes, 0)
  })

  it('gives what was put last, and whoever holds a response keeps it as it was', () => {
    const step = fc.record({
      kind: fc.constantFrom('put', 'put', 'get', 'peek', 'get', 'expire', 'drop'),
      key: fc.nat({ max: 60 }).map((i) => `/${i}`),
      bytes: fc.oneof(fc.nat({ max: 3000 }), fc.integer({ min: 14_000, max: 18_000 })),
      variant: fc.nat({ max: 2 }).map(String),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 600, size: 'max' }), (steps) => {
        const memory = tier()
        const model = new Map<string, StoredResponse[]>()
        const held: { readonly got: readonly StoredResponse[]; readonly was: readonly StoredResponse[] }[] = []
        for (const [i, { kind, key, bytes, variant }] of steps.entries()) {
          const before = model.get(key) ?? []
          if (kind === 'put') {
            const one = { ...stored(bytes, variant), requestTimeMs: i, tags: i % 5 === 0 ? [`tag ${i % 3}`] : [] }
            one.body.fill(i)
            memory.put(key, one, (other) => other.fields[1] === variant)
            // Its own copy: the tier may not change what it was given, nor depend on its staying as it is when it is small.
            const copy = { ...one, body: Buffer.from(one.body) }
            model.set(key, [copy, ...before.filter((other) => other.fields[1] !== variant)].slice(0, 3))
          } else if (kind === 'expire') {
            memory.update(key, (other) => ({ ...other, invalidated: true }))
            model.set(
              key,
              before.map((other) => ({ ...other, invalidated: true })),
            )
          } else if (kind === 'drop') {
            memory.update(key, (other) => (other.fields[1] === variant ? undefined : other))
            model.set(
              key,
              before.filter((other) => other.fields[1] !== variant),
            )
          } else {
            const got = memory[kind](key)
            // What was evicted is not there; what is there is what should be.
            if (got === undefined) model.delete(key)
            else held.push({ got, was: before })
            if (got !== undefined) assert.deepEqual(got, before)
          }
          assert.ok(memory.counts().bytes <= 100_000)
          // Evicted keys are not to be mended by what is done to them later.
          for (const known of [...model.keys()]) if (memory.bytesOf(known) === 0) model.delete(known)
        }
        for (const { got, was } of held) assert.deepEqual(got, was)
        assert.deepEqual([...memory.keys()].toSorted(), [...model.keys()].toSorted())
        const tagged = [...model].filter(([, variants]) => variants.some(({ tags }) => tags.includes('tag 1')))
        assert.deepEqual(memory.keysNamed('tag 1').toSorted(), tagged.map(([key]) => key).toSorted())
      }),
      { numRuns: 40 },
    )
  })
})
