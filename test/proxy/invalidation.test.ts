import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PurgeAccess } from '../../src/invalidate/access.ts'
import { type Purging, purge } from '../../src/proxy/answer-purge.ts'
import type { Invalidation } from '../../src/tiers/invalidation.ts'
import { PushedBody } from '../support/pushed-body.ts'
import { ScriptedCore } from './support/scripted-core.ts'

const FRESH = ['Cache-Control', 'max-age=60']
const tag = (value: string, soft = true): Invalidation => ({ scope: 'tag', value, soft })

const SENDER = { address: '10.0.0.9', dialect: 'test' }

/** A core whose origin answers each target with these fields. */
function coreWith(
  fields: (target: string) => readonly string[],
  options: ConstructorParameters<typeof ScriptedCore>[0] = {},
) {
  const core = new ScriptedCore(options)
  core.answer = ({ request, respond }) => respond(200, [...FRESH, ...fields(request.target)], `${core.asked.length}`)
  return core
}

describe('a soft purge', () => {
  it('lets the page be served stale while one refreshes it, where the site allows that', async () => {
    const core = coreWith(() => ['xkey', 'a'], { settings: { refreshSeconds: 10 } })
    await core.get('/')
    await core.core.invalidator.everywhere([tag('a')])
    const stale = await core.get('/')
    assert.deepEqual([stale.body, stale.response.decision.outcome], ['1', 'stale'])
    assert.deepEqual([(await core.get('/')).body, core.asked.length], ['2', 2])
  })

  it('is validated before it is served where the site does not', async () => {
    const core = coreWith(() => ['xkey', 'a'])
    await core.get('/')
    await core.core.invalidator.everywhere([tag('a')])
    assert.equal((await core.get('/')).body, '2')
  })

  it('serves what it purged while the origin fails', async () => {
    const core = coreWith(() => ['xkey', 'a'])
    await core.get('/')
    await core.core.invalidator.everywhere([tag('a')])
    core.answer = (asked) => asked.fail()
    assert.equal((await core.get('/')).body, '1')
  })
})

describe('a hard purge', () => {
  it('removes it, so that not even a failing origin brings it back', async () => {
    const core = coreWith(() => ['xkey', 'a'])
    await core.get('/')
    const report = await core.core.invalidator.everywhere([tag('a', false)])
    assert.deepEqual([report.matched, core.memory.counts().keys], [1, 0])
    core.answer = (asked) => asked.fail()
    assert.equal((await core.get('/')).status, 502)
  })
})

describe('a purge of a URI', () => {
  it('meets http and https, every keyed cookie, and every ignored parameter', async () => {
    const key = {
      scheme: true,
      query: { ignore: ['utm_*'], only: undefined, sort: false },
      cookies: ['lang'],
      headers: [],
    }
    const core = coreWith(() => [], { settings: { key } })
    await core.get('/a?x=1', ['Cookie', 'lang=de'])
    await core.get('/a?x=1&utm_source=y', ['Cookie', 'lang=en'])
    await core.get('/a?x=1', [], { scheme: 'https' })
    await core.get('/a?x=2')
    const report = await purge(
      core.core,
      [{ scope: 'uri', uri: 'https://H.test:443/a?utm_medium=z&x=1', soft: false }],
      SENDER,
    )
    assert.deepEqual([report.matched, core.memory.counts().keys], [3, 1])
  })

  it('is refused where it is none', async () => {
    const core = new ScriptedCore()
    for (const uri of ['/path', 'ftp://h.test/', 'http://', 'http://a b/', 'http://h.test/ x']) {
      await assert.rejects(purge(core.core, [{ scope: 'uri', uri }], SENDER), /not a URL/, uri)
    }
  })
})

describe('an unsafe request (RFC 9111 §4.4)', () => {
  const KEYED = {
    key: {
      scheme: true,
      query: { ignore: ['utm_*'], only: undefined, sort: false },
      cookies: ['lang'],
      headers: [],
    },
  }

  it('invalidates all that is stored for the URI: by both schemes and for every keyed cookie', async () => {
    const core = coreWith(() => [], { settings: KEYED })
    const others = [{ cookie: 'lang=de' }, { cookie: 'lang=en' }, { scheme: 'https' as const }]
    const ask = async (target: string) => {
      const bodies: string[] = []
      for (const { cookie, scheme = 'http' } of others) {
        bodies.push((await core.get(target, cookie === undefined ? [] : ['Cookie', cookie], { scheme })).body)
      }
      return bodies
    }
    await ask('/a?x=1')
    await ask('/a?x=2')
    await core.get('/a?utm_source=n&x=1', ['Cookie', 'lang=fr'], { method: 'POST' })
    assert.deepEqual(await ask('/a?x=1'), ['8', '9', '10'])
    assert.deepEqual(await ask('/a?x=2'), ['4', '5', '6'])
  })

  it('invalidates as much of what Location and Content-Location name on the same origin, and nothing elsewhere', async () => {
    const core = coreWith(() => [], { settings: KEYED })
    for (const target of ['/list', '/new', '/other']) await core.get(target, ['Cookie', 'lang=de'])
    core.answer = ({ request, respond }) =>
      request.method === 'POST'
        ? respond(201, [
            'Location',
            '/new',
            'Content-Location',
            'http://h.test/list',
            'Location',
            'http://x.test/other',
          ])
        : respond(200, FRESH, 'changed')
    await core.get('/form', [], { method: 'POST' })
    const bodies = await Promise.all(
      ['/list', '/new', '/other'].map(async (target) => (await core.get(target, ['Cookie', 'lang=de'])).body),
    )
    assert.deepEqual(bodies, ['changed', 'changed', '3'])
  })

  it('keeps what it changed for validation, and never serves it before', async () => {
    const core = coreWith(() => ['ETag', '"1"'], { settings: KEYED })
    await core.get('/a', ['Cookie', 'lang=de'])
    await core.get('/a', [], { method: 'PUT' })
    core.answer = (asked) => asked.respond(asked.field('if-none-match') === '"1"' ? 304 : 200, FRESH, 'whole')
    assert.deepEqual((await core.get('/a', ['Cookie', 'lang=de'])).body, '1')
    assert.equal(core.asked.length, 3)
  })
})

describe('GET with Cache-Control: no-cache from who may purge', () => {
  const NO_CACHE = ['Cache-Control', 'no-cache']
  const LOOPBACK = { peerAddress: '127.0.0.1', clientAddress: '127.0.0.1' }
  const withOption = (refreshByNoCache: boolean): Purging => ({
    access: new PurgeAccess({ from: ['127.0.0.1/32'], token: undefined }),
    paths: new Set(),
    refreshByNoCache,
  })

  it('fetches the page anew for everybody, where the option says so', async () => {
    const core = coreWith(() => [], { purging: withOption(true) })
    await core.get('/')
    assert.equal((await core.get('/', NO_CACHE, LOOPBACK)).body, '2')
    assert.deepEqual([(await core.get('/')).body, core.asked[1]?.field('cache-control')], ['2', undefined])
    assert.deepEqual(
      core.purges.map(({ sender, report }) => [sender, report.matched]),
      [[{ address: '127.0.0.1', dialect: 'no-cache' }, 1]],
    )
  })

  it('means nothing without the option, from elsewhere, and from somebody with credentials of their own', async () => {
    for (const [on, fields, from] of [
      [false, NO_CACHE, LOOPBACK],
      [true, NO_CACHE, { peerAddress: '10.0.0.1' }],
      [true, NO_CACHE, { ...LOOPBACK, isForwarded: true }],
      [true, [...NO_CACHE, 'Cookie', 'sid=1'], LOOPBACK],
      [true, [...NO_CACHE, 'Authorization', 'Basic x'], LOOPBACK],
    ] as const) {
      const core = coreWith(() => [], { purging: withOption(on) })
      await core.get('/')
      await core.get('/', fields, from)
      assert.deepEqual(core.purges, [])
    }
  })
})

describe('what is under way when something is purged', () => {
  const scopes: readonly Invalidation[] = [
    tag('a', false),
    { scope: 'uri', value: 'h.test/', soft: false },
    { scope: 'prefix', value: 'h.test/', soft: false },
    { scope: 'pattern', value: JSON.stringify({ tags: '^a$' }), soft: false },
    { scope: 'pattern', value: JSON.stringify({ type: 'html' }), soft: true },
    { scope: 'everything', value: '', soft: true },
  ]
  const fields = [...FRESH, 'xkey', 'a', 'Content-Type', 'text/html']

  for (const invalidation of scopes) {
    const name = `${invalidation.scope} ${invalidation.value}`

    it(`is served to who asked before, and not stored: by ${name}, before its head`, async () => {
      const core = new ScriptedCore()
      const asking = core.get('/')
      await core.askedTimes(1)
      await core.core.invalidator.everywhere([invalidation])
      const later = core.get('/')
      await core.askedTimes(2)
      core.asked[0]!.respond(200, fields, 'old')
      assert.equal((await asking).body, 'old')
      assert.equal(core.memory.counts().keys, 0)
      core.asked[1]!.respond(200, fields, 'new')
      assert.equal((await later).body, 'new')
      assert.equal((await core.get('/')).body, 'new')
    })

    it(`is not stored either: by ${name}, while its body arrives`, async () => {
      const core = new ScriptedCore()
      const body = new PushedBody()
      const asking = core.get('/')
      await core.askedTimes(1)
      core.asked[0]!.respond(200, fields, body)
      await core.core.invalidator.everywhere([invalidation])
      body.push('old')
      body.end()
      assert.equal((await asking).body, 'old')
      assert.equal(core.memory.counts().keys, 0)
    })
  }

  it('is stored when the purge turns out to be about other tags', async () => {
    const core = new ScriptedCore()
    const asking = core.get('/')
    await core.askedTimes(1)
    await core.core.invalidator.everywhere([tag('b')])
    core.asked[0]!.respond(200, fields, 'page')
    await asking
    assert.equal(core.memory.counts().keys, 1)
  })

  it('does not make good by a 304 what was purged by its stored tags after it was asked', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, ['Cache-Control', 'max-age=1', 'xkey', 'a', 'ETag', '"1"'], 'old')
    await core.get('/')
    core.answer = undefined
    core.clock.advance(2_000)
    const validating = core.get('/')
    await core.askedTimes(2)
    await core.core.invalidator.everywhere([tag('a')])
    core.asked[1]!.respond(304, ['ETag', '"1"', 'Cache-Control', 'max-age=60'])
    await validating
    void core.get('/')
    await core.askedTimes(3)
  })
})

describe('tags', () => {
  it('of a 304 join those of what it freshens', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, ['Cache-Control', 'max-age=1', 'xkey', 'a', 'ETag', '"1"'], 'page')
    await core.get('/')
    core.clock.advance(2_000)
    core.answer = (asked) => asked.respond(304, ['ETag', '"1"', 'Cache-Control', 'max-age=60', 'xkey', 'b'])
    await core.get('/')
    assert.equal((await core.core.invalidator.everywhere([tag('b'), tag('a')])).matched, 2)
  })

  it('of groups are those of one origin, and a response to an unsafe method invalidates them (RFC 9875 §3)', async () => {
    const core = coreWith(() => ['Cache-Groups', '"g"'])
    await core.get('/a')
    await core.get('/a', [], { authority: 'other.test' })
    assert.equal((await core.get('/a')).field('cache-groups'), '"g"')
    core.answer = (asked) => asked.respond(204, ['Cache-Group-Invalidation', '"g"'])
    await core.get('/b', [], { method: 'POST' })
    assert.equal(core.memory.counts().keys, 1)
  })

  it('that are more than are kept keep the response from being stored', async () => {
    const core = coreWith(() => ['xkey', Array.from({ length: 5_000 }, (_, i) => `t${i}`).join(' ')])
    assert.match((await core.get('/')).field('cache-status') ?? '', /detail=too-many-tags/)
    assert.equal(core.memory.counts().keys, 0)
  })
})

describe('a purge by an expression', () => {
  it('is refused, and nothing is done, when it cannot be carried out in linear time', async () => {
    const core = coreWith(() => [])
    await core.get('/')
    for (const url of ['(a)\\1', '(?=a)', '[', '(?:x{1000}){1000}', 'a'.repeat(3_000)]) {
      await assert.rejects(
        purge(core.core, [{ scope: 'everything' }, { scope: 'pattern', pattern: { url } }], SENDER),
        /^PurgeError: url: /,
      )
    }
    assert.equal((await core.get('/')).response.decision.outcome, 'hit')
  })

  it('that backtracking would never end is carried out at once', async () => {
    const core = coreWith(() => [])
    await core.get(`/${'a'.repeat(5_000)}!`)
    assert.equal((await purge(core.core, [{ scope: 'pattern', pattern: { url: '^/(a+)+$' } }], SENDER)).matched, 0)
  })
})
