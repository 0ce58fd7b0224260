import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PushedBody } from '../support/pushed-body.ts'
import { ScriptedCore, scriptedRequest } from './support/scripted-core.ts'

const FRESH = ['Cache-Control', 'max-age=60']

describe('completing a stored part through the proxy (RFC 9111 §3.4)', () => {
  const part = (first: number, last: number, etag = '"a"') => [
    ...FRESH,
    'ETag',
    etag,
    'Content-Range',
    `bytes ${first}-${last}/10`,
  ]

  async function withFirstHalf(): Promise<ScriptedCore> {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(206, part(0, 4), '01234')
    await core.get('/', ['Range', 'bytes=0-4'])
    core.answer = undefined
    return core
  }

  it('asks for the missing bytes alone, gives the whole, and stores it', async () => {
    const core = await withFirstHalf()
    core.answer = (asked) => asked.respond(206, part(5, 9), '56789')
    const reply = await core.get('/')
    assert.equal(core.asked[1]!.field('range'), 'bytes=5-')
    assert.deepEqual([reply.status, reply.body, reply.field('content-range')], [200, '0123456789', undefined])
    assert.equal(reply.field('cache-status'), 'Breakwater; fwd=partial; fwd-status=206; stored; ttl=60')
    assert.match((await core.get('/')).field('cache-status') ?? '', /; hit/)
  })

  it('does so once for many', async () => {
    const core = await withFirstHalf()
    const replies = [core.get('/'), core.get('/'), core.get('/')]
    await core.askedTimes(2)
    core.asked[1]!.respond(206, part(5, 9), '56789')
    for (const reply of await Promise.all(replies)) assert.equal(reply.body, '0123456789')
    assert.equal(core.asked.length, 2)
  })

  it('serves a wider range than the part', async () => {
    const core = await withFirstHalf()
    core.answer = (asked) => asked.respond(206, part(5, 9), '56789')
    const reply = await core.get('/', ['Range', 'bytes=3-6'])
    assert.deepEqual([reply.status, reply.body], [206, '3456'])
  })

  for (const [what, status, fields, body] of [
    ['a part of another representation', 206, part(5, 9, '"b"'), 'fghij'],
    ['bytes that are not next to it', 206, part(7, 9), '789'],
    ['no such range', 416, ['Content-Range', 'bytes */3'], ''],
    ['a 304', 304, [], ''],
  ] as const) {
    it(`asks for the whole when the origin answers with ${what}`, async () => {
      const core = await withFirstHalf()
      core.answer = (asked) =>
        asked.field('range') === undefined ? asked.respond(200, FRESH, 'whole') : asked.respond(status, fields, body)
      const reply = await core.get('/')
      assert.deepEqual([reply.status, reply.body, core.asked.length], [200, 'whole', 3])
    })
  }

  it('takes the whole where the origin sends it', async () => {
    const core = await withFirstHalf()
    core.answer = (asked) => asked.respond(200, [...FRESH, 'ETag', '"b"'], 'abcdefghij')
    assert.equal((await core.get('/')).body, 'abcdefghij')
    assert.equal((await core.get('/')).body, 'abcdefghij')
    assert.equal(core.asked.length, 2)
  })
})

describe('a response to POST that stands for that of a GET (RFC 9111 §3, RFC 9110 §9.3.3)', () => {
  const fields = [...FRESH, 'Content-Location', '/form']

  it('is stored after what it makes invalid was invalidated', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, asked.request.method === 'POST' ? fields : FRESH, asked.request.method)
    await core.get('/form')
    assert.match(
      (await core.get('/form', [], { method: 'POST' })).field('cache-status') ?? '',
      /fwd=method; fwd-status=200; stored/,
    )
    assert.equal((await core.get('/form')).body, 'POST')
  })

  it('is not stored when another request invalidated the target meanwhile', async () => {
    const core = new ScriptedCore()
    const posted = core.get('/form', [], { method: 'POST' })
    const removed = core.get('/form', [], { method: 'DELETE' })
    await core.askedTimes(2)
    core.asked[1]!.respond(204)
    await removed
    core.asked[0]!.respond(200, fields, 'old')
    await posted
    void core.get('/form')
    await core.askedTimes(3)
  })

  it('is not stored when that happens while its body is on its way', async () => {
    const core = new ScriptedCore()
    const body = new PushedBody()
    const posted = core.get('/form', [], { method: 'POST' })
    await core.askedTimes(1)
    core.asked[0]!.respond(200, fields, body)
    core.answer = (asked) => asked.respond(204)
    await core.get('/form', [], { method: 'DELETE' })
    body.push('old')
    body.end()
    assert.equal((await posted).body, 'old')
    assert.equal(core.memory.counts().keys, 0)
  })
})

describe('invalidation while the origin is being asked (RFC 9111 §4.4)', () => {
  const STALE = ['Cache-Control', 'max-age=1', 'ETag', '"a"']

  it('a 304 that was asked for before does not make good again what was invalidated', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, STALE, 'old')
    await core.get('/')
    core.clock.advance(2_000)
    core.answer = undefined
    const slow = core.get('/')
    const unsafe = core.get('/', [], { method: 'PUT' })
    await core.askedTimes(3)
    core.asked[2]!.respond(204)
    await unsafe
    core.asked[1]!.respond(304, [...FRESH, 'ETag', '"a"'])
    assert.equal((await slow).body, 'old')
    assert.doesNotMatch((await slow).field('cache-status') ?? '', /stored/)
    core.answer = (asked) => asked.respond(200, FRESH, 'new')
    assert.equal((await core.get('/')).body, 'new')
  })

  it('nothing stale covers a failure after it', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, STALE, 'old')
    await core.get('/')
    core.clock.advance(2_000)
    core.answer = undefined
    const slow = core.get('/')
    const unsafe = core.get('/', [], { method: 'PUT' })
    await core.askedTimes(3)
    core.asked[2]!.respond(204)
    await unsafe
    core.asked[1]!.fail()
    assert.equal((await slow).status, 502)
  })

  it('what is under way is not said to be stored', async () => {
    const core = new ScriptedCore()
    const slow = core.handle(scriptedRequest('/'))
    const unsafe = core.get('/', [], { method: 'PUT' })
    await core.askedTimes(2)
    core.asked[1]!.respond(204)
    await unsafe
    core.asked[0]!.respond(200, FRESH, 'old')
    const { decision } = await slow
    assert.deepEqual([decision.stored, decision.detail], [false, 'invalidated'])
  })
})

describe('HEAD (RFC 9111 §4.3.5)', () => {
  it('joins the flight of a GET', async () => {
    const core = new ScriptedCore()
    const get = core.get('/')
    const head = core.get('/', [], { method: 'HEAD' })
    await core.askedTimes(1)
    core.asked[0]!.respond(200, FRESH, 'page')
    const reply = await head
    assert.deepEqual([reply.status, reply.body, reply.response.announcedLength], [200, '', 4])
    assert.equal((await get).body, 'page')
    assert.equal(core.asked.length, 1)
  })

  it('compares the length that the origin announces', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) =>
      asked.respond(200, ['Cache-Control', 'max-age=1'], asked.request.method === 'GET' ? '123' : '1234')
    await core.get('/')
    core.clock.advance(2_000)
    await core.get('/', [], { method: 'HEAD' })
    core.answer = (asked) => asked.fail()
    assert.equal((await core.get('/')).status, 502, 'it is known to be another one')
  })
})
