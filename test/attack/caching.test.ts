import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BARE_SETTINGS, ScriptedCore } from '../proxy/support/scripted-core.ts'

const FRESH = ['Cache-Control', 'max-age=60']

/** What the origin makes of one request; the reply to the second, by somebody else, must not show the first. */
interface PoisoningCase {
  readonly name: string
  readonly attacker: {
    readonly target?: string
    readonly fields?: readonly string[]
    readonly authority?: string
    readonly scheme?: 'https'
  }
  readonly status?: number
  readonly response?: readonly string[]
  readonly victim?: { readonly target?: string; readonly fields?: readonly string[] }
  readonly settings?: Partial<typeof BARE_SETTINGS>
}

const poisoning: readonly PoisoningCase[] = [
  {
    name: 'A-CP-05 a cookie reflected in a page without a lifetime of its own',
    attacker: { fields: ['Cookie', 'lang=evil'] },
    response: ['Last-Modified', 'Mon, 01 Dec 2025 00:00:00 GMT'],
  },
  {
    name: 'A-CP-05 the same with a default lifetime',
    attacker: { fields: ['Cookie', 'lang=evil'] },
    response: [],
    settings: { defaultFreshnessSeconds: 60 },
  },
  {
    name: 'A-CP-06 an Origin reflected in Access-Control-Allow-Origin',
    attacker: { fields: ['Origin', 'https://evil.test'] },
    response: [...FRESH, 'Access-Control-Allow-Origin', 'https://evil.test'],
  },
  { name: 'A-CP-10 another port in Host', attacker: { authority: 'h.test:1337' }, response: FRESH },
  { name: 'A-CP-11 the other scheme', attacker: { scheme: 'https' }, response: FRESH },
  { name: 'A-KE-01 an encoded slash', attacker: { target: '/a%2Fb' }, victim: { target: '/a/b' }, response: FRESH },
  { name: 'A-KE-02 another host', attacker: { authority: 'evil.test' }, response: FRESH },
  { name: 'A-KE-05 a double slash', attacker: { target: '//a' }, victim: { target: '/a' }, response: FRESH },
  {
    name: 'A-KE-06 other bytes for the same letter',
    attacker: { target: '/cafe%CC%81' },
    victim: { target: '/caf%C3%A9' },
    response: FRESH,
  },
  {
    name: 'A-KE-07 another order in the query',
    attacker: { target: '/?a=1&b=2' },
    victim: { target: '/?b=2&a=1' },
    response: FRESH,
  },
  {
    name: 'A-CP-08 a parameter twice',
    attacker: { target: '/?q=1&q=evil' },
    victim: { target: '/?q=1' },
    response: FRESH,
  },
  ...[400, 413, 415, 431].map((status) => ({
    name: `A-DO-01 ${status} for an odd head`,
    attacker: { fields: ['X-Odd', 'x'.repeat(7000)] },
    status,
    response: FRESH,
  })),
  ...[401, 403, 407].map((status) => ({
    name: `A-AU-05 ${status} without freshness`,
    attacker: {},
    status,
    response: [],
  })),
  ...[404, 405, 414, 501].map((status) => ({
    name: `A-DO-04 ${status} without freshness`,
    attacker: {},
    status,
    response: [],
  })),
  { name: 'A-AU-01 Authorization', attacker: { fields: ['Authorization', 'Basic evil'] }, response: FRESH },
  { name: 'A-AU-02 Set-Cookie', attacker: {}, response: [...FRESH, 'Set-Cookie', 'sid=1'] },
  {
    name: 'A-CD-01 a page with cookies at the address of a style sheet',
    attacker: { target: '/p/account/x.css', fields: ['Cookie', 'sid=1'] },
    victim: { target: '/p/account/x.css' },
    response: [...FRESH, 'Content-Type', 'text/html'],
  },
  {
    name: 'A-CD-02 an escaped fragment',
    attacker: { target: '/account%23x.css', fields: ['Cookie', 'sid=1'] },
    victim: { target: '/account%23x.css' },
    response: [...FRESH, 'Content-Type', 'text/html; charset=utf-8'],
  },
  {
    name: 'A-CD-02 an escaped query',
    attacker: { target: '/account%3fx.css', fields: ['Cookie', 'sid=1'] },
    victim: { target: '/account%3fx.css' },
    response: [...FRESH, 'Content-Type', 'application/xhtml+xml'],
  },
  {
    name: 'A-CD-02 a path parameter',
    attacker: { target: '/x.css;a=b', fields: ['Cookie', 'sid=1'] },
    victim: { target: '/x.css;a=b' },
    response: [...FRESH, 'Content-Type', 'text/html'],
  },
  {
    name: 'A-CD-04 a page under a rule for style sheets',
    attacker: { target: '/account/x.css' },
    victim: { target: '/account/x.css' },
    response: ['Content-Type', 'text/html'],
    settings: { freshnessSeconds: 3600 },
  },
  {
    name: 'A-VA-01 another value of a varying field',
    attacker: { fields: ['X-Lang', 'evil'] },
    victim: { fields: ['X-Lang', 'en'] },
    response: [...FRESH, 'Vary', 'X-Lang'],
  },
  {
    name: 'A-VA-03 Vary with 50 names',
    attacker: {},
    response: [...FRESH, 'Vary', Array.from({ length: 50 }, (_, i) => `X-${i}`).join(', ')],
  },
  {
    name: 'A-RG-02 another part than was asked for',
    attacker: { fields: ['Range', 'bytes=0-3'] },
    victim: { fields: ['Range', 'bytes=5-9'] },
    status: 206,
    response: [...FRESH, 'Content-Range', 'bytes 5-12/1000'],
  },
  { name: 'A-TM-04 Expires: 0', attacker: {}, response: ['Expires', '0'] },
  { name: 'A-TM-04 Expires: tomorrow', attacker: {}, response: ['Expires', 'tomorrow'] },
]

describe('what one client gets does not become what another gets', () => {
  for (const { name, attacker, victim = {}, status = 200, response = [], settings = {} } of poisoning) {
    it(name, async () => {
      const core = new ScriptedCore({ settings })
      core.answer = (asked) => asked.respond(status, response, `answer ${core.asked.length}`.padEnd(8))
      const { target = '/', fields = [], ...more } = attacker
      await core.get(target, fields, more)
      const reply = await core.get(victim.target ?? target, victim.fields ?? [])
      assert.equal(core.asked.length, 2, reply.field('cache-status') ?? '')
    })
  }
})

describe('what must go on being cached', () => {
  const isCached = async (
    target: string,
    response: readonly string[],
    fields: readonly string[] = [],
    settings = {},
  ) => {
    const core = new ScriptedCore({ settings })
    core.answer = (asked) => asked.respond(200, response, 'x')
    await core.get(target, fields)
    const reply = await core.get(target, fields)
    assert.equal(core.asked.length, 1, reply.field('cache-status') ?? '')
  }

  it('A-CD a style sheet, cookies or not', () =>
    isCached('/x.css', [...FRESH, 'Content-Type', 'text/css'], ['Cookie', 'a=b']))

  it('A-CD a page named like an image that is for everybody', () =>
    isCached('/wiki/File:A.jpg', ['Cache-Control', 's-maxage=60', 'Content-Type', 'text/html'], ['Cookie', 'a=b']))

  it('A-CD a page at such an address that nobody known asked for', () =>
    isCached('/faq.txt', [...FRESH, 'Content-Type', 'text/html']))

  it('A-CD anything where the guard is off', () =>
    isCached('/x.css', [...FRESH, 'Content-Type', 'text/html'], ['Cookie', 'a=b'], { deceptionGuard: false }))

  for (const directive of ['public, max-age=60', 's-maxage=60', 'max-age=60, must-revalidate']) {
    it(`A-AU-03 what Authorization got with ${directive}`, () =>
      isCached('/', ['Cache-Control', directive], ['Authorization', 'Basic a']))
  }

  it('A-KE-04 a target of 8000 bytes', () => isCached(`/${'x'.repeat(8000)}`, FRESH))

  it('A-TM-03 a max-age beyond all numbers', () => isCached('/', ['Cache-Control', 'max-age=99999999999999999999']))
})

describe('limits', () => {
  it('A-DO-02 stores no error of its own', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.fail()
    await core.get('/')
    assert.equal(core.memory.counts().keys, 0)
  })

  it('A-DO-03 stores 404 with a lifetime, at most for the negative limit', async () => {
    const core = new ScriptedCore({ settings: { negativeSeconds: 10 } })
    core.answer = (asked) => asked.respond(404, FRESH)
    await core.get('/')
    core.clock.advance(9_000)
    assert.match((await core.get('/')).field('cache-status') ?? '', /; hit/)
    core.clock.advance(1_000)
    await core.get('/')
    assert.equal(core.asked.length, 2)
  })

  it('A-VA-02 A-VA-04 keeps the newest 64 of 300 variants, and other pages beside them', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, [...FRESH, 'Vary', 'X-V'], 'x')
    await core.get('/other')
    for (let i = 0; i < 300; i++) await core.get('/', ['X-V', `${i}`])
    const asked = core.asked.length
    await core.get('/other')
    await core.get('/', ['X-V', '299'])
    await core.get('/', ['X-V', '236'])
    assert.equal(core.asked.length, asked)
    await core.get('/', ['X-V', '235'])
    assert.equal(core.asked.length, asked + 1)
  })

  it('A-RG-03 does not answer a thousand ranges one by one', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, FRESH, 'x'.repeat(3000))
    await core.get('/')
    const ranges = Array.from({ length: 1000 }, (_, i) => `${i * 3}-${i * 3}`).join(',')
    assert.equal((await core.get('/', ['Range', `bytes=${ranges}`])).status, 200)
  })

  it('A-CO-05 honours no range on a weak If-Range', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, [...FRESH, 'ETag', 'W/"a"'], '0123')
    await core.get('/')
    assert.equal((await core.get('/', ['Range', 'bytes=0-1', 'If-Range', 'W/"a"'])).status, 200)
  })

  it('A-CO-04 takes neither length nor coding nor cookie from a 304', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, ['Cache-Control', 'max-age=1', 'ETag', '"a"'], '0123')
    await core.get('/')
    core.clock.advance(2_000)
    core.answer = (asked) =>
      asked.respond(304, [...FRESH, 'ETag', '"a"', 'Content-Encoding', 'br', 'Set-Cookie', 'a=b'])
    await core.get('/')
    const reply = await core.get('/')
    assert.deepEqual([reply.body, reply.response.announcedLength], ['0123', 4])
    assert.deepEqual([reply.field('content-encoding'), reply.field('set-cookie')], [undefined, undefined])
  })

  it('A-TM-01 keeps a response from the future for its lifetime, and no longer', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, [...FRESH, 'Date', 'Fri, 01 Jan 2027 00:00:00 GMT'], 'x')
    await core.get('/')
    core.clock.advance(59_000)
    assert.equal((await core.get('/')).field('age'), '59')
    core.clock.advance(1_000)
    await core.get('/')
    assert.equal(core.asked.length, 2)
  })

  it('A-TM-02 takes an Age beyond all numbers for old', async () => {
    const core = new ScriptedCore()
    core.answer = (asked) => asked.respond(200, [...FRESH, 'Age', '4294967297'], 'x')
    await core.get('/')
    await core.get('/')
    assert.equal(core.asked.length, 2)
  })

  it('A-PR-01 names from Object.prototype are names like others', async () => {
    const core = new ScriptedCore({
      settings: { ...BARE_SETTINGS, key: { ...BARE_SETTINGS.key, cookies: ['__proto__'], headers: ['constructor'] } },
    })
    const names = ['__proto__', 'constructor', 'hasownproperty', 'tostring']
    core.answer = (asked) =>
      asked.respond(200, [...FRESH, 'Vary', names.join(', '), '__proto__', 'x', 'constructor', 'y'], 'x')
    const fields = [...names.flatMap((name) => [name, '1']), 'Cookie', '__proto__=1']
    await core.get('/?__proto__[a]=1&constructor=2', fields)
    assert.equal((await core.get('/?__proto__[a]=1&constructor=2', fields)).field('__proto__'), 'x')
    await core.get('/?__proto__[a]=1&constructor=2')
    assert.equal(core.asked.length, 2)
  })
})
