import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ProxyError } from '../../src/errors.ts'
import { PushedBody } from '../support/pushed-body.ts'
import { type Reply, readReply, ScriptedCore, scriptedRequest } from './support/scripted-core.ts'

const FRESH = ['Cache-Control', 'max-age=60']

describe('coalescing (RFC 9111 §4)', () => {
  it('asks the origin once for many requests for the same cold page', async () => {
    const core = new ScriptedCore()
    const replies = Array.from({ length: 500 }, () => core.get('/story'))
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, 'the story')
    for (const reply of await Promise.all(replies)) assert.equal(reply.body, 'the story')
    assert.equal(core.asked.length, 1)
  })

  it('says which responses were collapsed', async () => {
    const core = new ScriptedCore()
    const replies = [core.get('/'), core.get('/')]
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, 'x')
    const [leader, follower] = await Promise.all(replies)
    assert.equal(leader?.field('cache-status'), 'Breakwater; fwd=uri-miss; fwd-status=200; stored')
    assert.equal(follower?.field('cache-status'), 'Breakwater; fwd=uri-miss; fwd-status=200; stored; collapsed')
  })

  it('gives followers the first bytes while the leader is still downloading', async () => {
    const core = new ScriptedCore()
    const body = new PushedBody()
    const replies = [core.handle(scriptedRequest('/')), core.handle(scriptedRequest('/'))]
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, body)
    const [, follower] = await Promise.all(replies)
    const seen: string[] = []
    assert.ok(follower?.body !== undefined && !Buffer.isBuffer(follower.body))
    const source = follower.body
    source.start({ write: (chunk) => seen.push(chunk.toString()) > 0, end: () => seen.push('end'), fail: () => {} })
    body.push('first')
    assert.deepEqual(seen, ['first'])
    body.push('second')
    body.end()
    assert.deepEqual(seen, ['first', 'second', 'end'])
  })

  it('lets a request join while the body is on its way', async () => {
    const core = new ScriptedCore()
    const body = new PushedBody()
    const leader = core.get('/')
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, body)
    body.push('one ')
    const late = core.get('/')
    await turns()
    body.push('two')
    body.end()
    assert.equal((await leader).body, 'one two')
    assert.equal((await late).body, 'one two')
    assert.equal(core.asked.length, 1)
  })

  it('A-CM-01 gives a private response to nobody but its leader, and lets the others ask at once', async () => {
    const core = new ScriptedCore()
    const replies = Array.from({ length: 10 }, () => core.get('/account'))
    await core.askedTimes(1)
    core.asked[0]!.respond(200, ['Cache-Control', 'private', 'Set-Cookie', 'sid=leader'], 'leader')
    await core.askedTimes(10)
    for (const [index, asked] of core.asked.slice(1).entries()) {
      asked.respond(200, ['Cache-Control', 'private'], `own ${index}`)
    }
    const bodies = (await Promise.all(replies)).map((reply) => reply.body)
    assert.equal(new Set(bodies).size, 10)
  })

  it('does not make requests for a remembered uncacheable key wait for each other', async () => {
    const core = new ScriptedCore()
    const first = core.get('/')
    await core.askedTimes(1)
    core.asked[0]!.respond(200, ['Cache-Control', 'no-store'], 'x')
    await first
    void core.get('/')
    void core.get('/')
    await core.askedTimes(3)
    assert.equal(core.asked.length, 3)
  })

  it('forgets after a while that a key was uncacheable', async () => {
    const core = new ScriptedCore()
    const first = core.get('/')
    await core.askedTimes(1)
    core.asked[0]!.respond(200, ['Cache-Control', 'no-store'], 'x')
    await first
    core.clock.advance(121_000)
    void core.get('/')
    void core.get('/')
    await turns()
    assert.equal(core.asked.length, 2)
  })

  it('A-CM-06 does not give one variant to a request for another', async () => {
    const core = new ScriptedCore()
    const replies = [core.get('/', ['X-Lang', 'en']), core.get('/', ['X-Lang', 'de'])]
    await core.askedTimes(1)
    core.asked[0]!.respond(200, [...FRESH, 'Vary', 'X-Lang'], 'english')
    await core.askedTimes(2)
    core.asked[1]!.respond(200, [...FRESH, 'Vary', 'X-Lang'], 'deutsch')
    assert.deepEqual(
      (await Promise.all(replies)).map((reply) => reply.body),
      ['english', 'deutsch'],
    )
  })

  it('coalesces each variant by itself once the key is known to vary', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, [...FRESH, 'Vary', 'X-Lang'], asked.field('x-lang'))
    await core.get('/', ['X-Lang', 'en'])
    core.answer = undefined
    const replies = [core.get('/', ['X-Lang', 'de']), core.get('/', ['X-Lang', 'de']), core.get('/', ['X-Lang', 'fr'])]
    await core.askedTimes(3)
    core.asked[1]!.respond(200, [...FRESH, 'Vary', 'X-Lang'], 'de')
    core.asked[2]!.respond(200, [...FRESH, 'Vary', 'X-Lang'], 'fr')
    assert.deepEqual(
      (await Promise.all(replies)).map((reply) => reply.body),
      ['de', 'de', 'fr'],
    )
  })

  it('A-CM-05 tries once more in all when the leader fails, and then tells everybody', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => setImmediate(() => asked.fail())
    const replies: Reply[] = await Promise.all(Array.from({ length: 50 }, () => core.get('/')))
    assert.ok(replies.every((reply) => reply.status === 502))
    assert.ok(core.asked.length <= 2, `asked ${core.asked.length} times`)
  })

  it('A-CM-02 goes on fetching when the leader leaves, and serves those who wait', async () => {
    const core = new ScriptedCore()
    let leave = (): void => {}
    void core.handle(scriptedRequest('/', [], { exchange: { interim: () => {}, onGone: (gone) => (leave = gone) } }))
    const follower = core.get('/')
    await core.askedTimes(1)
    leave()
    core.asked[0]!.respond(200, FRESH, 'still here')
    assert.equal((await follower).body, 'still here')
    assert.equal(core.asked.length, 1)
  })

  it('stores what it fetched for a client that left', async () => {
    const core = new ScriptedCore()
    let leave = (): void => {}
    void core.handle(scriptedRequest('/', [], { exchange: { interim: () => {}, onGone: (gone) => (leave = gone) } }))
    await core.askedTimes(1)
    leave()
    core.asked[0]!.respond(200, FRESH, 'kept')
    assert.match((await core.get('/')).field('cache-status') ?? '', /; hit/)
  })

  it('cancels what it cannot store when the only client left before the head', async () => {
    const core = new ScriptedCore()
    let leave = (): void => {}
    void core.handle(scriptedRequest('/', [], { exchange: { interim: () => {}, onGone: (gone) => (leave = gone) } }))
    await core.askedTimes(1)
    leave()
    const body = new PushedBody()
    core.asked[0]!.respond(200, ['Cache-Control', 'no-store'], body)
    assert.equal(body.cancelled?.code, 'CANCELLED')
  })

  it('cuts leader and followers when the origin cuts the body, and stores nothing', async () => {
    const core = new ScriptedCore()
    const body = new PushedBody(10)
    const replies = [core.handle(scriptedRequest('/')), core.handle(scriptedRequest('/'))]
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, body)
    const read = (await Promise.all(replies)).map((response) => readReply(response))
    body.push('half')
    body.fail(new ProxyError('ORIGIN_CUT', 'cut', { source: 'origin', status: 502 }))
    for (const reply of read) await assert.rejects(reply, { code: 'ORIGIN_CUT' })
    assert.equal(core.memory.counts().keys, 0)
  })

  it('passes interim responses to everybody who waits', async () => {
    const core = new ScriptedCore()
    const seen: number[] = []
    const exchange = { interim: (status: number) => seen.push(status), onGone: () => {} }
    const replies = [core.get('/', [], { exchange }), core.get('/', [], { exchange })]
    await core.askedTimes(1)
    core.asked[0]!.interim(103, ['Link', '</a.css>; rel=preload'])
    core.asked[0]!.respond(200, FRESH, 'x')
    await Promise.all(replies)
    assert.deepEqual(seen, [103, 103])
  })
})

/** Lets everything that is ready run. */
function turns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
