import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FRESH, primed, VALIDATOR } from './support/primed-core.ts'
import { refused, ScriptedCore } from './support/scripted-core.ts'

describe('a stale stored response (RFC 9111 §4.3)', () => {
  it('is validated with its ETag, and served again after a 304', async () => {
    const core = await primed([...FRESH, ...VALIDATOR])
    core.clock.advance(61_000)
    const reply = core.get('/')
    await core.askedTimes(2)
    assert.equal(core.asked[1]!.field('if-none-match'), '"v1"')
    core.asked[1]!.respond(304, [...FRESH, ...VALIDATOR])
    assert.equal((await reply).body, 'stored')
    assert.equal((await reply).field('cache-status'), 'Breakwater; fwd=stale; fwd-status=304; stored; ttl=60')
    assert.match((await core.get('/')).field('cache-status') ?? '', /hit/)
  })

  it('is validated by its Last-Modified', async () => {
    const date = 'Wed, 31 Dec 2025 00:00:00 GMT'
    const core = await primed([...FRESH, 'Last-Modified', date])
    core.clock.advance(61_000)
    void core.get('/')
    await core.askedTimes(2)
    assert.equal(core.asked[1]!.field('if-modified-since'), date)
  })

  it('is replaced by a 200', async () => {
    const core = await primed([...FRESH, ...VALIDATOR])
    core.clock.advance(61_000)
    core.answer = (asked) => asked.respond(200, [...FRESH, 'ETag', '"v2"'], 'new')
    assert.equal((await core.get('/')).body, 'new')
    assert.equal((await core.get('/')).body, 'new')
    assert.equal(core.asked.length, 2)
  })

  it('A-CO-03 is fetched whole when the 304 is about another entity tag', async () => {
    const core = await primed([...FRESH, ...VALIDATOR])
    core.clock.advance(61_000)
    core.answer = (asked) => {
      if (asked.field('if-none-match') !== undefined) asked.respond(304, ['ETag', '"other"'])
      else asked.respond(200, FRESH, 'whole')
    }
    assert.equal((await core.get('/')).body, 'whole')
  })

  it('is validated once for many who ask at the same time', async () => {
    const core = await primed([...FRESH, ...VALIDATOR])
    core.clock.advance(61_000)
    const replies = Array.from({ length: 100 }, () => core.get('/'))
    await core.askedTimes(2)
    core.asked[1]!.respond(304, FRESH)
    for (const reply of await Promise.all(replies)) assert.equal(reply.body, 'stored')
    assert.equal(core.asked.length, 2)
  })

  it('asks for each request by itself when the response must always be validated', async () => {
    const core = await primed(['Cache-Control', 'no-cache', ...VALIDATOR])
    const replies = Array.from({ length: 5 }, () => core.get('/'))
    await core.askedTimes(6)
    for (const asked of core.asked.slice(1)) asked.respond(304)
    for (const reply of await Promise.all(replies)) assert.equal(reply.body, 'stored')
  })
})

describe('grace: an origin that fails (RFC 9111 §4.2.4, RFC 5861 §4)', () => {
  it('serves a stale response when the origin cannot be reached, and says so', async () => {
    const core = await primed(FRESH)
    core.clock.advance(3_600_000)
    core.answer = (asked) => asked.fail(refused())
    const reply = await core.get('/')
    assert.equal(reply.body, 'stored')
    assert.equal(reply.field('cache-status'), 'Breakwater; fwd=stale; ttl=-3540; detail=origin-refused')
  })

  it('serves a stale response instead of a 500', async () => {
    const core = await primed(FRESH)
    core.clock.advance(61_000)
    core.answer = (asked) => asked.respond(500, [], 'broken')
    assert.equal((await core.get('/')).body, 'stored')
  })

  it('does not ask a failing origin again for a second', async () => {
    const core = await primed(FRESH)
    core.clock.advance(61_000)
    core.answer = (asked) => asked.fail(refused())
    await core.get('/')
    await core.get('/')
    assert.equal(core.asked.length, 2)
    core.clock.advance(1_001)
    await core.get('/')
    assert.equal(core.asked.length, 3)
  })

  it('serves the fresh response as soon as the origin is back', async () => {
    const core = await primed(FRESH)
    core.clock.advance(61_000)
    core.answer = (asked) => asked.fail(refused())
    await core.get('/')
    core.clock.advance(1_001)
    core.answer = (asked) => asked.respond(200, FRESH, 'back')
    assert.equal((await core.get('/')).body, 'back')
  })

  it('A-AU-06 does not serve stale what must be revalidated', async () => {
    const core = await primed(['Cache-Control', 'max-age=60, must-revalidate'])
    core.clock.advance(61_000)
    core.answer = (asked) => asked.fail(refused())
    assert.equal((await core.get('/')).status, 502)
  })

  it('ends when grace ends', async () => {
    const core = await primed(FRESH, { graceSeconds: 100 })
    core.clock.advance(161_000)
    core.answer = (asked) => asked.fail(refused())
    assert.equal((await core.get('/')).status, 502)
  })

  it('without anything stored tells what failed', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.fail(refused())
    const reply = await core.get('/')
    assert.equal(reply.status, 502)
    assert.equal(reply.field('cache-status'), 'Breakwater; fwd=uri-miss; detail=origin-refused')
    assert.equal(reply.field('cache-control'), 'no-store')
  })
})

describe('stale-while-revalidate (RFC 5861 §3)', () => {
  it('serves stale at once and refreshes in the background, once', async () => {
    const core = await primed(['Cache-Control', 'max-age=60, stale-while-revalidate=30', ...VALIDATOR])
    core.clock.advance(70_000)
    const first = await core.get('/')
    const second = await core.get('/')
    assert.equal(first.field('cache-status'), 'Breakwater; hit; ttl=-10; detail=refreshing')
    assert.equal(second.body, 'stored')
    assert.equal(core.asked.length, 2)
    core.asked[1]!.respond(200, FRESH, 'refreshed')
    assert.equal((await core.get('/')).body, 'refreshed')
  })

  it('is given by a rule (refresh) where the origin says nothing', async () => {
    const core = await primed(FRESH, { refreshSeconds: 10 })
    core.clock.advance(65_000)
    assert.equal((await core.get('/')).body, 'stored')
    assert.equal(core.asked.length, 2)
  })

  it('does not happen without a word from origin or rule (RFC 9111 §4.2.4)', async () => {
    const core = await primed(FRESH)
    core.clock.advance(61_000)
    core.answer = (asked) => asked.respond(200, FRESH, 'new')
    assert.equal((await core.get('/')).body, 'new')
  })
})
