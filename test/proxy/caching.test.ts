import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FRESH, primed, VALIDATOR } from './support/primed-core.ts'
import { BARE_SETTINGS, ScriptedCore } from './support/scripted-core.ts'

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
