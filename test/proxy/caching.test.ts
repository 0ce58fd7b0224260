import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BARE_SETTINGS, refused, ScriptedCore } from './support/scripted-core.ts'

const FRESH = ['Cache-Control', 'max-age=60']
const VALIDATOR = ['ETag', '"v1"']

/** A core whose cache holds `/` with these fields. */
async function primed(fields: readonly string[], settings = {}): Promise<ScriptedCore> {
  const core = new ScriptedCore({ settings })
  core.answer = (asked) => asked.respond(200, fields, 'stored')
  await core.get('/')
  core.answer = undefined
  return core
}

describe('a fresh stored response (RFC 9111 §4)', () => {
  it('is served without asking the origin, with Age and a hit in Cache-Status', async () => {
    const core = await primed(FRESH)
    core.clock.advance(10_000)
    const reply = await core.get('/')
    assert.equal(reply.body, 'stored')
    assert.equal(reply.field('age'), '10')
    assert.equal(reply.field('cache-status'), 'Breakwater; hit; ttl=50')
    assert.equal(core.asked.length, 1)
  })

  it('is answered at once, without a promise', async () => {
    const core = await primed(FRESH)
    const { scriptedRequest } = await import('./support/scripted-core.ts')
    assert.ok(!(core.handle(scriptedRequest('/')) instanceof Promise))
  })

  it('answers a HEAD with its fields and length, and no body', async () => {
    const core = await primed(FRESH)
    const { response } = await core.get('/', [], { method: 'HEAD' })
    assert.equal(response.body, undefined)
    assert.equal(response.announcedLength, 6)
  })

  it('answers a matching If-None-Match with 304 and no representation metadata', async () => {
    const core = await primed([...FRESH, ...VALIDATOR, 'Content-Type', 'text/html'])
    const reply = await core.get('/', ['If-None-Match', 'W/"v1"'])
    assert.equal(reply.status, 304)
    assert.equal(reply.field('etag'), '"v1"')
    assert.equal(reply.field('content-type'), undefined)
  })

  it('answers a range out of what is stored', async () => {
    const core = await primed(FRESH)
    const reply = await core.get('/', ['Range', 'bytes=1-3'])
    assert.deepEqual([reply.status, reply.body, reply.field('content-range')], [206, 'tor', 'bytes 1-3/6'])
  })

  it('answers several ranges as multipart/byteranges', async () => {
    const core = await primed([...FRESH, 'Content-Type', 'text/plain'])
    const reply = await core.get('/', ['Range', 'bytes=0-0,5-5'])
    assert.match(reply.field('content-type') ?? '', /^multipart\/byteranges; boundary=/)
    assert.match(reply.body, /Content-Range: bytes 0-0\/6\r\n\r\ns\r\n--/)
    assert.equal(reply.response.announcedLength, reply.body.length)
  })

  it('answers a range that lies outside with 416', async () => {
    const core = await primed(FRESH)
    const reply = await core.get('/', ['Range', 'bytes=10-'])
    assert.deepEqual([reply.status, reply.field('content-range')], [416, 'bytes */6'])
  })
})

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

describe('what one client sends does not decide what others get', () => {
  it('A-CO-01 keeps nothing of a 304 that a client asked for on a cold cache', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) =>
      asked.field('if-none-match') === '"v1"'
        ? asked.respond(304, VALIDATOR)
        : asked.respond(200, [...FRESH, ...VALIDATOR], 'body')
    assert.equal((await core.get('/', ['If-None-Match', '"v1"'])).status, 304)
    assert.equal((await core.get('/')).body, 'body')
  })

  it('asks without conditions for those who waited beside a client that had some', async () => {
    const core = new ScriptedCore()
    const replies = [core.get('/', ['If-None-Match', '"v1"']), core.get('/'), core.get('/', ['If-None-Match', '"v1"'])]
    await core.askedTimes(1)
    core.asked[0]!.respond(304, VALIDATOR)
    await core.askedTimes(2)
    assert.equal(core.asked[1]!.field('if-none-match'), undefined)
    core.asked[1]!.respond(200, [...FRESH, ...VALIDATOR], 'body')
    assert.deepEqual(
      (await Promise.all(replies)).map((reply) => reply.status),
      [304, 200, 304],
    )
    assert.equal(core.asked.length, 2)
  })

  it('A-RG-01 does not give the part that one client asked for to another', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) =>
      asked.field('range') === undefined
        ? asked.respond(200, FRESH, '0123456789')
        : asked.respond(206, [...FRESH, 'Content-Range', 'bytes 0-3/10'], '0123')
    assert.equal((await core.get('/', ['Range', 'bytes=0-3'])).status, 206)
    assert.equal((await core.get('/')).body, '0123456789')
  })

  it('A-CO-02 takes a 304 that nobody asked for as a bad response', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(304)
    assert.equal((await core.get('/')).status, 502)
  })

  it('A-AU-01 does not store the response to Authorization without leave', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, FRESH, asked.field('authorization') ?? 'nobody')
    await core.get('/', ['Authorization', 'Basic secret'])
    assert.equal((await core.get('/')).body, 'nobody')
  })

  it('A-AU-02 does not store a response that sets a cookie', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, [...FRESH, 'Set-Cookie', `sid=${core.asked.length}`], 'x')
    await core.get('/')
    assert.equal((await core.get('/')).field('set-cookie'), 'sid=2')
  })

  it('A-CP-03 neither stores nor answers from the cache a GET with a body', async () => {
    const core = await primed(FRESH)
    const { BufferBody } = await import('../../src/http/body.ts')
    core.answer = (asked) => asked.respond(200, FRESH, 'fat')
    const reply = await core.get('/', [], { body: new BufferBody(Buffer.from('evil')) })
    assert.match(reply.field('cache-status') ?? '', /fwd=bypass; fwd-status=200; detail=request-body/)
    assert.equal((await core.get('/')).body, 'stored')
  })
})

describe('unsafe methods (RFC 9111 §4.4)', () => {
  it('invalidate what is stored for their target', async () => {
    const core = await primed(FRESH)
    core.answer = (asked) => asked.respond(200, FRESH, asked.request.method === 'GET' ? 'after' : '')
    await core.get('/', [], { method: 'POST' })
    assert.equal((await core.get('/')).body, 'after')
  })

  it('A-TI-13 keep what was asked before them from being stored', async () => {
    const core = new ScriptedCore()
    const slow = core.get('/')
    await core.askedTimes(1)
    const post = core.get('/', [], { method: 'DELETE' })
    await core.askedTimes(2)
    core.asked[1]!.respond(204)
    await post
    core.asked[0]!.respond(200, FRESH, 'old')
    assert.equal((await slow).body, 'old')
    void core.get('/')
    await core.askedTimes(3)
  })

  it('leave the cache alone when the origin refuses them', async () => {
    const core = await primed(FRESH)
    core.answer = (asked) => asked.respond(403)
    await core.get('/', [], { method: 'DELETE' })
    assert.equal((await core.get('/')).body, 'stored')
  })
})

describe('answers without origin and cache', () => {
  it('A-RL-08 refuses TRACE', async () => {
    const core = new ScriptedCore()
    assert.equal((await core.get('/', [], { method: 'TRACE' })).status, 405)
  })

  it('answers OPTIONS whose Max-Forwards is used up (RFC 9110 §7.6.2)', async () => {
    const core = new ScriptedCore()
    assert.equal((await core.get('*', ['Max-Forwards', '0'], { method: 'OPTIONS' })).status, 200)
  })

  it('counts Max-Forwards of OPTIONS down', async () => {
    const core = new ScriptedCore()
    void core.get('/', ['Max-Forwards', '3'], { method: 'OPTIONS' })
    await core.askedTimes(1)
    assert.equal(core.asked[0]!.field('max-forwards'), '2')
  })

  it('only-if-cached is answered 504 instead of asking the origin (RFC 9111 §5.2.1.7)', async () => {
    const core = new ScriptedCore()
    assert.equal((await core.get('/', ['Cache-Control', 'only-if-cached'])).status, 504)
    assert.equal(core.asked.length, 0)
  })
})

describe('sizes', () => {
  it('streams a body that grows past the largest stored size, and does not store it', async () => {
    const core = new ScriptedCore({ objectBytesMax: 10 })
    const { PushedBody } = await import('../support/pushed-body.ts')
    const { readReply, scriptedRequest } = await import('./support/scripted-core.ts')
    const body = new PushedBody()
    const pending = core.handle(scriptedRequest('/'))
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, body)
    const reply = readReply(await pending)
    body.push('123456')
    body.push('7890ab')
    body.end()
    assert.equal((await reply).body, '1234567890ab')
    assert.equal(core.memory.counts().keys, 0)
  })

  it('does not hold a body whose announced length is too large', async () => {
    const core = new ScriptedCore({ objectBytesMax: 10, settings: BARE_SETTINGS })
    core.answer = (asked) => asked.respond(200, FRESH, '12345678901')
    assert.match((await core.get('/')).field('cache-status') ?? '', /detail=too-large/)
  })
})
