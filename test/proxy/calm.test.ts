import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BufferBody } from '../../src/http/body.ts'
import { PushedBody } from '../support/pushed-body.ts'
import { refused, ScriptedCore } from './support/scripted-core.ts'

const FRESH = ['Cache-Control', 'max-age=60']

/** Lets everything that is ready run. */
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('an origin that answers 5xx to a wave', () => {
  it('A-CM-05 is asked twice in all; those who waited are told', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => setImmediate(() => asked.respond(503, [], 'own words'))
    const replies = await Promise.all(Array.from({ length: 50 }, () => core.get('/')))
    assert.ok(core.asked.length <= 2, `asked ${core.asked.length} times`)
    assert.deepEqual(new Set(replies.map((reply) => reply.status)), new Set([503]))
    assert.equal(replies[0]!.body, 'own words')
    assert.equal(
      replies[49]!.field('cache-status'),
      'Breakwater; fwd=uri-miss; fwd-status=503; collapsed; detail=origin-error',
    )
  })

  it('serves them all when it recovers', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) =>
      setImmediate(() => (core.asked.length === 1 ? asked.respond(500) : asked.respond(200, FRESH, 'well')))
    const replies = await Promise.all(Array.from({ length: 50 }, () => core.get('/')))
    assert.equal(replies.filter((reply) => reply.body === 'well').length, 49)
    assert.equal(core.asked.length, 2)
  })

  it('does not make the page uncacheable', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(500)
    await core.get('/')
    core.answer = undefined
    void core.get('/')
    void core.get('/')
    await turns()
    assert.equal(core.asked.length, 2)
  })

  it('shows its status beside what is served in its place (RFC 9211 §2.3)', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, FRESH, 'stored')
    await core.get('/')
    core.clock.advance(61_000)
    core.answer = (asked) => asked.respond(503)
    assert.equal(
      (await core.get('/')).field('cache-status'),
      'Breakwater; fwd=stale; fwd-status=503; ttl=-1; detail=origin-error',
    )
  })
})

describe('what one request carries says nothing about the page', () => {
  const asksTogether = async (core: ScriptedCore): Promise<void> => {
    core.answer = undefined
    const before = core.asked.length
    void core.get('/')
    void core.get('/')
    await turns()
    assert.equal(core.asked.length, before + 1)
  }

  it('an error for an odd head', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(400)
    await core.get('/', ['X-Odd', 'x'])
    await asksTogether(core)
  })

  it('a range', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(206, [...FRESH, 'Content-Range', 'bytes 0-0/2'], 'x')
    await core.get('/', ['Range', 'bytes=0-0'])
    await asksTogether(core)
  })

  it('cookies', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, ['Last-Modified', 'Mon, 01 Dec 2025 00:00:00 GMT'], 'x')
    await core.get('/', ['Cookie', 'a=b'])
    await asksTogether(core)
  })

  it('a demand for a fetch, where demands are obeyed', async () => {
    const core = new ScriptedCore({ obeyRequestDirectives: true })
    core.answer = (asked) => asked.respond(200, FRESH, 'x')
    await core.get('/', ['Cache-Control', 'no-cache'])
    core.clock.advance(61_000)
    await asksTogether(core)
  })

  it('and the page is asked for together again once it could be stored', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, ['Cache-Control', 'no-store'], 'x')
    await core.get('/')
    core.answer = (asked) => asked.respond(200, ['Cache-Control', 'max-age=1'], 'x')
    await core.get('/')
    core.clock.advance(2_000)
    await asksTogether(core)
  })
})

describe('a refresh in the background (RFC 5861 §3)', () => {
  const SWR = ['Cache-Control', 'max-age=1, stale-while-revalidate=60']

  it('that fails is reported, and not tried again for a second', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, SWR, 'stored')
    await core.get('/')
    core.clock.advance(2_000)
    core.answer = (asked) => asked.fail(refused())
    await core.get('/')
    await core.get('/')
    assert.deepEqual([core.asked.length, core.failures.length], [2, 1])
    core.clock.advance(1_001)
    await core.get('/')
    assert.equal(core.asked.length, 3)
  })

  it('takes neither the demands of a client along, nor credentials that what is stored did not need', async () => {
    const core = new ScriptedCore({ settings: { refreshSeconds: 60, defaultFreshnessSeconds: 1 } })
    core.answer = (asked) => asked.respond(200, [], 'x')
    await core.get('/')
    core.clock.advance(2_000)
    await core.get('/', ['Cookie', 'a=b', 'Cache-Control', 'no-store', 'Range', 'bytes=0-0'])
    const refresh = core.asked[1]!
    assert.deepEqual(
      ['cookie', 'cache-control', 'range'].map((name) => refresh.field(name)),
      [undefined, undefined, undefined],
    )
    assert.match((await core.get('/')).field('cache-status') ?? '', /; hit; ttl=1/)
  })
})

describe('Cache-Status and Age (RFC 9211, RFC 9111 §5.1)', () => {
  it('comes behind those of caches nearer to the origin', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, [...FRESH, 'Cache-Status', 'Inner; hit', 'Age', '7'], 'x')
    const { response } = await core.get('/')
    const values = response.fields.filter(
      (_, i) => i % 2 === 1 && response.fields[i - 1]!.toLowerCase() === 'cache-status',
    )
    assert.deepEqual(values, ['Inner; hit', 'Breakwater; fwd=uri-miss; fwd-status=200; stored'])
    assert.equal((await core.get('/')).field('age'), '7')
  })

  it('tells why something fresh could not be used', async () => {
    const core = new ScriptedCore({ obeyRequestDirectives: true })
    core.answer = (asked) => asked.respond(200, FRESH, 'x')
    await core.get('/')
    assert.match(
      (await core.get('/', ['Cache-Control', 'no-cache'])).field('cache-status') ?? '',
      /fwd=request; fwd-status=200; stored; detail=request/,
    )
    assert.match(
      (await core.get('/', ['Authorization', 'Basic a'])).field('cache-status') ?? '',
      /fwd=request; fwd-status=200; detail=authorization/,
    )
  })

  it('gives a follower that joined late the age of what it reads', async () => {
    const core = new ScriptedCore()
    const body = new PushedBody()
    const leader = core.get('/')
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, body)
    core.clock.advance(5_000)
    const follower = core.get('/')
    await turns()
    body.end()
    assert.deepEqual([(await leader).field('age'), (await follower).field('age')], [undefined, '5'])
  })
})

describe('Authorization and flights (RFC 9111 §3.5)', () => {
  it('A-CM-06 gives nobody who authenticates what was fetched without, unless it may be shared', async () => {
    const core = new ScriptedCore()
    const replies = [core.get('/'), core.get('/', ['Authorization', 'Basic a'])]
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, 'for all')
    await core.askedTimes(2)
    core.asked[1]!.respond(200, FRESH, 'for one')
    assert.deepEqual(
      (await Promise.all(replies)).map((reply) => reply.body),
      ['for all', 'for one'],
    )
    assert.equal((await core.get('/')).body, 'for all')
  })
})

describe('a client that asks with a body', () => {
  it('is on its own', async () => {
    const core = new ScriptedCore()
    void core.get('/')
    void core.get('/', [], { body: new BufferBody(Buffer.from('x')) })
    await core.askedTimes(2)
  })
})
